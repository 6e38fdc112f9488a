"""Devices that somebody signed in from before, known by a sealed cookie: strangers' failures do not count.

A device is known for 90 days, and no longer than the password that it was known by.
"""

import base64
import json
import secrets

from iamd.crypto import seal
from iamd.crypto.seal import UnsealError
from iamd.signin.identity import SignInIdentity

LIFETIME_SECONDS = 90 * 86_400
_ASSOCIATED_DATA = "known device"


def issue(key: bytes, identity: SignInIdentity, device_id: str | None, epoch: int) -> str:
    """Return a cookie that makes a device known for one user; one that is known keeps its name."""
    payload = {
        "user": _binding(identity),
        "device": device_id or secrets.token_hex(16),
        "until": epoch + LIFETIME_SECONDS,
    }
    return base64.urlsafe_b64encode(seal.seal(key, json.dumps(payload).encode(), _ASSOCIATED_DATA)).decode()


def verify(key: bytes, cookie: str, identity: SignInIdentity, epoch: int) -> str | None:
    """Return the device's name if it is known for this user; None for any other cookie, and for none."""
    try:
        payload = json.loads(seal.unseal(key, base64.urlsafe_b64decode(cookie), _ASSOCIATED_DATA))
    except (UnsealError, ValueError):
        return None
    return (
        str(payload["device"]) if payload["user"] == _binding(identity) and epoch < payload["until"] else None
    )


def _binding(identity: SignInIdentity) -> list[str]:
    password_change_date = identity.login_profile.change_date if identity.login_profile else ""
    return [identity.account_id, identity.user_id, password_change_date]
