"""Accounts as issuers of web identity tokens."""

import sqlalchemy as sa

from iamd.core.records import Issuer
from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import issuers

_select = sa.select(*(issuers.c[name] for name in Issuer._fields))
_find = Query(_select.where(columns_equal(issuers, "account_id")), Issuer._make)
_find_by_id = Query(_select.where(columns_equal(issuers, "issuer_id")), Issuer._make)
_add = Write(sa.insert(issuers))
_set_disabled_at = Write(
    sa.update(issuers).where(issuers.c.account_id == bind("account")).values(disabled_at=bind("disabled_at"))
)


def find(tx: Tx, account_id: str) -> Issuer | None:
    return _find.first(tx, account_id=account_id)


def find_by_id(tx: Tx, issuer_id: str) -> Issuer | None:
    return _find_by_id.first(tx, issuer_id=issuer_id)


def add(tx: Tx, issuer: Issuer) -> None:
    """Insert an account's issuer; the caller has checked that it has none."""
    _add.execute(tx, **issuer._asdict())


def set_disabled_at(tx: Tx, account_id: str, disabled_at: int | None) -> None:
    """Disable an account's issuer, or enable it with None."""
    _set_disabled_at.execute(tx, account=account_id, disabled_at=disabled_at)
