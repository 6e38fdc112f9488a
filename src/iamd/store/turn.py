"""Turns: how many requests run Python at a time.

A server thread may wait long for a slow client's body, so there are many threads; but more than a few that
run at once only wait for each other (measured in docs/performance.md). A request takes a turn once its bytes
are there, and steps aside while it waits for a disk, a lock or a password hash.
"""

import contextlib
import threading
from collections.abc import Iterator
from types import TracebackType


class Turn:
    """Gives `permits` turns at a time; a thread holds one while it is in the turn's block."""

    def __init__(self, permits: int) -> None:
        # A lock is one system call where a semaphore is a page of Python.
        self._free = threading.Lock() if permits == 1 else threading.Semaphore(permits)
        self._held = threading.local()

    def __enter__(self) -> None:
        self._free.acquire()
        self._held.now = True

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.now = False
        self._free.release()

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Give this thread's turn away while it waits, and take one again; nothing when it holds none."""
        if not getattr(self._held, "now", False):
            yield
            return
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()
