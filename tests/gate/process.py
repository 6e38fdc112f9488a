"""The gate of a process whose clock a test sets, with the administrator of an account."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from iamd.core import ids
from iamd.core.clock_steps import ClockSteps
from iamd.core.errors import ExpiredToken
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
BASE_URL = "http://localhost:8470"
REQUEST = RequestContext("request", "203.0.113.9", "a test", "", False, "us-east-1", BASE_URL)


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


@contextlib.contextmanager
def running(store: Store) -> Iterator[Process]:
    """Yield a process on the store, with a new account whose administrator calls."""
    account = servers.create_account_in_store(store)
    account_id = account.account.account_id
    with store.database.read() as tx:
        user = USERS.find(tx, account_id, "admin")
    assert user is not None
    clock, clock_steps = Clock(), ClockSteps()
    audit_queue = AuditQueue(store.database, timedelta(days=90))
    dependencies = Dependencies(
        store.database,
        cheap_hashes.hasher(),
        PasswordBlocklist(),
        JwksCache(),
        clock_steps,
        base_url=BASE_URL,
    )
    authenticator = Authenticator(store.vault, SessionLimits(IDLE, ABSOLUTE, clock_steps))
    gate = Gate(
        dependencies,
        authenticator,
        audit_queue,
        RateLimiter(None),
        ConcurrencyLimiter(4, 100, ExecutionSlots(4)),
        CallerCache(),
        clock,
    )
    key = AccessKeyCredentials(account.access_key_id or "", None, lambda _secret: None)
    yield Process(gate, clock, store, account_id, user.user_id, key)
    audit_queue.close()
