"""MFA recovery codes: ten single-use codes of 49 bits each, for a lost MFA device."""

import hmac
import secrets

CODE_COUNT = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without characters that look alike
_GROUP_LENGTH = 5


def generate_codes() -> list[str]:
    """Return ten new codes as shown to the user, once: `ABCDE-FGHJK`."""
    return [f"{_random_group()}-{_random_group()}" for _ in range(CODE_COUNT)]


def _random_group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH))


def hash_code(data_key: bytes, code: str) -> str:
    """Return the keyed hash under which a code is stored, ignoring its case, spaces and hyphens.

    The key is the account's data key, so that the hashes in the store cannot be brute-forced without the
    master key.
    """
    normalized = "".join(char for char in code.upper() if char.isalnum())
    return hmac.digest(data_key, b"recovery code\0" + normalized.encode(), "sha256").hex()
