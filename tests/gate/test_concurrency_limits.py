"""Concurrency limits: a caller's next request starts when one of its requests ends, in order."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from iamd.core.errors import Throttling
from iamd.core.execution_slots import ExecutionSlots
from iamd.gate import concurrency_limits
from iamd.gate.concurrency_limits import AddressLimits, ConcurrencyLimiter
from tests.threads import SECONDS, most_at_a_time, thread_pool

LARGE = 100_000


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with thread_pool() as executor:
        yield executor


@pytest.mark.parametrize("per_caller", [1, 3])
def test_caller_has_no_more_requests_at_a_time_than_allowed(
    threads: ThreadPoolExecutor, per_caller: int
) -> None:
    limiter = ConcurrencyLimiter(per_caller, 1000, ExecutionSlots(1))
    assert most_at_a_time(threads, lambda: limiter.limited("caller")) <= per_caller
    assert limiter.try_acquire("caller")


def test_other_callers_do_not_wait() -> None:
    limiter = ConcurrencyLimiter(1, 100, ExecutionSlots(1))
    permit = limiter.try_acquire("one")
    assert permit is not None
    assert limiter.try_acquire("one") is None
    assert limiter.try_acquire("other")
    permit.end()
    assert limiter.try_acquire("one")


def test_waiting_requests_start_in_order(threads: ThreadPoolExecutor) -> None:
    limiter, started = ConcurrencyLimiter(1, 100, ExecutionSlots(1)), list[int]()
    permit = limiter.wait("caller")

    def request(number: int) -> None:
        with limiter.limited("caller"):
            started.append(number)

    waiting: list[Future[None]] = []
    for number in range(10):
        waiting.append(threads.submit(request, number))
        while limiter.waiting("caller") <= number:
            threading.Event().wait(0.001)
    permit.end()
    for future in waiting:
        future.result(SECONDS)
    assert started == list(range(10))


def test_request_waits_without_its_slot(threads: ThreadPoolExecutor) -> None:
    slots = ExecutionSlots(1)
    limiter = ConcurrencyLimiter(1, 100, slots)
    permit = limiter.try_acquire("caller")
    assert permit is not None

    def request() -> None:
        with slots, limiter.limited("caller"):
            pass

    waiting = threads.submit(request)
    while not limiter.waiting("caller"):
        threading.Event().wait(0.001)
    with slots:
        assert not waiting.done()
    permit.end()
    waiting.result(SECONDS)


def test_request_counts_while_it_waits_in_a_queue_of_its_own() -> None:
    slots = ExecutionSlots(1)
    limiter = ConcurrencyLimiter(1, 100, slots)
    with slots, limiter.limited("caller"):
        with slots.released():
            assert limiter.try_acquire("caller") is None
        with slots.released_briefly():
            assert limiter.try_acquire("caller") is None


def test_request_does_not_count_while_it_waits_for_the_network(threads: ThreadPoolExecutor) -> None:
    slots = ExecutionSlots(1)
    limiter = ConcurrencyLimiter(1, 100, slots)

    def request() -> None:
        with slots, limiter.limited("caller"):
            pass

    with slots, limiter.limited("caller"):
        with slots.suspended():
            threads.submit(request).result(SECONDS)
        assert limiter.try_acquire("caller") is None
    assert limiter.try_acquire("caller")


def test_request_that_continues_beyond_the_limit_ends_before_the_next_one_starts(
    threads: ThreadPoolExecutor,
) -> None:
    slots = ExecutionSlots(4)
    limiter = ConcurrencyLimiter(1, 100, slots)
    started, done = threading.Event(), threading.Event()

    def request() -> None:
        with slots, limiter.limited("caller"):
            started.set()
            done.wait(SECONDS)

    with slots, limiter.limited("caller"):
        with slots.suspended():
            second = threads.submit(request)
            assert started.wait(SECONDS)
        third = threads.submit(request)
        while not limiter.waiting("caller"):
            threading.Event().wait(0.001)
    assert limiter.waiting("caller") == 1
    done.set()
    second.result(SECONDS)
    third.result(SECONDS)


def test_request_that_waited_too_long_is_throttled(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concurrency_limits, "_MAX_WAIT_SECONDS", 0.01)
    limiter = ConcurrencyLimiter(1, 100, ExecutionSlots(1))
    threads.submit(limiter.wait, "caller").result(SECONDS)
    with pytest.raises(Throttling):
        limiter.wait("caller")
    assert limiter.waiting("caller") == 0
    limiter.release("caller")
    assert limiter.try_acquire("caller")


def test_no_more_requests_wait_than_allowed(threads: ThreadPoolExecutor) -> None:
    limiter = ConcurrencyLimiter(1, 2, ExecutionSlots(1))
    permit = limiter.wait("caller")
    waiting = [threads.submit(lambda: limiter.wait("caller").end()) for _ in range(2)]
    while limiter.waiting("caller") < 2:
        threading.Event().wait(0.001)
    with pytest.raises(Throttling):
        limiter.wait("caller")
    permit.end()
    for future in waiting:
        future.result(SECONDS)


@pytest.mark.parametrize(
    ("first", "second", "length", "waits"),
    [
        ("192.0.2.1", "192.0.2.1", LARGE, True),
        ("192.0.2.1", "192.0.2.1", 100, False),
        ("192.0.2.1", "192.0.2.2", LARGE, False),
        ("2001:db8::1", "2001:db8::2", LARGE, True),  # one subscriber usually has a whole /64
    ],
)
def test_address_has_one_large_request_at_a_time(
    threads: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    second: str,
    length: int,
    waits: bool,
) -> None:
    monkeypatch.setattr(concurrency_limits, "_MAX_WAIT_SECONDS", 0.01)
    limits = AddressLimits(100, ExecutionSlots(1))

    def is_throttled() -> bool:
        try:
            with limits.limited(second, length):
                return False
        except Throttling:
            return True

    with limits.limited(first, length):
        assert threads.submit(is_throttled).result(SECONDS) == waits


def test_address_has_a_maximum_of_requests_whatever_they_wait_for(threads: ThreadPoolExecutor) -> None:
    slots = ExecutionSlots(4)
    limits, done = AddressLimits(2, slots), threading.Event()
    entered = threading.Barrier(3)

    def request() -> None:
        with limits.limited("192.0.2.1", 100), slots, slots.suspended():
            entered.wait(SECONDS)
            done.wait(SECONDS)

    requests = [threads.submit(request) for _ in range(2)]
    entered.wait(SECONDS)
    with pytest.raises(Throttling), limits.limited("192.0.2.1", 100):
        pass
    with limits.limited("192.0.2.2", 100):
        done.set()
    for future in requests:
        future.result(SECONDS)
    with limits.limited("192.0.2.1", 100):
        pass
