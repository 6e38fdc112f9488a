"""Execution slots: limit how many requests run Python code at the same time.

A server thread may wait long for a slow client's body, so there are many threads. But if more than a few of
them run at once, they only contend for the GIL (measured in docs/performance.md). A request acquires a slot
once its body has been read, and releases it while it waits for a disk, a lock or a password hash.

Strangers (see `core.priority_lock`) compete for slots one at a time, so that any number of them delays others
by one request at most. Waiting costs a thread and nothing else; refusing them at once would cost more, since
they come back at once.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType

from iamd.core.priority_lock import Place, PriorityLock

_MAX_WAIT_SECONDS = 10.0
# A lock is not handed over in order: one stranger after another would take a slot before a thread that waits
# for it has even woken up.
_PAUSE_SECONDS = 0.0005

ReleaseSlot = Callable[[], AbstractContextManager[None]]
"""Releases the thread's slot for a block, such as `ExecutionSlots.released`."""


class _ThreadState(threading.local):
    holds_slot = False
    stranger_place: Place | None = None


class ExecutionSlots:
    """A context manager that at most `permits` threads are in at the same time."""

    def __init__(self, permits: int) -> None:
        # A lock is implemented in C, a semaphore in Python.
        self._semaphore = threading.Lock() if permits == 1 else threading.Semaphore(permits)
        self._strangers = PriorityLock()
        self._thread_state = _ThreadState()

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
    def for_stranger(self) -> Iterator[None]:
        """Be in during the block as the only stranger; Throttling after waiting ten seconds for others."""
        place = self._thread_state.stranger_place = self._strangers.enter(is_stranger=True)
        try:
            if not place.served.is_set():
                place.wait(_MAX_WAIT_SECONDS)
                time.sleep(_PAUSE_SECONDS)
            with self:
                yield
        finally:
            self._leave_strangers()

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Release this thread's slot during slow work; a stranger lets the next one in meanwhile."""
        with self.released_briefly():
            if self._thread_state.stranger_place is None:
                yield
                return
            self._leave_strangers()
            try:
                yield
            finally:  # come before those that have not begun yet
                place = self._thread_state.stranger_place = self._strangers.enter(is_stranger=False)
                place.wait()

    @contextlib.contextmanager
    def released_briefly(self) -> Iterator[None]:
        """Release this thread's slot during the block, then acquire one again; no effect without a slot.

        This is for waiting for the disk or a lock of the store. A stranger keeps the others out meanwhile:
        they would only wait there too, and in front of everybody else.
        """
        if not self._thread_state.holds_slot:
            yield
            return
        self._semaphore.release()
        try:
            yield
        finally:
            self._semaphore.acquire()

    def _leave_strangers(self) -> None:
        place = self._thread_state.stranger_place
        if place is not None:
            self._thread_state.stranger_place = None
            self._strangers.leave(place)
