"""The first step: a name and a password. Right or wrong, the work and the words are the same."""

from collections.abc import Callable
from typing import NamedTuple

from iamd.api.recorder import Note
from iamd.api.signin import devices, record, throttle
from iamd.api.signin.advance import advance, begin
from iamd.api.signin.desk import Desk, Outcome, Step, Visitor
from iamd.api.signin.throttle import Counted
from iamd.api.signin.who import Who
from iamd.keys import check as security_check
from iamd.store import accounts, attempts, login_profiles
from iamd.store.query import Tx

WRONG = "Your authentication information is incorrect. Please try again."
_ONCE_SECONDS = 3600

Find = Callable[[Tx], Who]


class Typed(NamedTuple):
    """What somebody typed: the password, and the answer to the security check where one was shown."""

    password: str
    check: str = ""
    answer: str = ""


def sign_in(desk: Desk, find: Find, typed: Typed, visitor: Visitor) -> Outcome:
    """Check a password and say what comes next."""
    now = desk.now()
    with desk.means.database.write() as tx:
        who = find(tx)
        checked = _answered(tx, desk, typed, now)
        device = devices.known(desk.key, visitor.device, who, now)
        counted = throttle.count(tx, who, visitor.around.source_ip, device, now, checked=checked)
    verdict = counted.verdict
    if verdict.turned_away:
        return Outcome(Step.REFUSED, check=verdict.check)
    if verdict.check:
        return Outcome(Step.CHECK, check=True)
    stored = who.profile.hash if who.profile else None
    right = desk.means.hasher.verify(stored, typed.password)
    if verdict.blocked or not right:
        return _refused(desk, who, visitor, counted)
    return _accepted(desk, find, who, counted, typed, visitor)


def _answered(tx: Tx, desk: Desk, typed: Typed, now: int) -> bool:
    """Say whether the security check was answered rightly; right or wrong, each is answered once."""
    answer = security_check.read(desk.key, typed.check, typed.answer, now) if typed.check else None
    if answer is None:
        return False
    first = attempts.count(tx, attempts.subject("nonce", answer.nonce), now, _ONCE_SECONDS).tries == 1
    return first and answer.right


def _refused(desk: Desk, who: Who, visitor: Visitor, counted: Counted) -> Outcome:
    if not counted.verdict.blocked:  # whoever is blocked cannot fill the log either
        failed = record.event(who, "ConsoleLogin", visitor.around, desk.at(), failed="Failed authentication")
        desk.recorder.note(Note(failed, None, None))
    with desk.means.database.read() as tx:
        return Outcome(Step.REFUSED, check=throttle.is_check_due(tx, who, desk.now()))


def _accepted(desk: Desk, find: Find, seen: Who, counted: Counted, typed: Typed, visitor: Visitor) -> Outcome:
    stronger = _stronger(desk, seen, typed.password)
    with desk.means.database.write() as tx:
        accounts.lock(tx, seen.account_id)
        who = find(tx)
        if who.profile is None or seen.profile is None or who.profile.hash != seen.profile.hash:
            return Outcome(Step.REFUSED)  # the password was changed while it was being checked
        throttle.forgive(tx, counted)
        if stronger:
            login_profiles.rehash(tx, who.account_id, who.profile, stronger)
        return advance(tx, desk, visitor, who, begin(visitor, who, desk.now()))


def _stronger(desk: Desk, who: Who, password: str) -> str | None:
    """Return a new hash of a password whose old one was made with weaker parameters."""
    hasher = desk.means.hasher
    return hasher.hash(password) if who.profile and hasher.outdated(who.profile.hash) else None
