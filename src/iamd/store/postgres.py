"""PostgreSQL through psycopg: autocommit reads, explicit transactions for writes and snapshots."""

import contextlib
import threading
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


class PostgresDatabase:
    """A PostgreSQL database, shared by any number of nodes."""

    def __init__(self, url: str) -> None:
        self._conninfo = url
        self.url = "postgresql+psycopg://" + url.partition("://")[2]
        self._pool = ConnectionPool(self._connect)
        self._lock_state = threading.local()
        self._read_outage, self._write_outage = Outage("read"), Outage("written")

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._conninfo, autocommit=True, connect_timeout=_CONNECT_TIMEOUT_SECONDS)

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
            connection.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
            self._lock_state.holds_lock = True
            try:
                yield
            finally:
                self._lock_state.holds_lock = False

    def close(self) -> None:
        self._pool.close()


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
