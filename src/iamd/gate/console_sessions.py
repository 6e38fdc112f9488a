"""Console sessions as credentials: idle and absolute timeouts, and recent confirmation of identity."""

from typing import NamedTuple

from iamd.core.clock_steps import ClockSteps
from iamd.core.errors import ConfirmationRequired, ExpiredToken
from iamd.core.records import Session
from iamd.core.session_stages import ENROLL, OPEN
from iamd.gate.credentials import ConsoleCredentials
from iamd.store import sessions
from iamd.store.access_keys import CredentialRecord
from iamd.store.query import Tx

CONFIRMATION_SECONDS = 15 * 60
PENDING_SECONDS = 10 * 60  # lifetime of an unfinished sign-in
_LAST_USE_RESOLUTION_SECONDS = 60  # precision of a session's last use

_SESSION_ENDED_MESSAGE = "The session has ended. Sign in again."


class SessionLimits(NamedTuple):
    """Idle timeout and maximum lifetime of a session, in seconds; and how the clock was set back."""

    idle: int
    absolute: int
    clock_steps: ClockSteps

    def allow(self, session: Session, epoch: int) -> bool:
        """Return whether a session is within its limits; unfinished sign-ins last `PENDING_SECONDS` at most.

        A session created in the future (the clock was set back) is rejected; up to `CONFIRMATION_SECONDS` of
        clock skew are tolerated. So is a session that had ended before the clock was set back.
        """
        max_seconds = self.absolute if session.stage in (OPEN, ENROLL) else PENDING_SECONDS
        ends_at = min(session.created_at + max_seconds, session.seen_at + self.idle)
        return self._is_within(session.created_at, ends_at, epoch)

    def is_confirmed(self, session: Session, epoch: int) -> bool:
        """Return whether the user confirmed their identity within the last `CONFIRMATION_SECONDS`."""
        confirmed_at = session.confirmed_at
        return confirmed_at is not None and self._is_within(
            confirmed_at, confirmed_at + CONFIRMATION_SECONDS, epoch
        )

    def _is_within(self, begins_at: int, ends_at: int, epoch: int) -> bool:
        is_current = begins_at <= epoch + CONFIRMATION_SECONDS and epoch < ends_at
        return is_current and not self.clock_steps.had_ended(begins_at, ends_at)


def authenticate(
    tx: Tx, limits: SessionLimits, credentials: ConsoleCredentials, epoch: int
) -> CredentialRecord:
    """Find the session of a cookie's token; ExpiredToken if no session with it may call the API."""
    record = sessions.find_credential(tx, sessions.hash_token(credentials.session_token))
    if record is None or not is_usable(record, limits, epoch):
        raise ExpiredToken(_SESSION_ENDED_MESSAGE)
    return record


def is_usable(record: CredentialRecord, limits: SessionLimits, epoch: int) -> bool:
    """Return whether a record is an open session within its limits, of a user who still exists."""
    session = record.session
    if session is None or session.stage not in (OPEN, ENROLL):
        return False
    owner_exists = record.user is not None or record.owner_id == record.account_id
    return owner_exists and limits.allow(session, epoch)


def require_confirmed(session: Session | None, limits: SessionLimits, epoch: int) -> None:
    """Raise ConfirmationRequired if a session was not confirmed recently; None (a signed call) passes."""
    if session is not None and not limits.is_confirmed(session, epoch):
        raise ConfirmationRequired("Confirm your identity and try again.")


def needs_last_use_update(session: Session, epoch: int) -> bool:
    """Return whether the stored last use of a session is old enough to be updated."""
    return epoch >= session.seen_at + _LAST_USE_RESOLUTION_SECONDS
