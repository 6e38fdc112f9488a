"""The security check, shown: a picture of characters, or digits to hear."""

from iamd.api.signin.desk import Desk
from iamd.keys import check
from iamd.keys.check import Check

__all__ = ["Check", "make"]


def make(desk: Desk, *, audible: bool = False) -> Check:
    """Make a check to show with the next try."""
    return check.make(desk.key, desk.now(), audible=audible)
