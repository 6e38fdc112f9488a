"""Steps of the clock back in time, as one process sees them: what had ended stays ended."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.core.clock_steps import ClockSteps
from tests.examples import examples


def observed(*epochs: int) -> ClockSteps:
    """Return the steps that a process sees whose requests come at these times."""
    steps = ClockSteps()
    for epoch in epochs:
        steps.observe(epoch)
    return steps


def test_nothing_had_ended_while_the_clock_only_advances() -> None:
    assert not observed(1000, 2000, 3000).had_ended(1000, 1500)


@pytest.mark.parametrize(
    ("issued_at", "ends_at", "had_ended"),
    [
        (100, 4000, True),
        (100, 5000, True),
        (100, 5001, False),  # was still valid
        (1998, 4000, True),
        (2000, 4000, False),  # may have been issued after the step
        (3000, 4000, False),
    ],
)
def test_what_had_ended_before_the_clock_was_set_back_stays_ended(
    issued_at: int, ends_at: int, had_ended: bool
) -> None:
    assert observed(1000, 5000, 2000).had_ended(issued_at, ends_at) is had_ended
    assert observed(1000, 5000, 2000, 3500).had_ended(issued_at, ends_at) is had_ended


def test_a_second_back_is_no_step() -> None:
    """Two threads may read the clock in one order and get here in the other."""
    assert not observed(5000, 4999).had_ended(100, 5000)
    assert observed(5000, 4998).had_ended(100, 5000)


def test_each_step_counts_while_the_clock_has_not_caught_up() -> None:
    steps = observed(5000, 2000, 3000, 2500)
    assert steps.had_ended(1000, 4900)
    assert steps.had_ended(2400, 2900)
    assert not steps.had_ended(2400, 3100)


def test_what_is_issued_after_a_second_step_is_valid() -> None:
    steps = observed(5000, 2000, 2500, 1000)
    assert not steps.had_ended(1000, 1900)
    assert not steps.had_ended(1500, 2400)
    assert steps.had_ended(900, 4900)


def test_many_small_steps_do_not_displace_a_large_one() -> None:
    steps = observed(100_000, 10_000)
    for number in range(50):
        steps.observe(10_100 + 100 * number)
        steps.observe(10_050 + 100 * number)
    assert steps.had_ended(5_000, 100_000)


def test_a_step_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "iamd"):
        observed(5000, 2000, 2000, 2001, 2000)
    assert caplog.messages == ["the clock was set back by 3000 seconds; what had ended stays ended"]


def test_threads_see_one_step() -> None:
    steps = observed(5000)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(steps.observe, [2000] * 200))
    assert steps.had_ended(100, 5000)
    assert not steps.had_ended(100, 5001)


@examples(300)
@given(st.lists(st.tuples(st.integers(-60, 30), st.integers(1, 50)), max_size=30))
def test_nothing_valid_is_refused(moves: list[tuple[int, int]]) -> None:
    """The clock moves; at each time something is issued that lasts a while, and is used until it ends."""
    steps, epoch = ClockSteps(), 1000
    valid: list[tuple[int, int]] = []
    for move, lifetime in moves:
        epoch += move
        steps.observe(epoch)
        valid = [item for item in valid if epoch < item[1]]
        valid.append((epoch, epoch + lifetime))
        assert not any(steps.had_ended(*item) for item in valid)
