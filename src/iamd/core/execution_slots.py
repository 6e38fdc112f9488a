"""Execution slots: limit how many requests run Python code at the same time.

A server thread may wait long for a slow client's body, so there are many threads. But if more than a few of
them run at once, they only contend for the GIL (measured in docs/performance.md). A request acquires a slot
once its body has been read, and releases it while it waits for a disk, a lock or a password hash.

A request that computes for long must not hold up the others. If all slots have been held for longer than
`LONG_SECONDS`, the next requests take one of a few extra slots: they share the GIL with the long ones.

A thread that arrives when a slot is released may take it before one that waits. That saves switching between
threads, and after a short request it does no harm. After a longer one, the thread lets others go first. Who
has waited for `LONG_SECONDS` joins a queue, to whose head slots are handed over.

Strangers (see `core.priority_lock`) compete for slots one at a time, so that any number of them delays others
by one request at most. Waiting costs a thread and nothing else; refusing them at once would cost more, since
they come back at once.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

from iamd.core.priority_lock import Place, PriorityLock

ReleaseSlot = Callable[[], AbstractContextManager[None]]
"""Releases the thread's slot for a block, such as `ExecutionSlots.released`."""

LONG_SECONDS = 0.01
_COURTESY_SECONDS = 0.0005  # of holding a slot; then others go first
_YIELD_SECONDS = 0.0001
# Between two slots that are handed over after short requests: each costs a switch of threads.
_HAND_OVER_SECONDS = 0.001
_MAX_STRANGER_WAIT_SECONDS = 10.0
# Between two strangers: otherwise the next one would take a slot before a thread that waits for it wakes up.
_STRANGER_PAUSE_SECONDS = 0.0005
_EXTRA_SLOTS = 2


class _Semaphore(Protocol):
    """What a lock and a semaphore have in common."""

    def acquire(self, blocking: bool = ..., timeout: float = ..., /) -> bool: ...

    def release(self) -> None: ...


class Permit(Protocol):
    """A right to run beside the slot, such as one of the few of a caller; see `ExecutionSlots.attach`."""

    def suspend(self) -> None:
        """Give the permit up while the thread waits."""
        ...

    def resume(self) -> None:
        """Take the permit again, without waiting for it."""
        ...


class _Waiter:
    """A thread in the queue; `signal` is released once it has been given a `slot`."""

    def __init__(self) -> None:
        self.signal = threading.Lock()
        self.signal.acquire()
        self.slot: _Semaphore | None = None


class _ThreadState(threading.local):
    def __init__(self) -> None:
        self.slot: _Semaphore | None = None
        self.permits: list[Permit] = []
        self.stranger_place: Place | None = None


class ExecutionSlots:
    """A context manager that at most `permits` threads are in at the same time, plus the extra ones."""

    def __init__(self, permits: int) -> None:
        # A lock is implemented in C, a semaphore in Python.
        self._ordinary: _Semaphore = threading.Lock() if permits == 1 else threading.Semaphore(permits)
        self._extra: _Semaphore = threading.Semaphore(_EXTRA_SLOTS)
        self._acquired_at: dict[int, float] = {}  # by thread, of the ordinary slots
        self._waiting: set[int] = set()  # threads
        self._queue: deque[_Waiter] = deque()
        self._queue_lock = threading.Lock()
        self._handed_over_at = 0.0
        self._strangers = PriorityLock()
        self._thread_state = _ThreadState()

    def __enter__(self) -> None:
        self._acquire()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._thread_state.slot is not None:
            self._release(self._thread_state.slot)

    @contextlib.contextmanager
    def for_stranger(self) -> Iterator[None]:
        """Be in during the block as the only stranger; Throttling after waiting ten seconds for others."""
        place = self._thread_state.stranger_place = self._strangers.enter(is_stranger=True)
        try:
            if not place.served.is_set():
                place.wait(_MAX_STRANGER_WAIT_SECONDS)
                time.sleep(_STRANGER_PAUSE_SECONDS)
            with self:
                yield
        finally:
            self._leave_strangers()

    @contextlib.contextmanager
    def suspended(self) -> Iterator[None]:
        """Release this thread's slot and suspend its permits while it waits for the network.

        This is not for what has a queue: a caller's requests would pile up there, in front of everybody else.
        """
        permits = tuple(self._thread_state.permits)
        for permit in permits:
            permit.suspend()
        try:
            with self.released():
                yield
        finally:
            for permit in permits:
                permit.resume()

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
        slot = self._thread_state.slot
        if slot is None:
            yield
            return
        self._release(slot)
        try:
            yield
        finally:
            self._acquire()

    def attach(self, permit: Permit) -> None:
        """Let `suspended` suspend a permit of this thread, until `detach`."""
        self._thread_state.permits.append(permit)

    def detach(self, permit: Permit) -> None:
        self._thread_state.permits.remove(permit)

    def _leave_strangers(self) -> None:
        place = self._thread_state.stranger_place
        if place is not None:
            self._thread_state.stranger_place = None
            self._strangers.leave(place)

    def _acquire(self) -> None:
        slot: _Semaphore = self._ordinary
        if not slot.acquire(False):
            slot = self._take_extra_slot() or self._wait()
        if slot is self._ordinary:
            self._acquired_at[threading.get_ident()] = time.monotonic()
        self._thread_state.slot = slot

    def _release(self, slot: _Semaphore) -> None:
        self._thread_state.slot = None
        acquired_at = self._acquired_at.pop(threading.get_ident(), 0.0)
        if not self._waiting:
            slot.release()
            return
        now = time.monotonic()
        is_short = now - acquired_at <= _COURTESY_SECONDS
        if self._queue and self._hand_over(slot, now, is_short=is_short):
            return
        slot.release()
        if not is_short:
            time.sleep(_YIELD_SECONDS)

    def _hand_over(self, slot: _Semaphore, now: float, *, is_short: bool) -> bool:
        """Give a slot to the head of the queue; an extra one only as long as it is needed."""
        if is_short and now < self._handed_over_at + _HAND_OVER_SECONDS:
            return False
        if slot is self._extra and not self._are_all_long():
            return False
        with self._queue_lock:
            if not self._queue:
                return False
            waiter = self._queue.popleft()
            waiter.slot = slot
        self._handed_over_at = now
        waiter.signal.release()
        return True

    def _wait(self) -> _Semaphore:
        self._waiting.add(threading.get_ident())
        try:
            if self._ordinary.acquire(True, LONG_SECONDS):
                return self._ordinary
            return self._wait_in_queue()
        finally:
            self._waiting.discard(threading.get_ident())

    def _wait_in_queue(self) -> _Semaphore:
        waiter = _Waiter()
        with self._queue_lock:
            self._queue.append(waiter)
        while True:
            with self._queue_lock:
                if waiter.slot is not None:
                    return waiter.slot
                slot = self._take_free_slot()
                if slot is not None:
                    self._queue.remove(waiter)
                    return slot
            waiter.signal.acquire(True, LONG_SECONDS)

    def _take_free_slot(self) -> _Semaphore | None:
        if self._ordinary.acquire(False):
            return self._ordinary
        return self._take_extra_slot()

    def _take_extra_slot(self) -> _Semaphore | None:
        return self._extra if self._are_all_long() and self._extra.acquire(False) else None

    def _are_all_long(self) -> bool:
        latest = max(list(self._acquired_at.values()), default=time.monotonic())
        return time.monotonic() - latest > LONG_SECONDS
