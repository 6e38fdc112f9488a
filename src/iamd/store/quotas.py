"""Quotas of an account: AWS's defaults, and what the operator of this server has set instead."""

from collections.abc import Mapping

import sqlalchemy as sa

from iamd.core.errors import LimitExceeded
from iamd.core.quotas import DEFAULTS
from iamd.store.query import Query, Tx, Write, binding
from iamd.store.schema import quotas

_value = Query(
    sa.select(quotas.c.value).where(binding(quotas, "account_id", "name")), lambda row: int(row[0])
)
_all = Query(
    sa.select(quotas.c.name, quotas.c.value).where(binding(quotas, "account_id")),
    lambda row: (str(row[0]), int(row[1])),
)
_add = Write(sa.insert(quotas))
_remove = Write(sa.delete(quotas).where(binding(quotas, "account_id", "name")))


def value(tx: Tx, account_id: str, name: str) -> int:
    """Return how much an account may have of what a quota names."""
    found = _value.one(tx, account_id=account_id, name=name)
    return DEFAULTS[name] if found is None else found


def every(tx: Tx, account_id: str) -> Mapping[str, int]:
    """Return all quotas of an account by name."""
    return {**DEFAULTS, **dict(_all.all(tx, account_id=account_id))}


def put(tx: Tx, account_id: str, name: str, value: int) -> None:
    """Set a quota, whatever it was."""
    reset(tx, account_id, name)
    _add.run(tx, account_id=account_id, name=name, value=value)


def reset(tx: Tx, account_id: str, name: str) -> None:
    """Go back to AWS's default."""
    _remove.run(tx, account_id=account_id, name=name)


def admit(tx: Tx, account_id: str, name: str, count: int) -> None:
    """Refuse a count that goes beyond a quota; LimitExceeded in AWS's words."""
    most = value(tx, account_id, name)
    if count > most:
        raise LimitExceeded(f"Cannot exceed quota for {name}: {most}")
