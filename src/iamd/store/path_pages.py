"""Pages of named entities whose paths begin with a prefix, sorted by name."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from iamd.store import paging
from iamd.store.paging import Page, PageLimits
from iamd.store.query import Query, Tx, bind, columns_equal

Row = TypeVar("Row")

_ROOT_PATH = "/"
_MAX_INDEXED_MATCHES = 2_000  # beyond that, entities with the prefix are found soon in the order of names


def path_starts_with(column: sa.Column[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a path begins with the parameter `:prefix`."""
    return sa.func.substr(column, 1, sa.func.length(bind("prefix"))) == bind("prefix")


class PathPages(Generic[Row]):
    """The queries of a table: few matches are found by an index, many by reading the names in order."""

    def __init__(self, table: sa.Table, columns: list[str], row_factory: Callable[[Any], Row]) -> None:
        page = _page(sa.select(*(table.c[name] for name in columns)), table.c)
        in_account = page.where(columns_equal(table, "account_id"))
        in_path = sa.and_(
            columns_equal(table, "account_id"),
            table.c.path >= bind("prefix"),
            table.c.path < bind("prefix_end"),
        )
        matches = sa.select(table).where(in_path).cte().prefix_with("MATERIALIZED")
        first_matches = sa.select(sa.literal(1)).where(in_path).limit(_MAX_INDEXED_MATCHES).subquery()
        self._all: Query[Row] = Query(in_account, row_factory)
        self._by_scan: Query[Row] = Query(in_account.where(path_starts_with(table.c.path)), row_factory)
        self._by_index: Query[Row] = Query(
            _page(sa.select(*(matches.c[name] for name in columns)), matches.c), row_factory
        )
        self._count: Query[int] = Query(
            sa.select(sa.func.count()).select_from(first_matches), lambda row: int(row[0])
        )

    def fetch(
        self, tx: Tx, account_id: str, prefix: str, limits: PageLimits, sort_key: Callable[[Row], str]
    ) -> Page[Row]:
        """Return a page; `prefix` is at least a slash, and consists of ASCII characters."""
        if prefix == _ROOT_PATH:
            return paging.fetch_page(self._all, tx, limits, sort_key, account_id=account_id)
        prefix_end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        in_path = {"account_id": account_id, "prefix": prefix, "prefix_end": prefix_end}
        if (self._count.first(tx, **in_path) or 0) < _MAX_INDEXED_MATCHES:
            return paging.fetch_page(self._by_index, tx, limits, sort_key, **in_path)
        return paging.fetch_page(self._by_scan, tx, limits, sort_key, account_id=account_id, prefix=prefix)


def _page(select: Any, columns: Any) -> Any:
    """Limit a select to the page after the parameter `:after`, in the order of names."""
    return select.where(columns.name_key > bind("after")).order_by(columns.name_key).limit(bind("limit"))
