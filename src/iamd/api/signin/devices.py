"""Devices that somebody signed in from before, known by a sealed cookie: strangers' failures do not count."""

import base64
import json
import secrets

from iamd.keys import seal
from iamd.keys.seal import BrokenSealError

_PLACE = "known device"


def issue(key: bytes, account_id: str, user_id: str) -> str:
    """Return a cookie that makes this device known for one user."""
    inside = json.dumps({"user": f"{account_id}/{user_id}", "device": secrets.token_hex(16)})
    return base64.urlsafe_b64encode(seal.seal(key, inside.encode(), _PLACE)).decode()


def known(key: bytes, cookie: str, account_id: str, user_id: str) -> str | None:
    """Return the device's name if it is known for this user; None for any other cookie, and for none."""
    try:
        inside = json.loads(seal.unseal(key, base64.urlsafe_b64decode(cookie), _PLACE))
    except (BrokenSealError, ValueError):
        return None
    return str(inside["device"]) if inside["user"] == f"{account_id}/{user_id}" else None
