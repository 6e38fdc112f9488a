"""Rate limits, with a clock of the test's own."""

import pytest

from iamd.core.errors import Throttling
from iamd.gate.rate_limits import RateLimiter


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_may_burst_and_then_goes_at_its_rate() -> None:
    clock = Clock()
    limits = RateLimiter(5, clock)
    for _ in range(10):
        limits.consume("a")
    with pytest.raises(Throttling, match="Rate exceeded"):
        limits.consume("a")
    clock.now += 0.2
    limits.consume("a")
    with pytest.raises(Throttling):
        limits.consume("a")


def test_callers_have_buckets_of_their_own() -> None:
    limits = RateLimiter(1, Clock())
    limits.consume("a")
    limits.consume("a")
    with pytest.raises(Throttling):
        limits.consume("a")
    limits.consume("b")


def test_without_a_limit_everything_passes() -> None:
    limits = RateLimiter(None)
    for _ in range(1000):
        limits.consume("a")
