"""Identifiers in AWS's forms: unique IDs, access key IDs, account IDs, secrets.

Prefixes and lengths are those of "IAM identifiers" in the IAM user guide: a unique ID is its four-letter
prefix and 17 base32 characters, an access key ID its prefix and 16.
"""

import base64
import random
import secrets

USER = "AIDA"
GROUP = "AGPA"
POLICY = "ANPA"
ACCESS_KEY = "AKIA"

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # noqa: S105 - letters, not a secret
_ACCOUNT_SHIFT = 39  # an access key ID's 80 bits: one zero, 40 of the account, 39 random


def unique(prefix: str) -> str:
    """Return a new unique ID, never used again: 21 characters."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(17))


def access_key(account_id: str) -> str:
    """Return a new long-term access key ID that carries its account, as AWS's do: 20 characters."""
    bits = int(account_id) << _ACCOUNT_SHIFT | secrets.randbits(_ACCOUNT_SHIFT)
    return ACCESS_KEY + base64.b32encode(bits.to_bytes(10, "big")).decode()


def secret_access_key() -> str:
    """Return a new secret access key: 40 characters of 6 bits each."""
    return "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(40))


def account() -> str:
    """Return a random 12-digit account ID that does not begin with a zero."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


def revision() -> str:
    """Return a new revision of an account: random, so that no two states of it ever share one."""
    return secrets.token_hex(8)


def request() -> str:
    """Return an ID for a request or an event, in the form of a UUID: unique, and no secret."""
    digits = f"{random.getrandbits(128):032x}"  # the kernel's own source costs a system call
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
