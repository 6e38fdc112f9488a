"""Accounts: the row locked by every write to an account, entity counters, aliases, master key fingerprint."""

import sqlalchemy as sa

from iamd.core.errors import EntityAlreadyExists
from iamd.core.records import Account
from iamd.store import quotas
from iamd.store.query import Query, Tx, Write, bind, columns_equal, text_scalar
from iamd.store.schema import account_aliases, accounts, meta

_columns = [accounts.c[name] for name in Account._fields]
_find = Query(sa.select(*_columns).where(columns_equal(accounts, "account_id")), Account._make)
_find_by_email = Query(sa.select(*_columns).where(columns_equal(accounts, "root_email_key")), Account._make)
_list_all = Query(sa.select(*_columns).order_by(accounts.c.account_id), Account._make)
_lock = Query(
    sa.select(accounts.c.revision).where(columns_equal(accounts, "account_id")).with_for_update(), text_scalar
)
_add = Write(sa.insert(accounts))
_set_revision = Write(
    sa.update(accounts).where(accounts.c.account_id == bind("key")).values(revision=bind("revision"))
)
_update_name_and_email = Write(
    sa.update(accounts)
    .where(accounts.c.account_id == bind("key"))
    .values({name: bind(name) for name in ("name", "root_email", "root_email_key")})
)
_COUNTER_COLUMNS = {
    "UsersPerAccount": accounts.c.users,
    "GroupsPerAccount": accounts.c.groups,
    "PoliciesPerAccount": accounts.c.policies,
    "RolesPerAccount": accounts.c.roles,
    "InstanceProfilesPerAccount": accounts.c.instance_profiles,
}
_adjust_counter = {
    quota: Query(
        sa.update(accounts)
        .where(accounts.c.account_id == bind("key"))
        .values({column: column + sa.bindparam("step", type_=sa.Integer)})
        .returning(column),
        lambda row: int(row[0]),
    )
    for quota, column in _COUNTER_COLUMNS.items()
}
_find_alias = Query(
    sa.select(account_aliases.c.alias).where(columns_equal(account_aliases, "account_id")), text_scalar
)
_find_by_alias = Query(
    sa.select(account_aliases.c.account_id).where(columns_equal(account_aliases, "alias")), text_scalar
)
_add_alias = Write(sa.insert(account_aliases))
_delete_alias = Write(sa.delete(account_aliases).where(columns_equal(account_aliases, "account_id", "alias")))
_find_meta = Query(sa.select(meta.c.value).where(columns_equal(meta, "name")), text_scalar)
_add_meta = Write(sa.insert(meta))

_MASTER_KEY_FINGERPRINT = "master-key"


def normalize_email(email: str) -> str:
    """Return a root email's form for comparison: case-folded, without surrounding white space."""
    return email.strip().casefold()


def find(tx: Tx, account_id: str) -> Account | None:
    return _find.first(tx, account_id=account_id)


def find_by_email(tx: Tx, email: str) -> Account | None:
    return _find_by_email.first(tx, root_email_key=normalize_email(email))


def list_all(tx: Tx) -> list[Account]:
    """Return all accounts, sorted by ID."""
    return _list_all.all(tx)


def add(tx: Tx, account: Account) -> None:
    """Insert an account; the caller has checked that its ID and root email are unused."""
    _add.execute(tx, **account._asdict(), root_email_key=normalize_email(account.root_email))


def lock(tx: Tx, account_id: str) -> None:
    """Lock the account's row: other writes to the account wait until this transaction ends."""
    _lock.first(tx, account_id=account_id)


def set_revision(tx: Tx, account_id: str, revision: str) -> None:
    """Give the account a new revision, which invalidates everything cached under the old one."""
    _set_revision.execute(tx, key=account_id, revision=revision)


def adjust_counter(tx: Tx, account_id: str, quota: str, delta: int) -> None:
    """Adjust the account's count of one kind of entity by +1 or -1.

    `quota` is the quota's name, such as `UsersPerAccount`. Raises LimitExceeded if the new count exceeds it.
    """
    total = _adjust_counter[quota].first(tx, key=account_id, step=delta)
    if total is not None and delta > 0:
        quotas.enforce(tx, account_id, quota, total)


def find_alias(tx: Tx, account_id: str) -> str | None:
    return _find_alias.first(tx, account_id=account_id)


def find_account_id_by_alias(tx: Tx, alias: str) -> str | None:
    """Return the ID of the account with this alias; None if there is none."""
    return _find_by_alias.first(tx, alias=alias)


def update_name_and_email(tx: Tx, account_id: str, name: str, root_email: str) -> None:
    """Change an account's name and root email; the email must not belong to another account."""
    _update_name_and_email.execute(
        tx, key=account_id, name=name, root_email=root_email, root_email_key=normalize_email(root_email)
    )


def set_alias(tx: Tx, account_id: str, alias: str) -> None:
    """Set the account's alias, replacing any other: an account has one at most.

    Raises EntityAlreadyExists if an account of this server already has the alias.
    """
    if _find_by_alias.first(tx, alias=alias):
        raise EntityAlreadyExists(f"The account alias {alias} already exists.")
    current_alias = find_alias(tx, account_id)
    if current_alias:
        _delete_alias.execute(tx, account_id=account_id, alias=current_alias)
    _add_alias.execute(tx, account_id=account_id, alias=alias)


def delete_alias(tx: Tx, account_id: str, alias: str) -> bool:
    """Delete the alias; return False if the account has no such alias."""
    return _delete_alias.execute(tx, account_id=account_id, alias=alias) > 0


def find_master_key_fingerprint(tx: Tx) -> str | None:
    """Return the fingerprint of the master key that this store was created with."""
    return _find_meta.first(tx, name=_MASTER_KEY_FINGERPRINT)


def set_master_key_fingerprint(tx: Tx, fingerprint: str) -> None:
    _add_meta.execute(tx, name=_MASTER_KEY_FINGERPRINT, value=fingerprint)
