"""The sign-in services without HTTP, with a clock that the tests advance."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamd.core.clock_steps import ClockSteps
from iamd.core.records import LoginProfile, PasswordPolicy, SecuritySettings
from iamd.crypto.password_blocklist import PasswordBlocklist
from iamd.crypto.passwords import Hasher
from iamd.datastore import Store
from iamd.federation.jwks_cache import JwksCache
from iamd.framework.call import Dependencies
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.request_context import RequestContext
from iamd.signin import identity, password
from iamd.signin.password import PasswordForm
from iamd.signin.services import Client, SignInResult, SignInServices
from iamd.store import login_profiles, security_settings
from iamd.store.entities import USERS
from tests import cheap_hashes, servers
from tests.console_users import PASSWORD

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that changes only when a test advances it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class SignInContext:
    """The sign-in services, their clock, and an account with the user alice, whose password is PASSWORD."""

    services: SignInServices
    clock: FakeClock
    account_id: str
    user_id: str

    def try_user(
        self,
        typed: str = PASSWORD,
        name: str = "alice",
        address: str = "203.0.113.9",
        device: str = "",
        **form_fields: str,
    ) -> SignInResult:
        """Try to sign in as a user of the account."""
        return password.sign_in(
            self.services,
            lambda tx: identity.find_user(tx, self.account_id, name),
            PasswordForm(typed, **form_fields),
            client(self.unique_address(address), device),
        )

    def unique_address(self, address: str) -> str:
        """Return an address unique to this test: attempts by address are counted in the whole store."""
        return f"{address}/{self.account_id}"

    def settings(self, **changes: Any) -> None:
        with self.services.dependencies.database.write() as tx:
            security_settings.set_settings(tx, self.account_id, SecuritySettings()._replace(**changes))

    def policy(self, **changes: Any) -> None:
        with self.services.dependencies.database.write() as tx:
            security_settings.set_password_policy(tx, self.account_id, PasswordPolicy()._replace(**changes))


def client(address: str = "203.0.113.9", device: str = "") -> Client:
    request_context = RequestContext(
        "request", address, "a browser", "", False, "us-east-1", "http://localhost:8470"
    )
    return Client(request_context, device)


@pytest.fixture(scope="session")
def hasher() -> Hasher:
    return cheap_hashes.hasher()


@pytest.fixture(scope="session")
def password_hash(hasher: Hasher) -> str:
    return hasher.hash(PASSWORD)


@pytest.fixture
def context(store: Store, hasher: Hasher, password_hash: str) -> Iterator[SignInContext]:
    clock = FakeClock()
    account = servers.create_account_in_store(store).account
    audit_queue = AuditQueue(store.database, timedelta(days=90))
    clock_steps = ClockSteps()
    dependencies = Dependencies(store.database, hasher, PasswordBlocklist(), JwksCache(), clock_steps)
    limits = SessionLimits(3600, 43_200, clock_steps)
    services = SignInServices(dependencies, store.vault, b"k" * 32, limits, audit_queue, None, clock)
    with store.database.write() as tx:
        admin = USERS.find(tx, account.account_id, "admin")
        assert admin is not None
        USERS.rename(tx, account.account_id, admin, admin._replace(user_name="alice"))
        for user_id in (admin.user_id, account.account_id):
            login_profiles.add(
                tx,
                account.account_id,
                LoginProfile(
                    user_id,
                    password_hash,
                    services.timestamp(),
                    services.timestamp(),
                    password_reset_required=False,
                ),
            )
    yield SignInContext(services, clock, account.account_id, admin.user_id)
    audit_queue.close()
