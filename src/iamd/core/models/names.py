"""Names of the wire as names in Python."""

import re

# A word begins at a capital that small letters follow, and at a capital after a small letter or a digit:
# what is left over are acronyms, which stay whole (`SSH_Public_Key_Id`, `QR_Code_PNG`).
_WORD_BOUNDARY = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """Return `SSHPublicKeyId` as `ssh_public_key_id`."""
    return _WORD_BOUNDARY.sub("_", name).lower()
