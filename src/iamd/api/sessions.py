"""Console sessions as proof of who is calling: how long they hold, and when they must be confirmed."""

from typing import NamedTuple

from iamd.api.proof import SessionProof
from iamd.core.errors import ConfirmationRequired, ExpiredToken
from iamd.core.records import Session
from iamd.store import sessions
from iamd.store.access_keys import Credential
from iamd.store.query import Tx

OPEN, ENROL, MFA, PASSWORD = "open", "enrol", "mfa", "password"
CONFIRMED_SECONDS = 15 * 60
PENDING_SECONDS = 10 * 60  # how long a sign-in waits for its next step
_SEEN_SECONDS = 60  # how exactly it is known when a session was last used

_ENDED = "The session has ended. Sign in again."


class Limits(NamedTuple):
    """How many seconds a session may be idle, and how long it may be in all."""

    idle: int
    absolute: int

    def hold(self, session: Session, now: int) -> bool:
        """Say whether a session is still within its limits; a clock that went back revives nothing."""
        longest = self.absolute if session.stage in (OPEN, ENROL) else PENDING_SECONDS
        return (
            now < session.created_at + longest
            and now < session.seen_at + self.idle
            and session.created_at <= now + CONFIRMED_SECONDS
        )


def prove(tx: Tx, limits: Limits, proof: SessionProof, now: int) -> Credential:
    """Find the session that a cookie names; ExpiredToken when there is none that may call the API."""
    credential = sessions.prove(tx, sessions.hashed(proof.token))
    if credential is None or not usable(credential, limits, now):
        raise ExpiredToken(_ENDED)
    return credential


def usable(credential: Credential, limits: Limits, now: int) -> bool:
    """Say whether a credential is an open session of somebody who is still there."""
    session = credential.session
    if session is None or session.stage not in (OPEN, ENROL):
        return False
    there = credential.user is not None or credential.owner_id == credential.account_id
    return there and limits.hold(session, now)


def is_confirmed(session: Session, now: int) -> bool:
    """Say whether somebody showed lately that it is still they."""
    return session.confirmed_at is not None and now < session.confirmed_at + CONFIRMED_SECONDS


def require_confirmed(session: Session | None, now: int) -> None:
    """Refuse a session that was not confirmed lately; a signature confirms itself."""
    if session is not None and not is_confirmed(session, now):
        raise ConfirmationRequired("Confirm that it is you, then try again.")


def is_stale(session: Session, now: int) -> bool:
    """Say whether it is worth writing down that a session is in use."""
    return now >= session.seen_at + _SEEN_SECONDS
