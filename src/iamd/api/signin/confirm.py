"""Confirm it is you: an open session shows again who it is, by its second factor or else by the password."""

from iamd.api.sessions import ENROL, OPEN
from iamd.api.signin import pending, second
from iamd.api.signin.desk import GONE, REFUSED, Desk, Outcome, Step, Visitor, new_token
from iamd.api.signin.pending import Pending
from iamd.api.signin.second import Proves, Shown
from iamd.keys.passkeys import Site
from iamd.ops.passwords import MOST_WRONG, WINDOW
from iamd.store import attempts, sessions

STAGES = (OPEN, ENROL)


def shown(desk: Desk, token: str) -> Shown | None:
    """Say who is asked, and for what: one of the devices, or the password where there is none."""
    return second.shown(desk, token, STAGES)


def options(desk: Desk, token: str, origin: str) -> str | None:
    """Return what a browser needs to ask for one of somebody's passkeys."""
    return second.options(desk, token, origin, STAGES)


def by_code(desk: Desk, token: str, serial_number: str, code: str, visitor: Visitor) -> Outcome:
    return _confirm(desk, token, visitor, lambda step: second.proves_code(desk, step, serial_number, code))


def by_passkey(desk: Desk, token: str, answer: str, visitor: Visitor) -> Outcome:
    site = Site(visitor.around.origin)
    return _confirm(desk, token, visitor, lambda step: second.proves_passkey(step, site, answer))


def by_password(desk: Desk, token: str, password: str, visitor: Visitor) -> Outcome:
    """Confirm by the password; somebody who has MFA confirms by that."""
    tried = attempts.subject("confirm", token)
    with pending.taken(desk, token, STAGES) as step:
        if step is None:
            return GONE
        stored = step.who.profile.hash if step.who.profile and not step.devices else None
        tries = attempts.count(step.tx, tried, desk.now(), WINDOW, MOST_WRONG).tries
    right = tries <= MOST_WRONG and desk.means.hasher.verify(stored, password)

    def proves(step: Pending) -> bool | None:
        if tries > MOST_WRONG:
            return None
        if right:
            attempts.clear(step.tx, tried)
        return right and step.who.profile is not None and step.who.profile.hash == stored

    return _confirm(desk, token, visitor, proves)


def _confirm(desk: Desk, token: str, visitor: Visitor, proves: Proves) -> Outcome:
    with pending.taken(desk, token, STAGES) as step:
        if step is None:
            return GONE
        right = proves(step)
        second.note(step, desk, visitor, "ConfirmIdentity", right)
        if not right:
            return REFUSED
        raised = new_token()
        sessions.replace(
            step.tx,
            step.session,
            sessions.hashed(raised),
            confirmed_at=desk.now(),
            challenge=None,
        )
        return Outcome(Step.OPEN, raised)
