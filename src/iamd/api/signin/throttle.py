"""How often somebody may try: first a wait that doubles, then the security check, then a lock that passes.

A try is counted before its password is looked at, so that tries in parallel are all counted. Strangers are
counted by the name they type and by their address; a device that signed in before is counted by itself, so
that no stranger keeps the owner out. Root users are never locked by name, only for an address.

A try that will not be looked at, for its address or for want of an answer to the security check, counts for
the address alone: it locks nobody's name and leaves nothing behind.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from iamd.api.signin.who import Who
from iamd.ops.throttle_names import check_subject
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
_SIXTY_FOUR = 64  # bits of an IPv6 address that one subscriber has all addresses under


class Verdict(NamedTuple):
    """What becomes of a try: `turned_away` by its address, `blocked` by its name, or asked the `check`."""

    turned_away: bool = False
    blocked: bool = False
    check: bool = False


class Counted(NamedTuple):
    """The subjects that a try was counted under, and what that says."""

    verdict: Verdict
    subjects: tuple[str, ...] = ()
    address: str = ""


def bucket(address: str) -> str:
    """Return what an address is counted by: IPv6 gives everybody a whole network of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _SIXTY_FOUR), strict=False))
    return str(parsed)


def admit(tx: Tx, kind: str, address: str, now: int, most: int) -> bool:
    """Count something that costs work, by address; False beyond `most` in a quarter of an hour."""
    return attempts.count(tx, attempts.subject(kind, bucket(address)), now, _WINDOW, most).tries <= most


def count(tx: Tx, who: Who, address: str, device: str | None, now: int, *, checked: bool) -> Counted:
    """Count a try at signing in; `checked` says that it answered the security check."""
    if device is not None:
        known = attempts.subject("device", device)
        tries = attempts.count(tx, known, now, _WINDOW, _MOST_OF_DEVICE).tries
        if tries <= _MOST_OF_DEVICE:
            wanting = tries > FREE and not checked
            return Counted(Verdict(check=wanting), (known, who.subject, check_subject(who.subject)))
    return _stranger(tx, who, bucket(address), now, checked=checked)


def _stranger(tx: Tx, who: Who, address: str, now: int, *, checked: bool) -> Counted:
    there = attempts.subject("address", address)
    by_address = attempts.count(tx, there, now, _WINDOW, _MOST_OF_ADDRESS).tries
    asked = check_subject(who.subject)
    due = attempts.find(tx, asked, now, _WINDOW).tries >= FREE or by_address > _FREE_OF_ADDRESS
    if by_address > _MOST_OF_ADDRESS:
        return Counted(Verdict(turned_away=True, check=due))
    if due and not checked:
        return Counted(Verdict(check=True))
    return _looked_at(tx, who, address, there, now, checked=checked)


def _looked_at(tx: Tx, who: Who, address: str, there: str, now: int, *, checked: bool) -> Counted:
    most, window = _lock(who)
    asked = check_subject(who.subject)
    pair = attempts.subject("pair", who.subject, address)
    before = attempts.find(tx, pair, now, _WINDOW)
    by_name = attempts.count(tx, who.subject, now, window, most).tries
    tries = attempts.count(tx, asked, now, _WINDOW).tries
    by_pair = attempts.count(tx, pair, now, _WINDOW, _MOST_OF_ROOT).tries
    subjects = (who.subject, asked, pair)
    if tries > FREE and not checked:  # others came at the same moment, and used up what is free
        _take_back(tx, subjects)
        return Counted(Verdict(check=True))
    waits = now < before.last_at + _wait(before.tries)
    locked = by_pair > _MOST_OF_ROOT if who.root else bool(most) and by_name > most
    return Counted(Verdict(blocked=waits or locked), subjects, there)


def _lock(who: Who) -> tuple[int, int]:
    """Return after how many failures a name is locked (0: never), and for how many seconds."""
    return (0 if who.root else who.settings.lockout_attempts), who.settings.lockout_minutes * 60


def _wait(tries: int) -> int:
    """Return how many seconds to wait after so many failures: 1, 2, then 4."""
    return 0 if tries < _WAITS_AFTER else min(2 ** (tries - _WAITS_AFTER), _LONGEST_WAIT)


def _take_back(tx: Tx, subjects: tuple[str, ...]) -> None:
    for subject in subjects:
        attempts.forgive(tx, subject)


def forgive(tx: Tx, counted: Counted) -> None:
    """Take a try back that was right; failures by its name and its device begin anew."""
    for subject in counted.subjects:
        attempts.clear(tx, subject)
    if counted.address:
        attempts.forgive(tx, counted.address)


def is_check_due(tx: Tx, who: Who, now: int) -> bool:
    """Say whether the next try by this name must answer the security check."""
    return attempts.find(tx, check_subject(who.subject), now, _WINDOW).tries >= FREE
