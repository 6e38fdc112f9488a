"""CPU affinity: each worker is pinned to a core, and may be unpinned for expensive work."""

import os
import threading
from collections.abc import Callable
from functools import partial

import pytest

from iamd.core import cpu_affinity

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="requires two cores")


def affinity_after(work: Callable[[], None]) -> set[int]:
    """Run a function in a new thread; return the thread's affinity at the end."""
    affinities: list[set[int]] = []

    def run() -> None:
        work()
        affinities.append(os.sched_getaffinity(0))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return affinities[0]


def test_workers_are_pinned_round_robin() -> None:
    all_cores = os.sched_getaffinity(0)
    affinities = [affinity_after(partial(cpu_affinity.pin, number)) for number in range(2 * len(all_cores))]
    assert all(len(affinity) == 1 for affinity in affinities)
    assert set[int]().union(*affinities[: len(all_cores)]) == all_cores
    assert affinities[: len(all_cores)] == affinities[len(all_cores) :]


def test_thread_inherits_the_affinity() -> None:
    inherited_affinities: list[set[int]] = []

    def work() -> None:
        cpu_affinity.pin(1)
        inherited_affinities.append(affinity_after(lambda: None))

    assert affinity_after(work) == inherited_affinities[0]


def test_unpinned_restores_the_affinity() -> None:
    all_cores, unpinned_affinities = os.sched_getaffinity(0), list[set[int]]()

    def work() -> None:
        cpu_affinity.pin(1)
        with cpu_affinity.unpinned():
            unpinned_affinities.append(os.sched_getaffinity(0))

    assert len(affinity_after(work)) == 1
    assert unpinned_affinities == [all_cores]
