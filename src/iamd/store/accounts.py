"""Accounts: the row that every write of an account locks, its counters and its alias."""

import sqlalchemy as sa

from iamd.core.errors import EntityAlreadyExists
from iamd.core.records import Account
from iamd.store import quotas
from iamd.store.query import Query, Tx, Write, bind, binding, first
from iamd.store.schema import account_aliases, accounts, meta

_columns = [accounts.c[name] for name in Account._fields]
_find = Query(sa.select(*_columns).where(binding(accounts, "account_id")), Account._make)
_by_email = Query(sa.select(*_columns).where(binding(accounts, "root_email_key")), Account._make)
_all = Query(sa.select(*_columns).order_by(accounts.c.account_id), Account._make)
_lock = Query(sa.select(accounts.c.revision).where(binding(accounts, "account_id")).with_for_update(), first)
_add = Write(sa.insert(accounts))
_touch = Write(
    sa.update(accounts).where(accounts.c.account_id == bind("key")).values(revision=bind("revision"))
)
_rename = Write(
    sa.update(accounts)
    .where(accounts.c.account_id == bind("key"))
    .values({name: bind(name) for name in ("name", "root_email", "root_email_key")})
)
_counted = {
    "UsersPerAccount": accounts.c.users,
    "GroupsPerAccount": accounts.c.groups,
    "PoliciesPerAccount": accounts.c.policies,
    "RolesPerAccount": accounts.c.roles,
    "InstanceProfilesPerAccount": accounts.c.instance_profiles,
}
_count = {
    quota: Query(
        sa.update(accounts)
        .where(accounts.c.account_id == bind("key"))
        .values({column: column + sa.bindparam("step", type_=sa.Integer)})
        .returning(column),
        lambda row: int(row[0]),
    )
    for quota, column in _counted.items()
}
_alias = Query(sa.select(account_aliases.c.alias).where(binding(account_aliases, "account_id")), first)
_alias_owner = Query(sa.select(account_aliases.c.account_id).where(binding(account_aliases, "alias")), first)
_add_alias = Write(sa.insert(account_aliases))
_drop_alias = Write(sa.delete(account_aliases).where(binding(account_aliases, "account_id", "alias")))
_read_meta = Query(sa.select(meta.c.value).where(binding(meta, "name")), first)
_write_meta = Write(sa.insert(meta))

_KEY_FINGERPRINT = "master-key"


def normal_email(email: str) -> str:
    """Return the form in which root emails are compared: no case, no outer spaces."""
    return email.strip().casefold()


def find(tx: Tx, account_id: str) -> Account | None:
    return _find.one(tx, account_id=account_id)


def find_by_email(tx: Tx, email: str) -> Account | None:
    return _by_email.one(tx, root_email_key=normal_email(email))


def every(tx: Tx) -> list[Account]:
    """Return all accounts, by ID."""
    return _all.all(tx)


def add(tx: Tx, account: Account) -> None:
    """Add an account whose ID and root email are new."""
    _add.run(tx, **account._asdict(), root_email_key=normal_email(account.root_email))


def lock(tx: Tx, account_id: str) -> None:
    """Hold every other write to the account back until this transaction ends."""
    _lock.one(tx, account_id=account_id)


def touch(tx: Tx, account_id: str, revision: str) -> None:
    """Give the account a new revision: what was known of it before is not looked up any more."""
    _touch.run(tx, key=account_id, revision=revision)


def count(tx: Tx, account_id: str, quota: str, step: int) -> None:
    """Count an entity in (+1) or out (-1); LimitExceeded beyond the quota."""
    counted = _count[quota].one(tx, key=account_id, step=step)
    if counted is not None and step > 0:
        quotas.admit(tx, account_id, quota, counted)


def alias(tx: Tx, account_id: str) -> str | None:
    return _alias.one(tx, account_id=account_id)


def owner_of_alias(tx: Tx, name: str) -> str | None:
    """Return the ID of the account that has an alias."""
    return _alias_owner.one(tx, alias=name)


def rename(tx: Tx, account_id: str, name: str, root_email: str) -> None:
    """Change an account's name and root email, which must be nobody else's."""
    _rename.run(tx, key=account_id, name=name, root_email=root_email, root_email_key=normal_email(root_email))


def set_alias(tx: Tx, account_id: str, name: str) -> None:
    """Give the account its one alias; EntityAlreadyExists when any account here has it already."""
    if _alias_owner.one(tx, alias=name):
        raise EntityAlreadyExists(f"The account alias {name} already exists.")
    held = alias(tx, account_id)
    if held:
        _drop_alias.run(tx, account_id=account_id, alias=held)
    _add_alias.run(tx, account_id=account_id, alias=name)


def drop_alias(tx: Tx, account_id: str, name: str) -> bool:
    """Remove the alias; False when the account has no such alias."""
    return _drop_alias.run(tx, account_id=account_id, alias=name) > 0


def key_fingerprint(tx: Tx) -> str | None:
    """Return the fingerprint of the master key that this store was founded with."""
    return _read_meta.one(tx, name=_KEY_FINGERPRINT)


def set_key_fingerprint(tx: Tx, fingerprint: str) -> None:
    _write_meta.run(tx, name=_KEY_FINGERPRINT, value=fingerprint)
