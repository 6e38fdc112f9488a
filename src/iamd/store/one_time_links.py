"""Links that work once: the store has a hash of each, its purpose and its end."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import links


class OneTimeLink(NamedTuple):
    """`purpose` is `setup` or `reset-password`; `expires_at` is in seconds since 1970."""

    token_hash: str
    account_id: str
    purpose: str
    expires_at: int


_find = Query(
    sa.select(*(links.c[name] for name in OneTimeLink._fields)).where(columns_equal(links, "token_hash")),
    OneTimeLink._make,
)
_add = Write(sa.insert(links))
_delete_for_account = Write(sa.delete(links).where(columns_equal(links, "account_id")))
_purge = Write(sa.delete(links).where(links.c.expires_at < bind("before")))


def find(tx: Tx, token_hash: str) -> OneTimeLink | None:
    return _find.first(tx, token_hash=token_hash)


def add(tx: Tx, link: OneTimeLink) -> None:
    _add.execute(tx, **link._asdict())


def delete_for_account(tx: Tx, account_id: str) -> None:
    """End all links of an account: one of them was used."""
    _delete_for_account.execute(tx, account_id=account_id)


def purge(tx: Tx, before: int) -> int:
    return _purge.execute(tx, before=before)
