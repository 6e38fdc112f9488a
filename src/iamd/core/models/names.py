"""Python names (snake case) of the service models' wire names."""

import re

# A word begins at a capital before a lower-case letter, and at a capital after a lower-case letter or a
# digit. Acronyms stay whole (`SSH_Public_Key_Id`, `QR_Code_PNG`).
_WORD_BOUNDARY = re.compile(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])")


def snake_case(name: str) -> str:
    """Convert a wire name to snake case: `SSHPublicKeyId` to `ssh_public_key_id`."""
    return _WORD_BOUNDARY.sub("_", name).lower()
