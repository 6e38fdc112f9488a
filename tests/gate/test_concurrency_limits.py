"""Concurrency limits: a caller's next request starts when one of its requests ends, in order."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from iamd.core.errors import Throttling
from iamd.gate import concurrency_limits
from iamd.gate.concurrency_limits import AddressLimits, ConcurrencyLimiter

SECONDS = 10  # until a test gives up
LARGE = 100_000


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as executor:
        yield executor


@pytest.mark.parametrize("per_caller", [1, 3])
def test_caller_has_no_more_requests_at_a_time_than_allowed(
    threads: ThreadPoolExecutor, per_caller: int
) -> None:
    limiter, lock, running, most = ConcurrencyLimiter(per_caller), threading.Lock(), 0, 0

    def request(_: int) -> None:
        nonlocal running, most
        with limiter.limited("caller"):
            with lock:
                running += 1
                most = max(most, running)
            with lock:
                running -= 1

    list(threads.map(request, range(500)))
    assert most <= per_caller
    assert limiter.try_acquire("caller")


def test_other_callers_do_not_wait() -> None:
    limiter = ConcurrencyLimiter(1)
    assert limiter.try_acquire("one")
    assert not limiter.try_acquire("one")
    assert limiter.try_acquire("other")
    limiter.release("one")
    assert limiter.try_acquire("one")


def test_waiting_requests_start_in_order(threads: ThreadPoolExecutor) -> None:
    limiter, started = ConcurrencyLimiter(1), list[int]()
    limiter.acquire("caller")

    def request(number: int) -> None:
        with limiter.limited("caller"):
            started.append(number)

    waiting: list[Future[None]] = []
    for number in range(10):
        waiting.append(threads.submit(request, number))
        while limiter.waiting("caller") <= number:
            threading.Event().wait(0.001)
    limiter.release("caller")
    for future in waiting:
        future.result(SECONDS)
    assert started == list(range(10))


def test_slot_is_released_only_while_waiting(threads: ThreadPoolExecutor) -> None:
    slot = threading.Lock()

    class Released:
        def __enter__(self) -> None:
            slot.release()

        def __exit__(self, *_: object) -> None:
            slot.acquire()

    limiter = ConcurrencyLimiter(1, Released)
    assert limiter.try_acquire("caller")

    def request() -> None:
        with slot:
            limiter.acquire("caller")
            limiter.release("caller")

    waiting = threads.submit(request)
    while not limiter.waiting("caller"):
        threading.Event().wait(0.001)
    assert slot.acquire(timeout=SECONDS)
    slot.release()
    limiter.release("caller")
    waiting.result(SECONDS)
    assert not slot.locked()


def test_request_that_waited_too_long_is_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency_limits, "_MAX_WAIT_SECONDS", 0.01)
    limiter = ConcurrencyLimiter(1)
    limiter.acquire("caller")
    with pytest.raises(Throttling):
        limiter.acquire("caller")
    assert limiter.waiting("caller") == 0
    limiter.release("caller")
    assert limiter.try_acquire("caller")


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
    monkeypatch: pytest.MonkeyPatch, first: str, second: str, length: int, waits: bool
) -> None:
    monkeypatch.setattr(concurrency_limits, "_MAX_WAIT_SECONDS", 0.01)
    limits, throttled = AddressLimits(), False
    with limits.limited(first, length):
        try:
            with limits.limited(second, length):
                pass
        except Throttling:
            throttled = True
    assert throttled == waits
