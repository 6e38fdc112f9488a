"""Service-specific credentials of users: API keys of services that ask this server for decisions."""

import hashlib
from typing import Any

import sqlalchemy as sa

from iamd.core.records import ServiceCredential, User
from iamd.store import paging
from iamd.store.access_keys import CredentialRecord
from iamd.store.paging import Page, PageLimits
from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import accounts, service_credentials, users

_user_join = sa.and_(
    users.c.account_id == service_credentials.c.account_id,
    users.c.user_id == service_credentials.c.user_id,
)
_select = sa.select(
    *(
        users.c.user_name if name == "user_name" else service_credentials.c[name]
        for name in ServiceCredential._fields
    )
).select_from(service_credentials.join(users, _user_join))
_in_service = sa.or_(bind("service") == "", service_credentials.c.service_name == bind("service"))
_after = service_credentials.c.credential_id > bind("after")
_find = Query(
    _select.where(columns_equal(service_credentials, "account_id", "credential_id")), ServiceCredential._make
)
_list_account_page = Query(
    _select.where(columns_equal(service_credentials, "account_id"), _in_service, _after)
    .order_by(service_credentials.c.credential_id)
    .limit(bind("limit")),
    ServiceCredential._make,
)
_list_user_page = Query(
    _select.where(columns_equal(service_credentials, "account_id", "user_id"), _in_service, _after)
    .order_by(service_credentials.c.credential_id)
    .limit(bind("limit")),
    ServiceCredential._make,
)


def _credential_record(row: Any) -> CredentialRecord:
    """Return a record with the hash of the secret, which tells whether it was reset."""
    credential_id, account_id, user_id, status, hash_, _, _, data_key, revision, *user_columns = row
    user = User._make(user_columns)
    secret = hash_.encode()
    return CredentialRecord(credential_id, account_id, user_id, status, secret, data_key, revision, user)


_select_record = sa.select(
    service_credentials.c.credential_id,
    service_credentials.c.account_id,
    service_credentials.c.user_id,
    service_credentials.c.status,
    service_credentials.c.secret_hash,
    service_credentials.c.created_at,
    service_credentials.c.expires_at,
    accounts.c.data_key,
    accounts.c.revision,
    *(users.c[name] for name in User._fields),
).select_from(
    service_credentials.join(accounts, accounts.c.account_id == service_credentials.c.account_id).join(
        users, _user_join
    )
)
_find_by_hash = Query(
    _select_record.where(columns_equal(service_credentials, "secret_hash", "service_name")),
    lambda row: (row[5], row[6], _credential_record(row)),
)
_find_record = Query(
    _select_record.where(columns_equal(service_credentials, "account_id", "credential_id")),
    _credential_record,
)
_add = Write(sa.insert(service_credentials))
_condition = sa.and_(
    service_credentials.c.account_id == bind("account"),
    service_credentials.c.credential_id == bind("credential"),
)
_set_status = Write(sa.update(service_credentials).where(_condition).values(status=bind("status")))
_set_secret = Write(
    sa.update(service_credentials)
    .where(_condition)
    .values(secret_hash=bind("secret_hash"), alias=bind("alias"))
)
_delete = Write(
    sa.delete(service_credentials).where(columns_equal(service_credentials, "account_id", "credential_id"))
)


def hash_secret(secret: str) -> str:
    """Return the hash by which a secret is stored and found: its 256 bits are random, so one hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_credential(
    tx: Tx, secret: str, service_name: str
) -> tuple[int, int | None, CredentialRecord] | None:
    """Find a credential of a service by its secret, with its owner and the account's revision.

    Return the times of its creation and its expiry as well, in seconds since 1970. An indexed look-up of a
    hash needs no comparison in constant time: nobody can choose hashes.
    """
    return _find_by_hash.first(tx, secret_hash=hash_secret(secret), service_name=service_name)


def find_record(tx: Tx, account_id: str, credential_id: str) -> CredentialRecord | None:
    """Find a credential by its ID, with its owner and the account's revision."""
    return _find_record.first(tx, account_id=account_id, credential_id=credential_id)


def find(tx: Tx, account_id: str, credential_id: str) -> ServiceCredential | None:
    return _find.first(tx, account_id=account_id, credential_id=credential_id)


def list_page(
    tx: Tx, account_id: str, user_id: str | None, service_name: str, limits: PageLimits
) -> Page[ServiceCredential]:
    """Return one page of a user's credentials, or of all users' if None, sorted by ID.

    `service_name` is empty for those of every service.
    """
    query, owner = (_list_account_page, {}) if user_id is None else (_list_user_page, {"user_id": user_id})
    return paging.fetch_page(
        query,
        tx,
        limits,
        lambda credential: credential.credential_id,
        account_id=account_id,
        service=service_name,
        **owner,
    )


def add(tx: Tx, account_id: str, credential: ServiceCredential, secret: str) -> None:
    values = {name: value for name, value in credential._asdict().items() if name != "user_name"}
    _add.execute(tx, account_id=account_id, secret_hash=hash_secret(secret), **values)


def set_status(tx: Tx, account_id: str, credential_id: str, status: str) -> None:
    _set_status.execute(tx, account=account_id, credential=credential_id, status=status)


def set_secret(tx: Tx, account_id: str, credential_id: str, alias: str, secret: str) -> None:
    """Replace the secret and its public name; the old secret is no longer found."""
    _set_secret.execute(
        tx, account=account_id, credential=credential_id, alias=alias, secret_hash=hash_secret(secret)
    )


def delete(tx: Tx, account_id: str, credential_id: str) -> None:
    _delete.execute(tx, account_id=account_id, credential_id=credential_id)
