"""A desk to sign people in at, without HTTP, whose clock the tests move."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamd.app import Store
from iamd.core.records import LoginProfile, PasswordPolicy, SecuritySettings
from iamd.crypto.password_blocklist import PasswordBlocklist
from iamd.crypto.passwords import Hasher
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
from tests import cheaply, servers
from tests.people import PASSWORD

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Moving:
    """A clock that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Place:
    """A desk, its clock, and an account with the user alice, whose password is PASSWORD."""

    desk: SignInServices
    clock: Moving
    account_id: str
    user_id: str

    def try_user(
        self,
        typed: str = PASSWORD,
        name: str = "alice",
        at: str = "203.0.113.9",
        device: str = "",
        **more: str,
    ) -> SignInResult:
        """Try to sign in as a user of the account."""
        return password.sign_in(
            self.desk,
            lambda tx: identity.find_user(tx, self.account_id, name),
            PasswordForm(typed, **more),
            visitor(self.address(at), device),
        )

    def address(self, at: str) -> str:
        """Return an address of this test's own: counts of addresses are the whole store's."""
        return f"{at}/{self.account_id}"

    def settings(self, **changes: Any) -> None:
        with self.desk.dependencies.database.write() as tx:
            security_settings.set_settings(tx, self.account_id, SecuritySettings()._replace(**changes))

    def policy(self, **changes: Any) -> None:
        with self.desk.dependencies.database.write() as tx:
            security_settings.set_password_policy(tx, self.account_id, PasswordPolicy()._replace(**changes))


def visitor(at: str = "203.0.113.9", device: str = "") -> Client:
    around = RequestContext("request", at, "a browser", "", False, "us-east-1", "http://localhost:8470")
    return Client(around, device)


@pytest.fixture(scope="session")
def hasher() -> Hasher:
    return cheaply.hasher()


@pytest.fixture(scope="session")
def hashed(hasher: Hasher) -> str:
    return hasher.hash(PASSWORD)


@pytest.fixture
def place(store: Store, hasher: Hasher, hashed: str) -> Iterator[Place]:
    moving = Moving()
    made = servers.make_account(store).account
    recorder = AuditQueue(store.database, timedelta(days=90))
    means = Dependencies(store.database, hasher, PasswordBlocklist(), JwksCache())
    desk = SignInServices(means, store.vault, b"k" * 32, SessionLimits(3600, 43_200), recorder, None, moving)
    with store.database.write() as tx:
        admin = USERS.find(tx, made.account_id, "admin")
        assert admin is not None
        USERS.rename(tx, made.account_id, admin, admin._replace(user_name="alice"))
        for user_id in (admin.user_id, made.account_id):
            login_profiles.add(
                tx,
                made.account_id,
                LoginProfile(
                    user_id, hashed, desk.timestamp(), desk.timestamp(), password_reset_required=False
                ),
            )
    yield Place(desk, moving, made.account_id, admin.user_id)
    recorder.close()
