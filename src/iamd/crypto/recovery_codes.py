"""Recovery codes: ten of 50 bits each, for the day that the phone is lost."""

import hmac
import secrets

CODE_COUNT = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without what is taken for something else
_GROUP_LENGTH = 5


def generate_codes() -> list[str]:
    """Return ten codes as they are told once: `ABCDE-FGHJK`."""
    return [f"{_random_group()}-{_random_group()}" for _ in range(CODE_COUNT)]


def _random_group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH))


def hash_code(data_key: bytes, code: str) -> str:
    """Return what is kept of a code: keyed by the account's data key, so that the store alone tells nothing.

    Case, blanks and hyphens do not count.
    """
    normalized = "".join(char for char in code.upper() if char.isalnum())
    return hmac.digest(data_key, b"recovery code\0" + normalized.encode(), "sha256").hex()
