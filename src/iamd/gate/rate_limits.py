"""Rate limiting: a token bucket for each caller."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from iamd.core.errors import Throttling
from iamd.core.lru import LruCache

_MAX_CALLERS = 10_000
_BURST_SECONDS = 2


@dataclass
class _Bucket:
    tokens: float
    refilled_at: float


class RateLimiter:
    """Allows each caller `per_second` requests, and bursts of twice as many; None turns rate limiting off.

    Each worker process counts separately. Callers are counted after authentication, so that a client cannot
    exhaust the limit of another.
    """

    def __init__(self, per_second: int | None, time: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._time = time
        self._buckets: LruCache[_Bucket] = LruCache(_MAX_CALLERS)
        self._lock = threading.Lock()

    def consume(self, caller_id: str) -> None:
        """Take a token from a caller's bucket; Throttling if it is empty."""
        if self._per_second is None:
            return
        capacity = float(self._per_second * _BURST_SECONDS)
        now = self._time()
        with self._lock:
            bucket = self._buckets.get(caller_id) or _Bucket(capacity, now)
            bucket.tokens = min(capacity, bucket.tokens + (now - bucket.refilled_at) * self._per_second)
            bucket.refilled_at = now
            self._buckets.put(caller_id, bucket)
            if bucket.tokens < 1:
                raise Throttling("Rate exceeded")
            bucket.tokens -= 1
