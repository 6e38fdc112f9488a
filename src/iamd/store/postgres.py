"""PostgreSQL through psycopg: autocommit reads, explicit transactions for writes and snapshots."""

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg

from iamd.core.errors import ConcurrentModification, ServiceUnavailable
from iamd.store.database import UNREACHABLE_MESSAGE, ConnectionPool
from iamd.store.outage import Outage
from iamd.store.query import Tx

_MIGRATION_LOCK = 0x69616D64  # the advisory lock's number: "iamd" in ASCII
_CONNECT_TIMEOUT_SECONDS = 5
_LOCK_POLL_SECONDS = 0.02


class PostgresDatabase:
    """A PostgreSQL database, shared by any number of nodes."""

    def __init__(self, url: str) -> None:
        self._conninfo = url
        self.url = "postgresql+psycopg://" + url.partition("://")[2]
        self._pool = ConnectionPool(self._connect)
        self._is_pooled: bool | None = None  # whether a pooler is in front, known after the first connection
        self._lock_state = threading.local()
        self._read_outage, self._write_outage = Outage("read"), Outage("written")

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            self._conninfo, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_SECONDS
        )
        if self._is_pooled is None:
            self._is_pooled = _is_pooled(connection)
        if self._is_pooled:
            connection.prepare_threshold = None  # a prepared statement stays behind in one server connection
        return connection

    @contextlib.contextmanager
    def _cursor(self, outage: Outage) -> Iterator[psycopg.Cursor[Any]]:
        try:
            with self._pool.acquire(_is_idle) as connection:
                yield connection.cursor()
        except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
            outage.report(error)  # a read-only server is a standby, or one that was failed over
            raise ServiceUnavailable(UNREACHABLE_MESSAGE) from error
        except psycopg.errors.UniqueViolation as error:
            # A concurrent transaction of another account took a name that this one found available.
            raise ConcurrentModification("Another request took the same name. Try again.") from error
        outage.end()

    @contextlib.contextmanager
    def read(self) -> Iterator[Tx]:
        with self._cursor(self._read_outage) as cursor:
            yield Tx(cursor, "postgresql")

    def snapshot(self, tx: Tx) -> AbstractContextManager[Tx]:
        return _transaction(tx.cursor, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    @contextlib.contextmanager
    def write(self) -> Iterator[Tx]:
        with self._cursor(self._write_outage) as cursor, _transaction(cursor, "BEGIN") as tx:
            yield tx

    @contextlib.contextmanager
    def exclusive_lock(self) -> Iterator[None]:
        if getattr(self._lock_state, "holds_lock", False):
            yield
            return
        with self._connect() as connection:
            while not _try_lock(connection):
                time.sleep(_LOCK_POLL_SECONDS)
            self._lock_state.holds_lock = True
            try:
                yield
            finally:
                self._lock_state.holds_lock = False
                connection.execute("COMMIT")

    def close(self) -> None:
        self._pool.close()


def _try_lock(connection: psycopg.Connection[Any]) -> bool:
    """Try to take the lock in a transaction, which remains open if that succeeds.

    Behind a pooler in transaction mode, a lock of the session would stay behind in a server connection that
    others use, and transactions that wait for the lock would occupy the server connections that its holder
    needs.
    """
    connection.execute("BEGIN")
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (_MIGRATION_LOCK,)).fetchone()
    has_lock = row is not None and bool(row[0])
    if not has_lock:
        connection.execute("ROLLBACK")
    return has_lock


def _is_pooled(connection: psycopg.Connection[Any]) -> bool:
    """Return whether there is a pooler such as PgBouncer, which reports another process ID."""
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return row is not None and row[0] != connection.info.backend_pid


def _is_idle(connection: psycopg.Connection[Any]) -> bool:
    return connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


@contextlib.contextmanager
def _transaction(cursor: Any, begin_statement: str) -> Iterator[Tx]:
    cursor.execute(begin_statement)
    try:
        yield Tx(cursor, "postgresql")
    except BaseException:
        if not cursor.connection.closed:
            cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")
