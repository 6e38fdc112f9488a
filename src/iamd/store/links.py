"""Links that work once: the store has a hash of each, its purpose and its end."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, binding
from iamd.store.schema import links


class Link(NamedTuple):
    """`purpose` is `setup` or `reset-password`; `expires_at` is in seconds since 1970."""

    token_hash: str
    account_id: str
    purpose: str
    expires_at: int


_find = Query(
    sa.select(*(links.c[name] for name in Link._fields)).where(binding(links, "token_hash")), Link._make
)
_add = Write(sa.insert(links))
_drop = Write(sa.delete(links).where(binding(links, "account_id")))
_purge = Write(sa.delete(links).where(links.c.expires_at < bind("before")))


def find(tx: Tx, token_hash: str) -> Link | None:
    return _find.one(tx, token_hash=token_hash)


def add(tx: Tx, link: Link) -> None:
    _add.run(tx, **link._asdict())


def drop(tx: Tx, account_id: str) -> None:
    """End all links of an account: one of them was used."""
    _drop.run(tx, account_id=account_id)


def purge(tx: Tx, before: int) -> int:
    return _purge.run(tx, before=before)
