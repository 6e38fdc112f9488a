"""The security check, shown: a picture of characters, or digits to hear.

Sounds cost a fifth of a second, so they are made one at a time, while the turn is given away, and few to one
address.
"""

import threading

from iamd.api.signin import throttle
from iamd.api.signin.desk import Desk, Visitor
from iamd.core.errors import Throttling
from iamd.keys import check
from iamd.keys.check import Check

__all__ = ["Check", "to_hear", "to_see"]

_MOST_HEARD = 10  # by one address in a quarter of an hour
_WAIT_SECONDS = 2.0
_speaking = threading.Lock()


def to_see(desk: Desk) -> Check:
    """Make a picture to show with the next try."""
    return check.make(desk.key, desk.now())


def to_hear(desk: Desk, visitor: Visitor) -> Check:
    """Make a sound to play with the next try; a picture when an address asks too often.

    Throttling when too many are being made at the moment.
    """
    with desk.means.database.write() as tx:
        if not throttle.admit(tx, "sound", visitor.around.source_ip, desk.now(), _MOST_HEARD):
            return to_see(desk)
    with desk.aside():
        if not _speaking.acquire(timeout=_WAIT_SECONDS):
            raise Throttling("Too many security checks are being made at the moment. Try again.")
        try:
            return check.make(desk.key, desk.now(), audible=True)
        finally:
            _speaking.release()
