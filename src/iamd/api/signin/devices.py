"""Devices that somebody signed in from before, known by a sealed cookie: strangers' failures do not count.

A device is known for 90 days, and no longer than the password that it was known by.
"""

import base64
import json
import secrets

from iamd.api.signin.who import Who
from iamd.keys import seal
from iamd.keys.seal import BrokenSealError

SECONDS = 90 * 86_400
_PLACE = "known device"


def issue(key: bytes, who: Who, device: str | None, now: int) -> str:
    """Return a cookie that makes a device known for one user; one that is known keeps its name."""
    inside = {"user": _whose(who), "device": device or secrets.token_hex(16), "until": now + SECONDS}
    return base64.urlsafe_b64encode(seal.seal(key, json.dumps(inside).encode(), _PLACE)).decode()


def known(key: bytes, cookie: str, who: Who, now: int) -> str | None:
    """Return the device's name if it is known for this user; None for any other cookie, and for none."""
    try:
        inside = json.loads(seal.unseal(key, base64.urlsafe_b64decode(cookie), _PLACE))
    except (BrokenSealError, ValueError):
        return None
    return str(inside["device"]) if inside["user"] == _whose(who) and now < inside["until"] else None


def _whose(who: Who) -> list[str]:
    since = who.profile.change_date if who.profile else ""
    return [who.account_id, who.user_id, since]
