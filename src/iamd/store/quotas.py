"""Account quotas: AWS's defaults, and the values that this server's operator has set instead."""

from collections.abc import Mapping

import sqlalchemy as sa

from iamd.core.default_quotas import DEFAULT_QUOTAS
from iamd.core.errors import LimitExceeded
from iamd.store.query import Query, Tx, Write, columns_equal
from iamd.store.schema import quotas

_find = Query(
    sa.select(quotas.c.value).where(columns_equal(quotas, "account_id", "name")), lambda row: int(row[0])
)
_list_for_account = Query(
    sa.select(quotas.c.name, quotas.c.value).where(columns_equal(quotas, "account_id")),
    lambda row: (str(row[0]), int(row[1])),
)
_add = Write(sa.insert(quotas))
_delete = Write(sa.delete(quotas).where(columns_equal(quotas, "account_id", "name")))


def get(tx: Tx, account_id: str, name: str) -> int:
    """Return the value of an account's quota; raise KeyError for an unknown name."""
    override = _find.first(tx, account_id=account_id, name=name)
    return DEFAULT_QUOTAS[name] if override is None else override


def get_all(tx: Tx, account_id: str) -> Mapping[str, int]:
    """Return all quotas of an account, keyed by name."""
    return {**DEFAULT_QUOTAS, **dict(_list_for_account.all(tx, account_id=account_id))}


def put(tx: Tx, account_id: str, name: str, value: int) -> None:
    """Set a quota, replacing its previous value."""
    reset(tx, account_id, name)
    _add.execute(tx, account_id=account_id, name=name, value=value)


def reset(tx: Tx, account_id: str, name: str) -> None:
    """Reset a quota to AWS's default."""
    _delete.execute(tx, account_id=account_id, name=name)


def enforce(tx: Tx, account_id: str, name: str, count: int) -> None:
    """Raise LimitExceeded, with AWS's message, if a count exceeds the quota."""
    limit = get(tx, account_id, name)
    if count > limit:
        raise LimitExceeded(f"Cannot exceed quota for {name}: {limit}")
