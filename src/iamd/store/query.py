"""Queries: built with SQLAlchemy Core, compiled once per dialect, executed on the driver's cursor.

Executing through Core costs several times as much as the driver alone (measured in docs/performance.md). So
Core provides the schema and the dialects, and the driver executes the compiled SQL text.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = TypeVar("Row")


class Cursor(Protocol):
    """The common interface of both drivers' cursors; `execute` returns a cursor."""

    def execute(self, query: Any, values: Any = ..., /) -> Any: ...


class Tx(NamedTuple):
    """An open transaction: the driver's cursor and the name of the SQL dialect."""

    cursor: Cursor
    dialect: str


_DIALECTS: Mapping[str, Callable[[], sa.Dialect]] = {
    "sqlite": lambda: sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.psycopg.dialect,
}


@cache
def _dialect(name: str) -> sa.Dialect:
    return _DIALECTS[name]()


class _Statement:
    """A statement with its compiled text per dialect; parameters are passed by name."""

    def __init__(self, statement: sa.Executable) -> None:
        self._statement = statement
        self._compiled_by_dialect: dict[str, tuple[str, dict[str, Any]]] = {}

    def _compile(self, dialect: str) -> tuple[str, dict[str, Any]]:
        if dialect not in self._compiled_by_dialect:
            compiled = self._statement.compile(dialect=_dialect(dialect))  # type: ignore[attr-defined]
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            self._compiled_by_dialect[dialect] = (str(compiled), constants)
        return self._compiled_by_dialect[dialect]

    def _execute(self, tx: Tx, values: dict[str, Any]) -> Any:
        text, constants = self._compile(tx.dialect)
        return tx.cursor.execute(text, {**constants, **values} if constants else values)


class Query(_Statement, Generic[Row]):
    """A statement that returns rows; `row_factory` converts each of them."""

    def __init__(self, statement: sa.Executable, row_factory: Callable[[Any], Row]) -> None:
        super().__init__(statement)
        self._row_factory = row_factory

    def all(self, tx: Tx, **values: Any) -> list[Row]:
        """Execute the statement and return all rows."""
        row_factory = self._row_factory
        return [row_factory(record) for record in self._execute(tx, values).fetchall()]

    def first(self, tx: Tx, **values: Any) -> Row | None:
        """Execute the statement and return the first row; None if there is none."""
        record = self._execute(tx, values).fetchone()
        return None if record is None else self._row_factory(record)


class Write(_Statement):
    """A statement that changes rows and returns none."""

    def execute(self, tx: Tx, **values: Any) -> int:
        """Execute the statement and return the number of affected rows."""
        return int(self._execute(tx, values).rowcount)


def text_scalar(row: Any) -> str:
    """Convert a row of one text column to its text."""
    return str(row[0])


def bind(name: str) -> sa.BindParameter[Any]:
    """Return a named parameter, whose value is passed at each execution."""
    return sa.bindparam(name)


def columns_equal(table: sa.Table, *columns: str) -> sa.ColumnElement[bool]:
    """Return `column = :column` for each column, joined by AND."""
    return sa.and_(
        *(table.c[column] == sa.bindparam(column, type_=table.c[column].type) for column in columns)
    )
