"""One-time links, sent by email or printed by the CLI: the token's hash, purpose and expiry."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import links


class OneTimeLink(NamedTuple):
    """A one-time link: `purpose` is `setup` or `reset-password`, `expires_at` is in epoch seconds."""

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
    """Invalidate all links of an account, once one of them has been used."""
    _delete_for_account.execute(tx, account_id=account_id)


def purge(tx: Tx, before: int) -> int:
    """Delete the links that expired before an epoch time; return their number."""
    return _purge.execute(tx, before=before)
