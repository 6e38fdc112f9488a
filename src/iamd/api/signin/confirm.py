"""Confirm it is you: an open session shows again who it is, by its second factor or else by the password."""

from iamd.api.sessions import ENROL, OPEN
from iamd.api.signin import pending, record, second, throttle
from iamd.api.signin.desk import GONE, REFUSED, Desk, Outcome, Step, Visitor, new_token
from iamd.api.signin.pending import Pending
from iamd.api.signin.second import Proves, Shown
from iamd.keys.passkeys import Site
from iamd.store import audit, sessions

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
    device = f"session:{sessions.hashed(token)}"
    with pending.taken(desk, token, STAGES) as step:
        if step is None:
            return GONE
        stored = step.who.profile.hash if step.who.profile and not step.devices else None
        counted = throttle.count(step.tx, step.who, visitor.around.source_ip, device, desk.now())
    right = desk.means.hasher.verify(stored, password) and not counted.verdict.blocked

    def proves(step: Pending) -> bool:
        if right:
            throttle.forgive(step.tx, counted)
        return right and step.who.profile is not None and step.who.profile.hash == stored

    return _confirm(desk, token, visitor, proves)


def _confirm(desk: Desk, token: str, visitor: Visitor, proves: Proves) -> Outcome:
    with pending.taken(desk, token, STAGES) as step:
        if step is None:
            return GONE
        right = proves(step)
        failed = None if right else "Failed authentication"
        event = record.event(step.who, "ConfirmIdentity", visitor.around, desk.at(), failed=failed)
        audit.add(step.tx, [event])
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
