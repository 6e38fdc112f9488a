"""Turns: how many requests run Python at a time.

A server thread may wait long for a slow client's body, so there are many threads; but more than a few that
run at once only wait for each other (measured in docs/performance.md). A request takes a turn once its bytes
are there, and steps aside while it waits for a disk, a lock or a password hash.
"""

import contextlib
import threading
from collections.abc import Iterator


class Turn:
    """Gives `permits` turns at a time."""

    def __init__(self, permits: int) -> None:
        self._free = threading.Semaphore(permits)
        self._held = threading.local()

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a turn."""
        self._free.acquire()
        self._held.now = True
        try:
            yield
        finally:
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
