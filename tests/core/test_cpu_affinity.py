"""Workers on one core each: which one, and who may leave it."""

import os
import threading
from collections.abc import Callable
from functools import partial

import pytest

from iamd.core import cpu_affinity

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core only")


def elsewhere(work: Callable[[], None]) -> set[int]:
    """Do something in a thread of its own; return the cores that the thread has in the end."""
    held: list[set[int]] = []

    def run() -> None:
        work()
        held.append(os.sched_getaffinity(0))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return held[0]


def test_workers_are_on_cores_one_after_the_other() -> None:
    every = os.sched_getaffinity(0)
    found = [elsewhere(partial(cpu_affinity.pin, number)) for number in range(2 * len(every))]
    assert all(len(held) == 1 for held in found)
    assert set[int]().union(*found[: len(every)]) == every
    assert found[: len(every)] == found[len(every) :]


def test_a_thread_inherits_the_core() -> None:
    inherited: list[set[int]] = []

    def work() -> None:
        cpu_affinity.pin(1)
        inherited.append(elsewhere(lambda: None))

    assert elsewhere(work) == inherited[0]


def test_a_hash_may_go_anywhere_and_comes_back() -> None:
    every, during = os.sched_getaffinity(0), list[set[int]]()

    def work() -> None:
        cpu_affinity.pin(1)
        with cpu_affinity.unpinned():
            during.append(os.sched_getaffinity(0))

    assert len(elsewhere(work)) == 1
    assert during == [every]
