"""How often somebody may try: first a wait that doubles, then the security check, then a lock that passes.

A try is counted before its password is looked at, so that tries in parallel are all counted. Strangers are
counted by the name they type and by their address; a device that signed in before is counted by itself, so
that no stranger keeps the owner out. Root users are never locked by name, only for an address.
"""

from typing import NamedTuple

from iamd.api.signin.who import Who
from iamd.store import attempts
from iamd.store.query import Tx

FREE = 3  # wrong passwords before the security check is asked for
_FREE_OF_ADDRESS = 10
_WAITS_AFTER = 2
_LONGEST_WAIT = 4  # seconds: by then the security check is asked for, which takes a person longer
_MOST_OF_ROOT = 10  # by one address
_MOST_OF_DEVICE = 10  # then the device is a stranger again
_MOST_OF_ADDRESS = 100
_WINDOW = 15 * 60


class Verdict(NamedTuple):
    """Whether a try counts at all, and whether it must answer the security check."""

    blocked: bool
    check: bool


class Counted(NamedTuple):
    """The subjects that a try was counted under."""

    subjects: tuple[str, ...]
    verdict: Verdict


def count(tx: Tx, who: Who, address: str, device: str | None, now: int) -> Counted:
    """Count a try at signing in."""
    if device is not None:
        known = attempts.subject("device", device)
        tries = attempts.count(tx, known, now, _WINDOW, _MOST_OF_DEVICE).tries
        if tries <= _MOST_OF_DEVICE:
            return Counted((known, who.subject), Verdict(blocked=False, check=tries > FREE))
    return _stranger(tx, who, address, now)


def _stranger(tx: Tx, who: Who, address: str, now: int) -> Counted:
    most, window = _lock(who)
    pair = attempts.subject("pair", who.subject, address)
    everybody_there = attempts.subject("address", address)
    before = attempts.find(tx, pair, now, _WINDOW)
    by_name = attempts.count(tx, who.subject, now, window, most).tries
    by_pair = attempts.count(tx, pair, now, _WINDOW, _MOST_OF_ROOT).tries
    by_address = attempts.count(tx, everybody_there, now, _WINDOW, _MOST_OF_ADDRESS).tries
    blocked = (
        now < before.last_at + _wait(before.tries)
        or (by_pair > _MOST_OF_ROOT if who.root else bool(most) and by_name > most)
        or by_address > _MOST_OF_ADDRESS
    )
    check = by_name > FREE or by_address > _FREE_OF_ADDRESS
    return Counted((who.subject, pair, everybody_there), Verdict(blocked, check))


def _lock(who: Who) -> tuple[int, int]:
    """Return after how many failures a name is locked (0: never), and for how many seconds."""
    return (0 if who.root else who.settings.lockout_attempts), who.settings.lockout_minutes * 60


def _wait(tries: int) -> int:
    """Return how many seconds to wait after so many failures: 1, 2, then 4."""
    return 0 if tries < _WAITS_AFTER else min(2 ** (tries - _WAITS_AFTER), _LONGEST_WAIT)


def forgive(tx: Tx, counted: Counted) -> None:
    """Take a try back that was right; failures by its name and its device begin anew."""
    *others, last = counted.subjects
    for subject in others:
        attempts.clear(tx, subject)
    if last.startswith("address:"):
        attempts.forgive(tx, last)
    else:
        attempts.clear(tx, last)
