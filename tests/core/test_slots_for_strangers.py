"""Execution slots for strangers: one at a time, and nobody waits for the others."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iamd.core import execution_slots
from iamd.core.errors import Throttling
from iamd.core.execution_slots import ExecutionSlots
from iamd.store.sqlite import SqliteDatabase
from tests.watched_lock import WatchedLock


def in_thread(function: Callable[[], bool]) -> bool:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function).result(timeout=5)


def is_busy(slots: ExecutionSlots) -> bool:
    """Return whether another stranger would have to wait."""

    def enter() -> bool:
        try:
            with slots.for_stranger():
                return False
        except Throttling:
            return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execution_slots, "_MAX_STRANGER_WAIT_SECONDS", 0)
        return in_thread(enter)


def test_strangers_are_in_one_at_a_time_and_delay_nobody_else() -> None:
    slots = ExecutionSlots(4)

    def enter() -> bool:
        with slots:
            return True

    with slots.for_stranger():
        assert is_busy(slots)
        assert is_busy(slots)  # whoever gave up has left no place behind
        assert in_thread(enter)
    assert not is_busy(slots)


def test_next_stranger_is_in_during_slow_work() -> None:
    slots = ExecutionSlots(1)
    with slots.for_stranger():
        with slots.released():
            assert not is_busy(slots)
        assert is_busy(slots)
    assert not is_busy(slots)


def test_stranger_that_waits_for_the_store_keeps_the_others_out() -> None:
    slots = ExecutionSlots(1)
    with slots.for_stranger(), slots.released_briefly():
        assert is_busy(slots)


def test_stranger_that_waits_for_another_writer_keeps_the_others_out(tmp_path: Path) -> None:
    slots, has_slot = ExecutionSlots(1), threading.Event()
    database = SqliteDatabase(tmp_path, slots)

    def write() -> None:
        with slots.for_stranger():
            has_slot.set()
            with database.write():
                pass

    with ThreadPoolExecutor(1) as thread:
        with database.exclusive_lock():
            writer = thread.submit(write)
            assert has_slot.wait(5)
            with slots:  # the writer has released its slot
                pass
            assert is_busy(slots)
        writer.result(timeout=5)
    assert not is_busy(slots)
    database.close()


def test_stranger_comes_back_from_slow_work_before_those_that_have_not_begun() -> None:
    slots, lock, order = ExecutionSlots(1), WatchedLock(), list[str]()
    slots._strangers = lock
    works, worked = threading.Event(), threading.Event()

    def work_slowly() -> None:
        with slots.for_stranger():
            with slots.released():
                works.set()
                assert worked.wait(5)
            order.append("back")

    def begin() -> None:
        with slots.for_stranger():
            order.append("begins")

    with ThreadPoolExecutor(2) as threads:
        results = [threads.submit(work_slowly)]
        assert works.wait(5)
        with slots.for_stranger():
            results.append(threads.submit(begin))
            for _ in range(3):
                lock.entered.get(timeout=5)
            worked.set()
            lock.entered.get(timeout=5)
        for result in results:
            result.result(timeout=5)
    assert order == ["back", "begins"]


def test_failure_of_slow_work_reaches_the_stranger_and_blocks_nobody() -> None:
    slots = ExecutionSlots(1)
    with pytest.raises(ZeroDivisionError), slots.for_stranger(), slots.released():
        raise ZeroDivisionError
    assert not is_busy(slots)
