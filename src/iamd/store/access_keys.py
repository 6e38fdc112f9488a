"""Access keys: sealed secret, status and last use."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from iamd.core.records import AccessKey, Role, Session, SessionToken, User
from iamd.store import paging
from iamd.store.paging import Page, PageLimits
from iamd.store.query import Query, Tx, Write, bind, columns_equal, text_scalar
from iamd.store.schema import access_key_uses, access_keys, accounts, users

_user_join = sa.and_(users.c.account_id == access_keys.c.account_id, users.c.user_id == access_keys.c.user_id)
_key_columns = [
    users.c.user_name if name == "user_name" else access_keys.c[name] for name in AccessKey._fields
]


class AccessKeyLastUsed(NamedTuple):
    """When, for which service and in which Region a key was last used; `last_used_date` is ISO 8601 text."""

    account_id: str
    access_key_id: str
    last_used_date: str
    service_name: str
    region: str


class AccessKeyDetail(NamedTuple):
    """An access key with its last use; the last three fields are None if it was never used."""

    user_id: str
    status: str
    create_date: str
    last_used_date: str | None
    region: str | None
    service_name: str | None


class CredentialRecord(NamedTuple):
    """Everything that authenticating a caller needs, from one row; `user` is None for the root user.

    A console user has a `session` instead of an access key and a secret. Temporary credentials have a
    `token`, and a `role` if they are a role's.
    """

    access_key_id: str
    account_id: str
    owner_id: str
    status: str
    secret: bytes
    data_key: bytes
    revision: str
    user: User | None
    session: Session | None = None
    token: SessionToken | None = None
    role: Role | None = None


def _credential_from_row(row: Any) -> CredentialRecord:
    access_key_id, account_id, owner_id, status, secret, data_key, revision, *user_columns = row
    user = User._make(user_columns) if user_columns[0] is not None else None
    return CredentialRecord(access_key_id, account_id, owner_id, status, secret, data_key, revision, user)


_credential_columns = [
    access_keys.c.access_key_id,
    access_keys.c.account_id,
    access_keys.c.user_id,
    access_keys.c.status,
    access_keys.c.secret,
    accounts.c.data_key,
    accounts.c.revision,
]
_find_credential = Query(
    sa.select(*_credential_columns, *(users.c[name] for name in User._fields))
    .select_from(
        access_keys.join(accounts, accounts.c.account_id == access_keys.c.account_id).outerjoin(
            users, _user_join
        )
    )
    .where(columns_equal(access_keys, "access_key_id")),
    _credential_from_row,
)
_find = Query(
    sa.select(*_key_columns)
    .select_from(access_keys.outerjoin(users, _user_join))
    .where(columns_equal(access_keys, "access_key_id", "account_id")),
    AccessKey._make,
)
_list_page = Query(
    sa.select(*_key_columns)
    .select_from(access_keys.outerjoin(users, _user_join))
    .where(columns_equal(access_keys, "account_id", "user_id"), access_keys.c.access_key_id > bind("after"))
    .order_by(access_keys.c.access_key_id)
    .limit(bind("limit")),
    AccessKey._make,
)
_list_all = Query(
    sa.select(
        access_keys.c.user_id,
        access_keys.c.status,
        access_keys.c.create_date,
        access_key_uses.c.last_used_date,
        access_key_uses.c.region,
        access_key_uses.c.service_name,
    )
    .select_from(
        access_keys.outerjoin(
            access_key_uses,
            sa.and_(
                access_key_uses.c.account_id == access_keys.c.account_id,
                access_key_uses.c.access_key_id == access_keys.c.access_key_id,
            ),
        )
    )
    .where(columns_equal(access_keys, "account_id"))
    .order_by(access_keys.c.user_id, access_keys.c.access_key_id),
    AccessKeyDetail._make,
)
_find_account_id = Query(
    sa.select(access_keys.c.account_id).where(columns_equal(access_keys, "access_key_id")), text_scalar
)
_add = Write(sa.insert(access_keys))
_set_status = Write(
    sa.update(access_keys).where(access_keys.c.access_key_id == bind("key")).values(status=bind("status"))
)
_delete = Write(sa.delete(access_keys).where(columns_equal(access_keys, "access_key_id", "account_id")))
_delete_last_use = Write(
    sa.delete(access_key_uses).where(columns_equal(access_key_uses, "access_key_id", "account_id"))
)
_find_last_use = Query(
    sa.select(*access_key_uses.c).where(columns_equal(access_key_uses, "account_id", "access_key_id")),
    AccessKeyLastUsed._make,
)
# An upsert: two nodes may record the last use of the same key at the same time.
_record_last_use = Write(
    sa.text(
        "INSERT INTO access_key_uses (account_id, access_key_id, last_used_date, service_name, region) "
        "SELECT account_id, access_key_id, CAST(:last_used_date AS TEXT), CAST(:service_name AS TEXT), "
        "CAST(:region AS TEXT) FROM access_keys "
        "WHERE account_id = :account_id AND access_key_id = :access_key_id "
        "ON CONFLICT (account_id, access_key_id) DO UPDATE SET last_used_date = excluded.last_used_date, "
        "service_name = excluded.service_name, region = excluded.region"
    )
)


def associated_data(access_key_id: str) -> str:
    """Return the associated data of a key's sealed secret, which binds the secret to its row."""
    return f"access_keys/{access_key_id}"


def find_credential(tx: Tx, access_key_id: str) -> CredentialRecord | None:
    """Find what verifying a signature needs, with the account's revision, in one statement."""
    return _find_credential.first(tx, access_key_id=access_key_id)


def find(tx: Tx, account_id: str, access_key_id: str) -> AccessKey | None:
    return _find.first(tx, account_id=account_id, access_key_id=access_key_id)


def find_account_id(tx: Tx, access_key_id: str) -> str | None:
    """Return the ID of the account that owns a key, active or not."""
    return _find_account_id.first(tx, access_key_id=access_key_id)


def list_page(tx: Tx, account_id: str, owner_id: str, limits: PageLimits) -> Page[AccessKey]:
    """Return one page of a user's keys, sorted by ID; the account's ID as `owner_id` is the root user."""
    return paging.fetch_page(
        _list_page, tx, limits, lambda key: key.access_key_id, account_id=account_id, user_id=owner_id
    )


def list_all(tx: Tx, account_id: str) -> list[AccessKeyDetail]:
    """Return all keys of an account, sorted by owner and key ID."""
    return _list_all.all(tx, account_id=account_id)


def add(tx: Tx, account_id: str, key: AccessKey, sealed_secret: bytes) -> None:
    _add.execute(
        tx,
        access_key_id=key.access_key_id,
        account_id=account_id,
        user_id=key.user_id,
        secret=sealed_secret,
        status=key.status,
        create_date=key.create_date,
    )


def set_status(tx: Tx, access_key_id: str, status: str) -> None:
    _set_status.execute(tx, key=access_key_id, status=status)


def delete(tx: Tx, account_id: str, access_key_id: str) -> None:
    _delete.execute(tx, account_id=account_id, access_key_id=access_key_id)
    _delete_last_use.execute(tx, account_id=account_id, access_key_id=access_key_id)


def find_last_use(tx: Tx, account_id: str, access_key_id: str) -> AccessKeyLastUsed | None:
    return _find_last_use.first(tx, account_id=account_id, access_key_id=access_key_id)


def record_last_use(tx: Tx, last_use: AccessKeyLastUsed) -> None:
    """Record a key's last use; do nothing if the key has been deleted in the meantime."""
    _record_last_use.execute(tx, **last_use._asdict())
