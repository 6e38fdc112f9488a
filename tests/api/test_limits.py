"""Rate limits, with a clock of the test's own."""

import pytest

from iamd.api.limits import Limits
from iamd.core.errors import Throttling


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_may_burst_and_then_goes_at_its_rate() -> None:
    clock = Clock()
    limits = Limits(5, clock)
    for _ in range(10):
        limits.admit("a")
    with pytest.raises(Throttling, match="Rate exceeded"):
        limits.admit("a")
    clock.now += 0.2
    limits.admit("a")
    with pytest.raises(Throttling):
        limits.admit("a")


def test_callers_have_buckets_of_their_own() -> None:
    limits = Limits(1, Clock())
    limits.admit("a")
    limits.admit("a")
    with pytest.raises(Throttling):
        limits.admit("a")
    limits.admit("b")


def test_without_a_limit_everything_passes() -> None:
    limits = Limits(None)
    for _ in range(1000):
        limits.admit("a")
