"""What many entities hold, read for all of them at once by their unique IDs."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from iamd.store.query import Query, Tx

Item = TypeVar("Item")

_AT_ONCE = 100  # IDs in one statement, which is compiled once; the last ones may name nobody
_NOBODY = ""


def among(owner: sa.Column[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a row belongs to one of those that are asked about."""
    return owner.in_([sa.bindparam(f"id_{number}", type_=owner.type) for number in range(_AT_ONCE)])


class Each(Generic[Item]):
    """A statement that holds `among`.

    Its first column says whose a row is; `item` makes a value of the rest.
    """

    def __init__(self, statement: sa.Executable, item: Callable[[Any], Item]) -> None:
        self._query = Query(statement, lambda row: (str(row[0]), item(row[1:])))

    def of(self, tx: Tx, account_id: str, owners: Sequence[str]) -> dict[str, list[Item]]:
        """Return what each of these holds, in the statement's order; who holds nothing has an empty list."""
        held: dict[str, list[Item]] = {owner: [] for owner in owners}
        for start in range(0, len(owners), _AT_ONCE):
            for owner, item in self._query.all(
                tx, account_id=account_id, **_named(owners[start : start + _AT_ONCE])
            ):
                held[owner].append(item)
        return held


def _named(owners: Sequence[str]) -> dict[str, str]:
    padded = [*owners, *[_NOBODY] * (_AT_ONCE - len(owners))]
    return {f"id_{number}": owner for number, owner in enumerate(padded)}
