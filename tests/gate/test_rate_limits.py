"""Rate limits per caller, with a fake clock."""

import pytest

from iamd.core.errors import Throttling
from iamd.gate.rate_limits import RateLimiter


class Clock:
    """A clock that only the test advances."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_caller_may_burst_and_is_then_limited_to_the_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(5, clock)
    for _ in range(10):
        limiter.consume("a")
    with pytest.raises(Throttling, match="Rate exceeded"):
        limiter.consume("a")
    clock.now += 0.2
    limiter.consume("a")
    with pytest.raises(Throttling):
        limiter.consume("a")


def test_each_caller_has_its_own_bucket() -> None:
    limiter = RateLimiter(1, Clock())
    limiter.consume("a")
    limiter.consume("a")
    with pytest.raises(Throttling):
        limiter.consume("a")
    limiter.consume("b")


def test_no_limit_never_throttles() -> None:
    limiter = RateLimiter(None)
    for _ in range(1000):
        limiter.consume("a")
