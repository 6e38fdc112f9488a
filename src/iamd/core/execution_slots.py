"""Execution slots: limit how many requests run Python code at the same time.

A server thread may wait long for a slow client's body, so there are many threads. But if more than a few of
them run at once, they only contend for the GIL (measured in docs/performance.md). A request acquires a slot
once its body has been read, and releases it while it waits for a disk, a lock or a password hash.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType

ReleaseSlot = Callable[[], AbstractContextManager[None]]
"""Releases the thread's slot for a block, such as `ExecutionSlots.released`."""


class ExecutionSlots:
    """A context manager that at most `permits` threads are in at the same time."""

    def __init__(self, permits: int) -> None:
        # A lock is implemented in C, a semaphore in Python.
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
        """Release this thread's slot during the block, then acquire one again; no effect without a slot."""
        if not getattr(self._thread_state, "holds_slot", False):
            yield
            return
        self._semaphore.release()
        try:
            yield
        finally:
            self._semaphore.acquire()
