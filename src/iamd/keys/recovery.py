"""Recovery codes: ten of 50 bits each, for the day that the phone is lost."""

import hmac
import secrets

COUNT = 10
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without what is taken for something else
_HALF = 5


def new_codes() -> list[str]:
    """Return ten codes as they are told once: `ABCDE-FGHJK`."""
    return [f"{_word()}-{_word()}" for _ in range(COUNT)]


def _word() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_HALF))


def hashed(data_key: bytes, typed: str) -> str:
    """Return what is kept of a code: keyed by the account's data key, so that the store alone tells nothing.

    Case, blanks and hyphens do not count.
    """
    bare = "".join(char for char in typed.upper() if char.isalnum())
    return hmac.digest(data_key, b"recovery code\0" + bare.encode(), "sha256").hex()
