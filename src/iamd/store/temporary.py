"""Whose temporary credentials they are: the owner as it is now, with its account's revision."""

from typing import Any

import sqlalchemy as sa

from iamd.core.records import Role, Token, User
from iamd.store.access_keys import Credential
from iamd.store.query import Query, Tx, binding
from iamd.store.schema import accounts, roles, users

_account = [accounts.c.data_key, accounts.c.revision]


def _owner(table: sa.Table, record: Any) -> Query[Any]:
    fields = [table.c[name] for name in record._fields]
    return Query(
        sa.select(*_account, *fields)
        .select_from(table.join(accounts, accounts.c.account_id == table.c.account_id))
        .where(binding(table, "account_id", fields[0].name)),
        lambda row: (row[0], row[1], record._make(row[2:])),
    )


_role, _user = _owner(roles, Role), _owner(users, User)
_root = Query(sa.select(*_account).where(binding(accounts, "account_id")), lambda row: (row[0], row[1], None))


def prove(tx: Tx, access_key_id: str, token: Token) -> Credential | None:
    """Find whom a token speaks for, in one statement; None when that role or user is no more."""
    if token.kind == "role":
        found = _role.one(tx, account_id=token.account_id, role_id=token.owner_id)
    elif token.owner_id == token.account_id:
        found = _root.one(tx, account_id=token.account_id)
    else:
        found = _user.one(tx, account_id=token.account_id, user_id=token.owner_id)
    if found is None:
        return None
    data_key, revision, owner = found
    return Credential(
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
