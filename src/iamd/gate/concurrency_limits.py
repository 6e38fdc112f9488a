"""Concurrency limits: how many requests of one caller or client address are executed at the same time.

The others wait without an execution slot, so a caller whose requests compute for long, or who sends hundreds
at a time, delays its own requests and not those of other callers. A request that waits for the network,
without its slot, does not count meanwhile.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

from iamd.core.client_addresses import address_group
from iamd.core.errors import Throttling
from iamd.core.execution_slots import ExecutionSlots
from iamd.gate.request_bodies import SMALL_BODY_BYTES

_MAX_WAIT_SECONDS = 8.0  # less than makes a connection look stalled; see gate/connection_reaper.py
# Requests of an address that run or wait for an execution slot. It takes milliseconds to parse a large one.
_SMALL_PER_ADDRESS = 6
_LARGE_PER_ADDRESS = 1


class ConcurrencyPermit:
    """Counts one request of a caller, from its creation by a limiter until `end`."""

    def __init__(self, limiter: "ConcurrencyLimiter", caller_id: str) -> None:
        self._limiter = limiter
        self._caller_id = caller_id

    def suspend(self) -> None:
        self._limiter.release(self._caller_id)

    def resume(self) -> None:
        self._limiter.readmit(self._caller_id)

    def end(self) -> None:
        """End the request: the caller's next one takes its place."""
        self._limiter.execution_slots.detach(self)
        self._limiter.release(self._caller_id)


class ConcurrencyLimiter:
    """Counts the requests that are executed for each caller; the next one starts when one ends, in order.

    A caller is an ID of any kind: of a user or role, or a client address. Up to `max_waiting` requests of a
    caller wait, each in a thread.
    """

    def __init__(self, per_caller: int, max_waiting: int, execution_slots: ExecutionSlots) -> None:
        self.execution_slots = execution_slots
        self._per_caller = per_caller
        self._max_waiting = max_waiting
        self._counts: dict[str, int] = {}
        self._waiting: dict[str, deque[threading.Lock]] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def limited(self, caller_id: str) -> Iterator[None]:
        """Count a request during the block, after waiting as `wait` does."""
        permit = self.try_acquire(caller_id) or self.wait(caller_id)
        try:
            yield
        finally:
            permit.end()

    def try_acquire(self, caller_id: str) -> ConcurrencyPermit | None:
        """Count a request; None if the caller has reached its limit."""
        with self._lock:
            if self._counts.get(caller_id, 0) >= self._per_caller:
                return None
            self._counts[caller_id] = self._counts.get(caller_id, 0) + 1
        return self._permit(caller_id)

    def wait(self, caller_id: str) -> ConcurrencyPermit:
        """Wait until the caller is below its limit, without a slot, and count the request.

        Raises Throttling after waiting for `_MAX_WAIT_SECONDS`, or at once if too many others wait.
        """
        waiter = threading.Lock()
        with self._lock:
            if self._counts.get(caller_id, 0) < self._per_caller:
                self._counts[caller_id] = self._counts.get(caller_id, 0) + 1
                return self._permit(caller_id)
            if len(self._waiting.get(caller_id, ())) >= self._max_waiting:
                raise _too_many_requests()
            waiter.acquire()
            self._waiting.setdefault(caller_id, deque()).append(waiter)
        with self.execution_slots.suspended():
            if not waiter.acquire(timeout=_MAX_WAIT_SECONDS) and self._give_up(caller_id, waiter):
                raise _too_many_requests()
        return self._permit(caller_id)

    def waiting(self, caller_id: str) -> int:
        """Return how many requests of a caller are waiting."""
        with self._lock:
            return len(self._waiting.get(caller_id, ()))

    def release(self, caller_id: str) -> None:
        """Count one request less, and start the caller's next one if it is below its limit."""
        with self._lock:
            count = self._counts[caller_id] - 1
            waiting = self._waiting.get(caller_id)
            if waiting and count < self._per_caller:
                waiting.popleft().release()
                count += 1
                if not waiting:
                    del self._waiting[caller_id]
            if count:
                self._counts[caller_id] = count
            else:
                del self._counts[caller_id]

    def readmit(self, caller_id: str) -> None:
        """Count a request again that was suspended, even beyond the limit: it must come to its end."""
        with self._lock:
            self._counts[caller_id] = self._counts.get(caller_id, 0) + 1

    def _permit(self, caller_id: str) -> ConcurrencyPermit:
        permit = ConcurrencyPermit(self, caller_id)
        self.execution_slots.attach(permit)
        return permit

    def _give_up(self, caller_id: str, waiter: threading.Lock) -> bool:
        """Stop waiting; return False if the request was started at the last moment."""
        with self._lock:
            waiting = self._waiting.get(caller_id, deque())
            if waiter not in waiting:
                return False
            waiting.remove(waiter)
            if not waiting:
                del self._waiting[caller_id]
            return True


def _too_many_requests() -> Throttling:
    return Throttling("Too many of your requests are being executed. Try again.")


class AddressLimits:
    """Concurrency limits of client addresses, for requests with small and with large bodies.

    An address has at most `max_requests` that are executed or wait for whatever reason, each in a thread.
    """

    def __init__(self, max_requests: int, execution_slots: ExecutionSlots) -> None:
        self._small = ConcurrencyLimiter(_SMALL_PER_ADDRESS, max_requests, execution_slots)
        self._large = ConcurrencyLimiter(_LARGE_PER_ADDRESS, max_requests, execution_slots)
        self._max_requests = max_requests
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def limited(self, address: str, body_bytes: int) -> Iterator[None]:
        """Count a request during the block, after waiting for others of the address.

        Raises Throttling as `ConcurrencyLimiter.wait` does, or if the address has too many requests.
        """
        address = address_group(address)
        limiter = self._large if body_bytes > SMALL_BODY_BYTES else self._small
        self._enter(address)
        try:
            with limiter.limited(address):
                yield
        finally:
            self._leave(address)

    def _enter(self, address: str) -> None:
        with self._lock:
            count = self._counts.get(address, 0)
            if count >= self._max_requests:
                raise _too_many_requests()
            self._counts[address] = count + 1

    def _leave(self, address: str) -> None:
        with self._lock:
            self._counts[address] -= 1
            if not self._counts[address]:
                del self._counts[address]
