"""Execution slots: limit how many requests run Python code at the same time.

A server thread may wait long for a slow client's body, so there are many threads. But if more than a few of
them run at once, they only contend for the GIL (measured in docs/performance.md). A request acquires a slot
once its body has been read, and releases it while it waits for a disk, a lock or a password hash.

A request that computes for long must not hold up the others. If all slots have been held for longer than
`LONG_SECONDS`, the next requests take one of a few extra slots: they share the GIL with the long ones.

A thread that arrives when a slot is released may take it before one that waits. That saves switching between
threads, and after a short request it does no harm. After a longer one, the thread lets others go first.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

ReleaseSlot = Callable[[], AbstractContextManager[None]]
"""Releases the thread's slot for a block, such as `ExecutionSlots.released`."""

LONG_SECONDS = 0.01
_COURTESY_SECONDS = 0.0005  # of holding a slot; then others go first
_YIELD_SECONDS = 0.0001
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


class ExecutionSlots:
    """A context manager that at most `permits` threads are in at the same time, plus the extra ones."""

    def __init__(self, permits: int) -> None:
        # A lock is implemented in C, a semaphore in Python.
        self._ordinary: _Semaphore = threading.Lock() if permits == 1 else threading.Semaphore(permits)
        self._extra: _Semaphore = threading.Semaphore(_EXTRA_SLOTS)
        self._acquired_at: dict[int, float] = {}  # by thread, of the ordinary slots
        self._waiting: set[int] = set()  # threads
        self._thread_state = threading.local()

    def __enter__(self) -> None:
        self._acquire()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._release()

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Release this thread's slot during the block, and suspend its permits; no effect without a slot."""
        if getattr(self._thread_state, "slot", None) is None:
            yield
            return
        permits = tuple(self._permits())
        for permit in permits:
            permit.suspend()
        self._release()
        try:
            yield
        finally:
            self._acquire()
            for permit in permits:
                permit.resume()

    def attach(self, permit: Permit) -> None:
        """Suspend a permit whenever this thread releases its slot, until `detach`."""
        self._permits().append(permit)

    def detach(self, permit: Permit) -> None:
        self._permits().remove(permit)

    def _permits(self) -> list[Permit]:
        permits: list[Permit] | None = getattr(self._thread_state, "permits", None)
        if permits is None:
            permits = self._thread_state.permits = []
        return permits

    def _acquire(self) -> None:
        slot: _Semaphore = self._ordinary
        if not slot.acquire(False):
            slot = self._wait()
        if slot is self._ordinary:
            self._acquired_at[threading.get_ident()] = time.monotonic()
        self._thread_state.slot = slot

    def _release(self) -> None:
        slot = self._thread_state.slot
        self._thread_state.slot = None
        acquired_at = self._acquired_at.pop(threading.get_ident(), 0.0)
        slot.release()
        if self._waiting and time.monotonic() - acquired_at > _COURTESY_SECONDS:
            time.sleep(_YIELD_SECONDS)

    def _wait(self) -> _Semaphore:
        self._waiting.add(threading.get_ident())
        try:
            while not (self._are_all_long() and self._extra.acquire(False)):
                if self._ordinary.acquire(True, LONG_SECONDS):
                    return self._ordinary
            return self._extra
        finally:
            self._waiting.discard(threading.get_ident())

    def _are_all_long(self) -> bool:
        latest = max(tuple(self._acquired_at.values()), default=time.monotonic())
        return time.monotonic() - latest > LONG_SECONDS
