"""Credentials, sessions and confirmations that had ended when the clock was set back: they stay ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from iamd.core import ids
from iamd.core.clock_steps import ClockSteps
from iamd.core.errors import ConfirmationRequired, ExpiredToken, InvalidIdentityToken
from iamd.core.execution_slots import ExecutionSlots
from iamd.core.records import Session, SessionToken
from iamd.core.session_stages import OPEN
from iamd.crypto import session_tokens
from iamd.crypto.password_blocklist import PasswordBlocklist
from iamd.datastore import Store
from iamd.federation.jwks_cache import JwksCache
from iamd.framework.call import Dependencies
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.callers import CallerCache
from iamd.gate.concurrency_limits import ConcurrencyLimiter
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.credentials import AccessKeyCredentials, ConsoleCredentials, Credentials
from iamd.gate.gate import Gate
from iamd.gate.rate_limits import RateLimiter
from iamd.gate.request_context import RequestContext
from iamd.operations import OPERATIONS
from iamd.store import sessions
from iamd.store.entities import USERS
from tests import cheap_hashes, servers

HOUR = 3600
IDLE = HOUR
ABSOLUTE = 12 * HOUR
REQUEST = RequestContext("request", "203.0.113.9", "a test", "", False, "us-east-1", "http://localhost:8470")


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    @property
    def epoch(self) -> int:
        return int(self.now.timestamp())

    def move(self, seconds: int) -> None:
        """Advance the clock, or set it back by a negative number of seconds."""
        self.now += timedelta(seconds=seconds)


class Process(NamedTuple):
    """The gate of one process, its clock, and a user of an account."""

    gate: Gate
    clock: Clock
    store: Store
    account_id: str
    user_id: str
    access_key: Credentials

    def call(
        self, service: str, name: str, credentials: Credentials | None, **params: Any
    ) -> Mapping[str, Any]:
        operation = OPERATIONS[service][name]
        with self.gate.authenticate(operation, credentials, REQUEST) as invoke:
            return invoke(params) or {}

    def accepts(self, credentials: Credentials) -> bool:
        try:
            self.call("sts", "GetCallerIdentity", credentials)
        except ExpiredToken:
            return False
        return True

    def issue_token(self, lifetime: int) -> Credentials:
        """Issue temporary credentials of the user that last some seconds."""
        key_id, now = ids.access_key(self.account_id, ids.TEMPORARY_KEY), self.clock.epoch
        token = SessionToken("user", self.account_id, self.user_id, "", "s" * 40, now, now + lifetime)
        sealed = session_tokens.seal_token(self.store.vault.token_key, key_id, token)
        return AccessKeyCredentials(key_id, sealed, lambda _secret: None)

    def open_session(self, confirmed_at: int | None = None) -> Credentials:
        """Sign the user in to the console."""
        token, now = ids.secret_access_key(), self.clock.epoch
        session = Session(
            sessions.hash_token(token),
            self.account_id,
            self.user_id,
            ids.request(),
            OPEN,
            now,
            now,
            None,
            confirmed_at,
            "203.0.113.9",
            "a browser",
            None,
        )
        with self.store.database.write() as tx:
            sessions.add(tx, session)
        return ConsoleCredentials(token)


@pytest.fixture
def process(store: Store) -> Iterator[Process]:
    account = servers.create_account_in_store(store)
    account_id = account.account.account_id
    with store.database.read() as tx:
        user = USERS.find(tx, account_id, "admin")
    assert user is not None
    clock, clock_steps = Clock(), ClockSteps()
    audit_queue = AuditQueue(store.database, timedelta(days=90))
    dependencies = Dependencies(
        store.database, cheap_hashes.hasher(), PasswordBlocklist(), JwksCache(), clock_steps
    )
    authenticator = Authenticator(store.vault, SessionLimits(IDLE, ABSOLUTE, clock_steps))
    gate = Gate(
        dependencies,
        authenticator,
        audit_queue,
        RateLimiter(None),
        ConcurrencyLimiter(1, 100, ExecutionSlots(1)),
        CallerCache(),
        clock,
    )
    key = AccessKeyCredentials(account.access_key_id or "", None, lambda _secret: None)
    yield Process(gate, clock, store, account_id, user.user_id, key)
    audit_queue.close()


def test_expired_temporary_credentials_stay_expired(process: Process) -> None:
    short, long = process.issue_token(HOUR), process.issue_token(12 * HOUR)
    assert process.accepts(short)
    process.clock.move(2 * HOUR)
    assert process.accepts(process.access_key)  # any request shows the process the time
    process.clock.move(-2 * HOUR + 60)
    assert not process.accepts(short)
    assert process.accepts(long)
    assert process.accepts(process.issue_token(HOUR))


def test_credentials_that_nobody_used_meanwhile_stay_expired(process: Process) -> None:
    token = process.issue_token(HOUR)
    process.clock.move(2 * HOUR)
    process.accepts(process.access_key)
    process.clock.move(-90 * 60)
    process.accepts(process.access_key)
    process.clock.move(10 * 60)
    assert not process.accepts(token)


def test_unsigned_request_shows_the_time_too(process: Process) -> None:
    token, role = process.issue_token(HOUR), f"arn:aws:iam::{process.account_id}:role/none"
    process.clock.move(2 * HOUR)
    with pytest.raises(InvalidIdentityToken):
        process.call("sts", "AssumeRoleWithWebIdentity", None, role_arn=role, web_identity_token="none")
    process.clock.move(-2 * HOUR + 60)
    assert not process.accepts(token)


def test_valid_credentials_stay_valid(process: Process) -> None:
    """A clock that was ahead of the time by less than their lifetime, and is corrected."""
    token, session = process.issue_token(HOUR), process.open_session()
    process.clock.move(30 * 60)
    assert process.accepts(token)
    process.clock.move(-20 * 60)
    assert process.accepts(token)
    assert process.accepts(session)


@pytest.mark.parametrize("idle_seconds", [IDLE + 60, ABSOLUTE + 60])
def test_ended_console_session_stays_ended(process: Process, idle_seconds: int) -> None:
    session = process.open_session()
    process.clock.move(idle_seconds)
    assert not process.accepts(session)
    process.clock.move(60 - idle_seconds)
    assert not process.accepts(session)
    assert process.accepts(process.open_session())


def test_confirmation_that_had_lapsed_stays_lapsed(process: Process) -> None:
    session = process.open_session(confirmed_at=process.clock.epoch)
    process.clock.move(20 * 60)
    assert is_confirmation_required(process, session)
    process.clock.move(-19 * 60)
    assert is_confirmation_required(process, session)
    confirmed = process.open_session(confirmed_at=process.clock.epoch)
    assert not is_confirmation_required(process, confirmed)


def test_confirmation_in_the_future_is_none(process: Process) -> None:
    """A session of hours ago, confirmed just before the clock was set back to shortly after its start."""
    session = process.open_session(confirmed_at=process.clock.epoch + 2 * HOUR)
    assert is_confirmation_required(process, session)


def is_confirmation_required(process: Process, session: Credentials) -> bool:
    """Try to create an access key in a session, which requires a confirmation; delete it again."""
    try:
        key = process.call("iam", "CreateAccessKey", session, user_name="admin")["AccessKey"]
    except ConfirmationRequired:
        return True
    process.call("iam", "DeleteAccessKey", session, user_name="admin", access_key_id=key["AccessKeyId"])
    return False
