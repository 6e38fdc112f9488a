"""The database interface: transactions (`read`, `snapshot`, `write`), exclusive lock, connection pool.

A write transaction commits when its block ends, and rolls back if the block raises. Each process opens its
own connections, after the fork.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Generic, Protocol, TypeVar

from iamd.core.errors import ServiceUnavailable
from iamd.store.query import Tx

UNREACHABLE_MESSAGE = ServiceUnavailable("The store cannot be reached at the moment.").message


class Database(Protocol):
    """A database that stores accounts: SQLite or PostgreSQL.

    Every method raises ServiceUnavailable if the database cannot be reached.
    """

    url: str  # SQLAlchemy's URL, used by migrations only

    def read(self) -> AbstractContextManager[Tx]:
        """Open a read; on PostgreSQL each statement sees the latest commit (autocommit)."""
        ...

    def snapshot(self, tx: Tx) -> AbstractContextManager[Tx]:
        """Turn an open read into a snapshot: all its statements see the same state."""
        ...

    def write(self) -> AbstractContextManager[Tx]:
        """Open a read-write transaction; on SQLite there is one at a time."""
        ...

    def exclusive_lock(self) -> AbstractContextManager[None]:
        """Hold the lock for creating and migrating the store, exclusive across all nodes; may be nested."""
        ...

    def close(self) -> None:
        """Close the idle connections."""
        ...


class _Closable(Protocol):
    def close(self) -> None: ...


Connection = TypeVar("Connection", bound=_Closable)


class ConnectionPool(Generic[Connection]):
    """A pool of idle connections; a connection left in a bad state is closed instead of reused."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._idle: list[Connection] = []

    @contextlib.contextmanager
    def acquire(self, is_reusable: Callable[[Connection], bool]) -> Iterator[Connection]:
        """Lend an idle connection, or a new one; afterwards `is_reusable` decides whether it is kept."""
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
