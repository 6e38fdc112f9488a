"""What both databases have in common: `read`, `steady`, `write`, and the connections between two uses.

A write commits when its block ends and rolls back when anything is raised in it. Connections are opened by
the process that uses them, after the fork.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Generic, Protocol, TypeVar

from iamd.core.errors import ServiceUnavailable
from iamd.store.query import Tx

UNREACHABLE_MESSAGE = ServiceUnavailable("The store cannot be reached at the moment.").message


class Database(Protocol):
    """Where accounts live."""

    url: str  # for SQLAlchemy, which only migrations use

    def read(self) -> AbstractContextManager[Tx]:
        """Open a read; on PostgreSQL each statement sees the latest commit."""
        ...

    def snapshot(self, tx: Tx) -> AbstractContextManager[Tx]:
        """Make an open read one whose statements all see one state."""
        ...

    def write(self) -> AbstractContextManager[Tx]:
        """Open a read-write transaction; on SQLite the only one at that moment."""
        ...

    def exclusive_lock(self) -> AbstractContextManager[None]:
        """Keep every other node from migrating or founding the store meanwhile; may be nested."""
        ...

    def close(self) -> None:
        """Close the connections that are not in use."""
        ...


class _Closable(Protocol):
    def close(self) -> None: ...


Connection = TypeVar("Connection", bound=_Closable)


class ConnectionPool(Generic[Connection]):
    """Connections between two uses; one that failed is closed, never used again."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._idle: list[Connection] = []

    @contextlib.contextmanager
    def acquire(self, is_reusable: Callable[[Connection], bool]) -> Iterator[Connection]:
        """Lend a connection, opening one where none is idle; `usable` says whether it may be kept."""
        connection = self._pop_idle() or self._connect()
        try:
            yield connection
        finally:
            if is_reusable(connection):
                self._idle.append(connection)
            else:
                connection.close()

    def _pop_idle(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def close(self) -> None:
        """Close all idle connections."""
        while (connection := self._pop_idle()) is not None:
            connection.close()
