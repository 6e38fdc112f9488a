"""Temporary credentials: the current state of a session token's owner, with the account's revision."""

from typing import Any

import sqlalchemy as sa

from iamd.core.records import Role, SessionToken, User
from iamd.store.access_keys import CredentialRecord
from iamd.store.query import Query, Tx, columns_equal
from iamd.store.schema import accounts, roles, users

_account_columns = [accounts.c.data_key, accounts.c.revision]


def _owner_query(table: sa.Table, record: Any) -> Query[Any]:
    columns = [table.c[name] for name in record._fields]
    return Query(
        sa.select(*_account_columns, *columns)
        .select_from(table.join(accounts, accounts.c.account_id == table.c.account_id))
        .where(columns_equal(table, "account_id", columns[0].name)),
        lambda row: (row[0], row[1], record._make(row[2:])),
    )


_find_role, _find_user = _owner_query(roles, Role), _owner_query(users, User)
_find_root = Query(
    sa.select(*_account_columns).where(columns_equal(accounts, "account_id")),
    lambda row: (row[0], row[1], None),
)


def find_credential(tx: Tx, access_key_id: str, token: SessionToken) -> CredentialRecord | None:
    """Find the role, user or root user that owns a session token, in one statement.

    Return None if the role or user has been deleted.
    """
    if token.kind == "role":
        row = _find_role.first(tx, account_id=token.account_id, role_id=token.owner_id)
    elif token.owner_id == token.account_id:
        row = _find_root.first(tx, account_id=token.account_id)
    else:
        row = _find_user.first(tx, account_id=token.account_id, user_id=token.owner_id)
    if row is None:
        return None
    data_key, revision, owner = row
    return CredentialRecord(
        access_key_id,
        token.account_id,
        token.owner_id,
        "Active",
        b"",
        data_key,
        revision,
        owner if isinstance(owner, User) else None,
        token=token,
        role=owner if isinstance(owner, Role) else None,
    )


def find_user(tx: Tx, account_id: str, user_id: str) -> CredentialRecord | None:
    """Find a user, without credentials, and its account's revision in one statement."""
    row = _find_user.first(tx, account_id=account_id, user_id=user_id)
    if row is None:
        return None
    data_key, revision, user = row
    return CredentialRecord("", account_id, user_id, "Active", b"", data_key, revision, user)
