"""Identifiers in AWS's forms: unique IDs, access key IDs, account IDs, secrets.

Prefixes and lengths are those of "IAM identifiers" in the IAM user guide: a unique ID is its four-letter
prefix and 17 base32 characters, an access key ID its prefix and 16.
"""

import base64
import random
import secrets
import time
import uuid

USER = "AIDA"
GROUP = "AGPA"
POLICY = "ANPA"
ROLE = "AROA"
INSTANCE_PROFILE = "AIPA"
ACCESS_KEY = "AKIA"
TEMPORARY_KEY = "ASIA"
SERVICE_CREDENTIAL = "ACCA"

_ACCOUNT_SHIFT = 39  # the 80 bits of an access key ID: a zero, 40 of the account ID, 39 random ones


def unique(prefix: str) -> str:
    """Return a new random unique ID of 21 characters."""
    return prefix + base64.b32encode(secrets.token_bytes(15)).decode()[:17]


def access_key(account_id: str, prefix: str = ACCESS_KEY) -> str:
    """Return a new access key ID of 20 characters, which encodes the account ID as AWS's do."""
    bits = int(account_id) << _ACCOUNT_SHIFT | secrets.randbits(_ACCOUNT_SHIFT)
    return prefix + base64.b32encode(bits.to_bytes(10, "big")).decode()


def account_id_of_key(access_key_id: str) -> str | None:
    """Return the account ID encoded in an access key ID; None if there is none."""
    try:
        bits = int.from_bytes(base64.b32decode(access_key_id[len(ACCESS_KEY) :]), "big")
    except ValueError:
        return None
    account_id = bits >> _ACCOUNT_SHIFT
    return f"{account_id:012d}" if account_id < 10**12 else None


def secret_access_key() -> str:
    """Return a new secret access key: 40 base64 characters, 240 random bits.

    It never begins with a plus sign: spreadsheets would take it for a formula, and it is saved as CSV.
    """
    while (key := base64.b64encode(secrets.token_bytes(30)).decode()).startswith("+"):
        pass
    return key


def api_key() -> str:
    """Return a new API key: `iamd_` and 43 base64url characters, 256 random bits."""
    return f"iamd_{secrets.token_urlsafe(32)}"


def issuer() -> str:
    """Return the ID of a new issuer of tokens, a version 4 UUID that reveals nothing about its account."""
    return str(uuid.uuid4())


def signing_key() -> str:
    """Return the ID of a new signing key (`kid`): 16 hexadecimal digits."""
    return secrets.token_hex(8)


def web_identity_token() -> str:
    """Return the ID of a new web identity token (`jti`), a version 4 UUID."""
    return str(uuid.uuid4())


def account() -> str:
    """Return a random 12-digit account ID without a leading zero."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


def revision() -> str:
    """Return a new random revision for an account, never reused for another state."""
    return secrets.token_hex(8)


def request() -> str:
    """Return a request ID, a version 4 UUID: unique but not secret."""
    digits = f"{random.getrandbits(128):032x}"  # not `secrets`, which costs a system call
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def event() -> str:
    """Return an audit event ID, a version 7 UUID (RFC 9562), which begins with the time in milliseconds.

    Events are thus stored in the order in which they are written, and a batch is on few database pages.
    """
    milliseconds = f"{time.time_ns() // 1_000_000:012x}"
    digits = f"{random.getrandbits(80):020x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7{digits[1:4]}-a{digits[5:8]}-{digits[8:]}"
