"""SQLite in a folder: WAL, `synchronous=FULL`, one writer at a time across all processes."""

import contextlib
import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from iamd.core.errors import ServiceUnavailable
from iamd.store.database import UNREACHABLE, Pool
from iamd.store.query import Tx
from iamd.store.turn import Turn

FILE = "iamd.sqlite3"
_BUSY_MS = 10_000


class Sqlite:
    """A store in one file. `turn` is given away while a commit waits for the disk."""

    def __init__(self, folder: Path, turn: Turn | None = None) -> None:
        self.file = folder / FILE
        self.url = f"sqlite:///{self.file}"
        self._turn = turn or Turn(1)
        self._pool = Pool(self._connect)
        self._writing = threading.RLock()
        self._depth = 0  # of the lock, changed by its holder only
        self._lock_file = folder / "write.lock"

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.file, isolation_level=None, cached_statements=512, check_same_thread=False
        )
        # A statement of many rows keeps what would undo it: in memory, or a file is made for each.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "temp_store=MEMORY",
            f"busy_timeout={_BUSY_MS}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextlib.contextmanager
    def _transaction(self, begin: str, waiting: AbstractContextManager[None]) -> Iterator[Tx]:
        try:
            with self._pool.lend(lambda used: not used.in_transaction) as connection:
                cursor = connection.cursor()
                cursor.execute(begin)
                try:
                    yield Tx(cursor, "sqlite")
                    with waiting:
                        cursor.execute("COMMIT")
                finally:
                    if connection.in_transaction:
                        cursor.execute("ROLLBACK")
        except sqlite3.OperationalError as failed:
            raise ServiceUnavailable(UNREACHABLE) from failed

    def read(self) -> AbstractContextManager[Tx]:
        return self._transaction("BEGIN", contextlib.nullcontext())

    def steady(self, tx: Tx) -> AbstractContextManager[Tx]:
        return contextlib.nullcontext(tx)

    @contextlib.contextmanager
    def write(self) -> Iterator[Tx]:
        # SQLite's own waiting is a poll with growing sleeps; a lock hands the turn over at once.
        with self.exclusive(), self._transaction("BEGIN IMMEDIATE", self._turn.aside()) as tx:
            yield tx

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        # Whoever waits for the lock holds no turn, or its holder could not go on.
        with self._turn.aside():
            self._writing.acquire()
        try:
            with contextlib.nullcontext() if self._depth else self._between_processes():
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
        finally:
            self._writing.release()

    @contextlib.contextmanager
    def _between_processes(self) -> Iterator[None]:
        with self._lock_file.open("ab") as held:
            with self._turn.aside():
                fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def close(self) -> None:
        self._pool.close()
