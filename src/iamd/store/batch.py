"""Batch queries: rows of many entities in one statement (SQL `IN`), grouped by the entities' unique IDs."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from iamd.store.query import Query, Tx

Item = TypeVar("Item")

_BATCH_SIZE = 100  # IDs per statement, which is compiled once; unused parameters are filled with `_PADDING`
_PADDING = ""


def in_list(owner_id: sa.Column[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a row belongs to one of the batch's entities, for use in a BatchQuery."""
    return owner_id.in_([sa.bindparam(f"id_{number}", type_=owner_id.type) for number in range(_BATCH_SIZE)])


class BatchQuery(Generic[Item]):
    """A query with an `in_list` condition.

    The first column is the ID of the entity that a row belongs to; `row_factory` converts the other columns.
    """

    def __init__(self, statement: sa.Executable, row_factory: Callable[[Any], Item]) -> None:
        self._query = Query(statement, lambda row: (str(row[0]), row_factory(row[1:])))

    def fetch(self, tx: Tx, account_id: str, owner_ids: Sequence[str]) -> dict[str, list[Item]]:
        """Return each owner's items in the statement's order; an owner without items has an empty list."""
        items_by_owner: dict[str, list[Item]] = {owner_id: [] for owner_id in owner_ids}
        for start in range(0, len(owner_ids), _BATCH_SIZE):
            for owner, item in self._query.all(
                tx, account_id=account_id, **_id_params(owner_ids[start : start + _BATCH_SIZE])
            ):
                items_by_owner[owner].append(item)
        return items_by_owner


def _id_params(owner_ids: Sequence[str]) -> dict[str, str]:
    padded_ids = [*owner_ids, *[_PADDING] * (_BATCH_SIZE - len(owner_ids))]
    return {f"id_{number}": owner_id for number, owner_id in enumerate(padded_ids)}
