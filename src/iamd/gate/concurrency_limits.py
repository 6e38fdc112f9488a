"""Concurrency limits: how many requests of one caller or client address are executed at the same time.

The others wait without an execution slot, so a caller whose requests compute for long, or who sends hundreds
at a time, delays its own requests and not those of other callers.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager

from iamd.core.client_addresses import address_group
from iamd.core.errors import Throttling
from iamd.core.execution_slots import ReleaseSlot
from iamd.gate.request_bodies import SMALL_BODY_BYTES

_MAX_WAIT_SECONDS = 30.0
# Requests of an address that run or wait for an execution slot. It takes milliseconds to parse a large one.
_SMALL_PER_ADDRESS = 8
_LARGE_PER_ADDRESS = 1


class ConcurrencyLimiter:
    """Counts the requests that are executed for each caller; the next one starts when one ends, in order.

    A caller is an ID of any kind: of a user or role, or a client address.
    """

    def __init__(self, per_caller: int, release_slot: ReleaseSlot = contextlib.nullcontext) -> None:
        self._per_caller = per_caller
        self._release_slot = release_slot
        self._counts: dict[str, int] = {}
        self._waiting: dict[str, deque[threading.Lock]] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def limited(self, caller_id: str) -> Iterator[None]:
        """Count a request during the block, after waiting as `acquire` does."""
        self.acquire(caller_id)
        try:
            yield
        finally:
            self.release(caller_id)

    def try_acquire(self, caller_id: str) -> bool:
        """Count a request unless the caller has reached its limit; if True, call `release` at its end."""
        with self._lock:
            count = self._counts.get(caller_id, 0)
            if count >= self._per_caller:
                return False
            self._counts[caller_id] = count + 1
            return True

    def acquire(self, caller_id: str) -> None:
        """Wait until the caller is below its limit, and count the request; call `release` at its end.

        Raises Throttling after waiting for `_MAX_WAIT_SECONDS`. The thread releases its slot meanwhile.
        """
        with self._lock:
            count = self._counts.get(caller_id, 0)
            if count < self._per_caller:
                self._counts[caller_id] = count + 1
                return
            permit = threading.Lock()
            permit.acquire()
            self._waiting.setdefault(caller_id, deque()).append(permit)
        with self._release_slot():
            if not permit.acquire(timeout=_MAX_WAIT_SECONDS) and self._give_up(caller_id, permit):
                raise Throttling("Too many of your requests are being executed. Try again.")

    def release(self, caller_id: str) -> None:
        """End a request: the caller's next one takes its place."""
        with self._lock:
            waiting = self._waiting.get(caller_id)
            if waiting:
                waiting.popleft().release()
                if not waiting:
                    del self._waiting[caller_id]
            elif self._counts[caller_id] == 1:
                del self._counts[caller_id]
            else:
                self._counts[caller_id] -= 1

    def waiting(self, caller_id: str) -> int:
        """Return how many requests of a caller are waiting."""
        with self._lock:
            return len(self._waiting.get(caller_id, ()))

    def _give_up(self, caller_id: str, permit: threading.Lock) -> bool:
        """Stop waiting; return False if the request was given its permit at the last moment."""
        with self._lock:
            waiting = self._waiting.get(caller_id, deque())
            if permit not in waiting:
                return False
            waiting.remove(permit)
            if not waiting:
                del self._waiting[caller_id]
            return True


class AddressLimits:
    """Concurrency limits of client addresses, for requests with small and with large bodies."""

    def __init__(self) -> None:
        self._small = ConcurrencyLimiter(_SMALL_PER_ADDRESS)
        self._large = ConcurrencyLimiter(_LARGE_PER_ADDRESS)

    def limited(self, address: str, body_bytes: int) -> AbstractContextManager[None]:
        """Count a request during the block, after waiting for others of the address."""
        limiter = self._large if body_bytes > SMALL_BODY_BYTES else self._small
        return limiter.limited(address_group(address))
