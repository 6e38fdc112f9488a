"""Device cookies: mark devices that a user has signed in from, which are throttled separately.

So failed attempts from unknown devices do not lock out the user. A cookie is encrypted and valid for 90 days
or until the password changes.
"""

import base64
import json
import secrets
from typing import Any

from iamd.crypto import seal
from iamd.crypto.seal import UnsealError
from iamd.signin.identity import SignInIdentity

LIFETIME_SECONDS = 90 * 86_400
_ASSOCIATED_DATA = "known device"


def issue(key: bytes, identity: SignInIdentity, device_id: str | None, epoch: int) -> str:
    """Return a device cookie for a user; a known device keeps its `device_id`. `epoch` is in seconds."""
    payload = {
        "user": _binding(identity),
        "device": device_id or secrets.token_hex(16),
        "until": epoch + LIFETIME_SECONDS,
    }
    return base64.urlsafe_b64encode(seal.seal(key, json.dumps(payload).encode(), _ASSOCIATED_DATA)).decode()


def is_authentic(key: bytes, cookie: str, epoch: int) -> bool:
    """Return whether a cookie is one that a user of this server got in the last 90 days."""
    return _read(key, cookie, epoch) is not None


def verify(key: bytes, cookie: str, identity: SignInIdentity, epoch: int) -> str | None:
    """Return the device ID of a valid cookie of this user; None for any other cookie and for an empty one."""
    payload = _read(key, cookie, epoch)
    return str(payload["device"]) if payload and payload["user"] == _binding(identity) else None


def _read(key: bytes, cookie: str, epoch: int) -> dict[str, Any] | None:
    try:
        payload = json.loads(seal.unseal(key, base64.urlsafe_b64decode(cookie), _ASSOCIATED_DATA))
    except (UnsealError, ValueError):
        return None
    return payload if epoch < payload["until"] else None


def _binding(identity: SignInIdentity) -> list[str]:
    password_change_date = identity.login_profile.change_date if identity.login_profile else ""
    return [identity.account_id, identity.user_id, password_change_date]
