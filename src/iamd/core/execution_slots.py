"""Turns: how many requests run Python at a time.

A server thread may wait long for a slow client's body, so there are many threads; but more than a few that
run at once only wait for each other (measured in docs/performance.md). A request takes a turn once its bytes
are there, and steps aside while it waits for a disk, a lock or a password hash.
"""

import contextlib
import threading
from collections.abc import Iterator
from types import TracebackType


class ExecutionSlots:
    """Gives `permits` turns at a time; a thread holds one while it is in the turn's block."""

    def __init__(self, permits: int) -> None:
        # A lock is one system call where a semaphore is a page of Python.
        self._semaphore = threading.Lock() if permits == 1 else threading.Semaphore(permits)
        self._thread_state = threading.local()

    def __enter__(self) -> None:
        self._semaphore.acquire()
        self._thread_state.holds_slot = True

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread_state.holds_slot = False
        self._semaphore.release()

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Give this thread's turn away while it waits, and take one again; nothing when it holds none."""
        if not getattr(self._thread_state, "holds_slot", False):
            yield
            return
        self._semaphore.release()
        try:
            yield
        finally:
            self._semaphore.acquire()
