"""Execution slots: a bounded number of threads at a time, and a way past those that compute for long."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from iamd.core.execution_slots import ExecutionSlots
from tests.threads import SECONDS, most_at_a_time, thread_pool


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with thread_pool() as executor:
        yield executor


@pytest.mark.parametrize("permits", [1, 4])
def test_no_more_threads_than_permits_are_in_at_a_time(threads: ThreadPoolExecutor, permits: int) -> None:
    slots = ExecutionSlots(permits)
    assert most_at_a_time(threads, lambda: slots) <= permits


@pytest.mark.parametrize("permits", [1, 4])
def test_long_requests_do_not_hold_up_short_ones(threads: ThreadPoolExecutor, permits: int) -> None:
    slots, done = ExecutionSlots(permits), threading.Event()
    entered = threading.Barrier(permits + 1)

    def compute() -> None:
        with slots:
            entered.wait(SECONDS)
            done.wait(SECONDS)

    long_requests = [threads.submit(compute) for _ in range(permits)]
    entered.wait(SECONDS)
    for _ in range(20):
        with slots:
            assert not done.is_set()
    done.set()
    for request in long_requests:
        request.result(SECONDS)


def test_only_a_few_extra_threads_run_beside_a_long_request(threads: ThreadPoolExecutor) -> None:
    slots, done, count, lock = ExecutionSlots(1), threading.Event(), 0, threading.Lock()

    def compute() -> None:
        nonlocal count
        with slots:
            with lock:
                count += 1
            done.wait(SECONDS)

    requests = [threads.submit(compute) for _ in range(8)]
    assert not done.wait(0.2)  # long enough for all of them to try
    assert count == 3
    done.set()
    for request in requests:
        request.result(SECONDS)


def test_slot_is_released_for_a_block_and_acquired_again(threads: ThreadPoolExecutor) -> None:
    slots = ExecutionSlots(1)

    def work() -> bool:
        with slots:
            return True

    with slots:
        with slots.released():
            assert threads.submit(work).result(SECONDS)
        assert slots._acquired_at
    assert not slots._acquired_at
    with slots.released():  # no effect without a slot
        assert threads.submit(work).result(SECONDS)
