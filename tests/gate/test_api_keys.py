"""API keys: which are accepted, and that none is once it is revoked or has expired."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from iamd.core import ids
from iamd.core.clock_steps import ClockSteps
from iamd.core.errors import ExpiredToken, Fault, InvalidClientTokenId
from iamd.core.records import ServiceCredential, User
from iamd.datastore import Store
from iamd.gate.authenticator import Authenticator
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.credentials import BearerCredentials
from iamd.store import service_credentials
from iamd.store.access_keys import CredentialRecord
from iamd.store.entities import USERS
from tests import servers
from tests.in_process import root_client

pytestmark = pytest.mark.both_databases

NOW = 1_795_000_000
DAY = 86_400


class ApiKey(NamedTuple):
    """An API key of a user in a new account, and the authenticator of one process."""

    store: Store
    authenticator: Authenticator
    user: User
    account_id: str
    credential_id: str
    secret: str

    def authenticate(self, epoch: int = NOW, secret: str | None = None) -> CredentialRecord:
        credentials = BearerCredentials(self.secret if secret is None else secret)
        with self.store.database.read() as tx:
            return self.authenticator.authenticate(tx, credentials, epoch)

    def reload(self, record: CredentialRecord) -> CredentialRecord:
        with self.store.database.read() as tx:
            return self.authenticator.reload(tx, record, NOW)

    def accepts(self, epoch: int = NOW) -> bool:
        try:
            self.authenticate(epoch)
        except ExpiredToken:
            return False
        return True

    def deactivate(self) -> None:
        with self.store.database.write() as tx:
            service_credentials.set_status(tx, self.account_id, self.credential_id, "Inactive")

    def delete(self) -> None:
        with self.store.database.write() as tx:
            service_credentials.delete(tx, self.account_id, self.credential_id)

    def reset(self) -> str:
        """Replace the secret; return the new one."""
        secret = ids.api_key()
        with self.store.database.write() as tx:
            service_credentials.set_secret(tx, self.account_id, self.credential_id, "alias", secret)
        return secret

    def delete_user(self) -> None:
        """Delete the user, and create another of the same name."""
        with root_client(self.store, self.account_id) as iam:
            iam.delete_service_specific_credential(
                UserName="service", ServiceSpecificCredentialId=self.credential_id
            )
            iam.delete_user(UserName="service")
            iam.create_user(UserName="service")


def create_api_key(store: Store, lifetime: int | None = None, service_name: str = "iamd") -> ApiKey:
    """Create a key at `NOW` that expires after some seconds."""
    account_id = servers.create_account_in_store(store).account.account_id
    with root_client(store, account_id) as iam:
        iam.create_user(UserName="service")
    credential_id, secret = ids.unique(ids.SERVICE_CREDENTIAL), ids.api_key()
    with store.database.write() as tx:
        user = USERS.find(tx, account_id, "service")
        assert user is not None
        expires_at = None if lifetime is None else NOW + lifetime
        credential = ServiceCredential(
            credential_id, "service", user.user_id, service_name, "alias", "Active", NOW, expires_at
        )
        service_credentials.add(tx, account_id, credential, secret)
    authenticator = Authenticator(store.vault, SessionLimits(3600, 12 * 3600, ClockSteps()))
    return ApiKey(store, authenticator, user, account_id, credential_id, secret)


def test_valid_key_is_that_of_its_user(store: Store) -> None:
    key = create_api_key(store)
    record = key.authenticate()
    assert (record.access_key_id, record.account_id) == (key.credential_id, key.account_id)
    assert record.user == key.user
    assert record.owner_id == key.user.user_id
    assert key.reload(record) == record


def test_unknown_key(store: Store) -> None:
    key = create_api_key(store)
    secrets = ["", "x", ids.api_key(), f"{key.secret} ", key.secret.upper(), key.credential_id]
    secrets.append(service_credentials.hash_secret(key.secret))
    for secret in secrets:
        with pytest.raises(InvalidClientTokenId):
            key.authenticate(secret=secret)


def test_key_of_another_service(store: Store) -> None:
    key = create_api_key(store, service_name="bedrock.amazonaws.com")
    with pytest.raises(InvalidClientTokenId):
        key.authenticate()


REVOCATIONS: dict[str, Callable[[ApiKey], object]] = {
    "inactive": ApiKey.deactivate,
    "deleted": ApiKey.delete,
    "deleted user": ApiKey.delete_user,
}


@pytest.mark.parametrize("revoke", REVOCATIONS.values(), ids=REVOCATIONS.keys())
def test_revoked_key(store: Store, revoke: Callable[[ApiKey], object]) -> None:
    key = create_api_key(store)
    record = key.authenticate()
    revoke(key)
    with pytest.raises(InvalidClientTokenId):
        key.authenticate()
    with pytest.raises(InvalidClientTokenId):
        key.reload(record)


def test_reset_key(store: Store) -> None:
    key = create_api_key(store)
    record = key.authenticate()
    new_secret = key.reset()
    with pytest.raises(InvalidClientTokenId):
        key.authenticate()
    assert key.authenticate(secret=new_secret).access_key_id == key.credential_id
    with pytest.raises(InvalidClientTokenId):
        key.reload(record)


def test_expired_key(store: Store) -> None:
    key = create_api_key(store, lifetime=DAY)
    assert key.authenticate(NOW + DAY - 1).access_key_id == key.credential_id
    with pytest.raises(ExpiredToken):
        key.authenticate(NOW + DAY)


def test_key_without_an_expiry_stays_valid(store: Store) -> None:
    assert create_api_key(store).accepts(NOW + 10_000 * DAY)


def test_inactive_expired_key_is_only_told_to_be_invalid(store: Store) -> None:
    key = create_api_key(store, lifetime=DAY)
    key.deactivate()
    with pytest.raises(Fault) as raised:
        key.authenticate(NOW + 2 * DAY)
    assert isinstance(raised.value, InvalidClientTokenId)


def test_expired_key_stays_expired_when_the_clock_is_set_back(store: Store) -> None:
    key = create_api_key(store, lifetime=DAY)
    assert not key.accepts(NOW + 2 * DAY)
    assert not key.accepts(NOW + 60)


def test_key_that_nobody_used_meanwhile_stays_expired(store: Store) -> None:
    key, long_key = create_api_key(store, lifetime=DAY), create_api_key(store, lifetime=30 * DAY)
    other_key = long_key._replace(authenticator=key.authenticator)
    assert other_key.accepts(NOW + 2 * DAY)
    assert not key.accepts(NOW + 60)
    assert other_key.accepts(NOW + 60)
