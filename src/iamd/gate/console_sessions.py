"""Console sessions as proof of who is calling: how long they hold, and when they must be confirmed."""

from typing import NamedTuple

from iamd.core.errors import ConfirmationRequired, ExpiredToken
from iamd.core.records import Session
from iamd.gate.credentials import ConsoleCredentials
from iamd.store import sessions
from iamd.store.access_keys import CredentialRecord
from iamd.store.query import Tx

OPEN, ENROLL, MFA, PASSWORD = "open", "enrol", "mfa", "password"
CONFIRMATION_SECONDS = 15 * 60
PENDING_SECONDS = 10 * 60  # how long a sign-in waits for its next step
_LAST_USE_RESOLUTION_SECONDS = 60  # how exactly it is known when a session was last used

_SESSION_ENDED_MESSAGE = "The session has ended. Sign in again."


class SessionLimits(NamedTuple):
    """How many seconds a session may be idle, and how long it may be in all."""

    idle: int
    absolute: int

    def allow(self, session: Session, epoch: int) -> bool:
        """Say whether a session is still within its limits; a clock that went back revives nothing."""
        max_seconds = self.absolute if session.stage in (OPEN, ENROLL) else PENDING_SECONDS
        return (
            epoch < session.created_at + max_seconds
            and epoch < session.seen_at + self.idle
            and session.created_at <= epoch + CONFIRMATION_SECONDS
        )


def authenticate(
    tx: Tx, limits: SessionLimits, credentials: ConsoleCredentials, epoch: int
) -> CredentialRecord:
    """Find the session that a cookie names; ExpiredToken when there is none that may call the API."""
    record = sessions.find_credential(tx, sessions.hash_token(credentials.session_token))
    if record is None or not is_usable(record, limits, epoch):
        raise ExpiredToken(_SESSION_ENDED_MESSAGE)
    return record


def is_usable(record: CredentialRecord, limits: SessionLimits, epoch: int) -> bool:
    """Say whether a credential is an open session of somebody who is still there."""
    session = record.session
    if session is None or session.stage not in (OPEN, ENROLL):
        return False
    owner_exists = record.user is not None or record.owner_id == record.account_id
    return owner_exists and limits.allow(session, epoch)


def is_confirmed(session: Session, epoch: int) -> bool:
    """Say whether somebody showed lately that it is still they."""
    return session.confirmed_at is not None and epoch < session.confirmed_at + CONFIRMATION_SECONDS


def require_confirmed(session: Session | None, epoch: int) -> None:
    """Refuse a session that was not confirmed lately; a signature confirms itself."""
    if session is not None and not is_confirmed(session, epoch):
        raise ConfirmationRequired("Confirm that it is you, then try again.")


def needs_last_use_update(session: Session, epoch: int) -> bool:
    """Say whether it is worth writing down that a session is in use."""
    return epoch >= session.seen_at + _LAST_USE_RESOLUTION_SECONDS
