"""SQLite: WAL mode, `synchronous=FULL`, one writer at a time across all processes of the host."""

import contextlib
import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from iamd.core.errors import ServiceUnavailable
from iamd.core.execution_slots import ExecutionSlots
from iamd.store.database import UNREACHABLE_MESSAGE, ConnectionPool
from iamd.store.outage import Outage
from iamd.store.query import Tx

FILE_NAME = "iamd.sqlite3"
_BUSY_TIMEOUT_MS = 10_000


class SqliteDatabase:
    """A database in one file; a thread releases its execution slot while it waits for a lock or the disk."""

    def __init__(self, folder: Path, execution_slots: ExecutionSlots | None = None) -> None:
        self.file = folder / FILE_NAME
        self.url = f"sqlite:///{self.file}"
        self._execution_slots = execution_slots or ExecutionSlots(1)
        self._pool = ConnectionPool(self._connect)
        self._read_outage, self._write_outage = Outage("read"), Outage("written")
        self._write_lock = threading.RLock()
        self._lock_depth = 0  # nested `exclusive_lock` blocks; changed only while holding the lock
        self._lock_file = folder / "write.lock"

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.file, isolation_level=None, cached_statements=512, check_same_thread=False
        )
        # A statement that inserts many rows has a statement journal, by default a temporary file each time:
        # `temp_store` keeps it in memory.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "temp_store=MEMORY",
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextlib.contextmanager
    def _transaction(
        self, begin_statement: str, commit_context: AbstractContextManager[None], outage: Outage
    ) -> Iterator[Tx]:
        try:
            with self._pool.acquire(
                lambda pooled_connection: not pooled_connection.in_transaction
            ) as connection:
                cursor = connection.cursor()
                cursor.execute(begin_statement)
                try:
                    yield Tx(cursor, "sqlite")
                    with commit_context:
                        cursor.execute("COMMIT")
                finally:
                    if connection.in_transaction:
                        cursor.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            if not _is_outage(error):
                raise
            outage.report(error)
            raise ServiceUnavailable(UNREACHABLE_MESSAGE) from error
        outage.end()

    def read(self) -> AbstractContextManager[Tx]:
        return self._transaction("BEGIN", contextlib.nullcontext(), self._read_outage)

    def snapshot(self, tx: Tx) -> AbstractContextManager[Tx]:
        return contextlib.nullcontext(tx)

    @contextlib.contextmanager
    def write(self) -> Iterator[Tx]:
        # SQLite waits by polling with growing sleeps; a lock wakes up the next writer at once.
        with (
            self.exclusive_lock(),
            self._transaction(
                "BEGIN IMMEDIATE", self._execution_slots.released_briefly(), self._write_outage
            ) as tx,
        ):
            yield tx

    @contextlib.contextmanager
    def exclusive_lock(self) -> Iterator[None]:
        # A waiting thread must not keep its execution slot: the lock's holder may need one (deadlock).
        with self._execution_slots.released_briefly():
            self._write_lock.acquire()
        try:
            with contextlib.nullcontext() if self._lock_depth else self._process_lock():
                self._lock_depth += 1
                try:
                    yield
                finally:
                    self._lock_depth -= 1
        finally:
            self._write_lock.release()

    @contextlib.contextmanager
    def _process_lock(self) -> Iterator[None]:
        with self._lock_file.open("ab") as lock_file:
            with self._execution_slots.released_briefly():
                fcntl.flock(lock_file, fcntl.LOCK_EX)
            yield

    def close(self) -> None:
        self._pool.close()


def _is_outage(error: sqlite3.DatabaseError) -> bool:
    """Return whether the file is to blame: locked, full, read-only, unreadable or damaged.

    The error of a damaged file is a DatabaseError itself; its other subclasses are errors of a statement.
    """
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
