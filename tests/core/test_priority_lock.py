"""The priority lock: known clients before strangers, in order of arrival, and never lost."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.core.errors import Throttling
from iamd.core.priority_lock import Place, PriorityLock
from tests.examples import examples


def leave_in_order(lock: PriorityLock, places: list[Place]) -> list[int]:
    """Leave every place once it is served; return their indexes in that order."""
    order = list[int]()
    while len(order) < len(places):
        (index,) = [
            index for index, place in enumerate(places) if index not in order and place.served.is_set()
        ]
        order.append(index)
        lock.leave(places[index])
    return order


def test_known_clients_are_served_before_strangers_and_each_group_in_order() -> None:
    lock = PriorityLock()
    places = [lock.enter(is_stranger=is_stranger) for is_stranger in (True, True, False, True, False)]
    assert leave_in_order(lock, places) == [0, 2, 4, 1, 3]


def test_strangers_beyond_the_limit_are_refused_at_once_and_known_clients_are_not() -> None:
    lock = PriorityLock(max_waiting_strangers=2)
    current, first, _ = [lock.enter(is_stranger=True) for _ in range(3)]
    with pytest.raises(Throttling):
        lock.enter(is_stranger=True)
    with pytest.raises(Throttling):
        lock.require_room_for_stranger()
    lock.enter(is_stranger=False)
    lock.leave(first)
    lock.require_room_for_stranger()
    lock.enter(is_stranger=True)
    assert current.served.is_set()


def test_a_thread_that_waits_too_long_gives_up_its_place() -> None:
    lock = PriorityLock()
    current = lock.enter(is_stranger=False)
    with pytest.raises(Throttling), lock.exclusive(is_stranger=False, max_wait_seconds=0):
        pass
    last = lock.enter(is_stranger=True)
    lock.leave(current)
    assert last.served.is_set()


def test_a_thread_that_is_served_just_as_it_gives_up_hands_over() -> None:
    lock = PriorityLock()
    current, late, last = [lock.enter(is_stranger=False) for _ in range(3)]
    with pytest.raises(Throttling):
        late.wait(0)
    lock.leave(current)
    assert late.served.is_set()
    lock.leave(late)
    assert last.served.is_set()


def test_lock_is_released_when_the_block_fails() -> None:
    lock = PriorityLock()
    with pytest.raises(ZeroDivisionError), lock.exclusive(is_stranger=False, max_wait_seconds=0):
        raise ZeroDivisionError
    assert lock.enter(is_stranger=True).served.is_set()


@examples(200)
@given(st.lists(st.tuples(st.sampled_from(["known", "stranger", "leave"]), st.integers(0, 50))))
def test_one_place_is_served_whoever_comes_and_goes(steps: list[tuple[str, int]]) -> None:
    lock, served = PriorityLock(max_waiting_strangers=3), list[Place]()
    known, strangers = list[Place](), list[Place]()  # those that wait
    for step, number in steps:
        places = served + known + strangers
        if step != "leave":
            is_stranger = step == "stranger"
            try:
                place = lock.enter(is_stranger=is_stranger)
            except Throttling:
                assert is_stranger
                assert len(strangers) == 3
                continue
            (strangers if is_stranger else known).append(place)
        elif places:
            place = places[number % len(places)]
            lock.leave(place)
            next(group for group in (served, known, strangers) if place in group).remove(place)
        if not served and known + strangers:
            served.append((known or strangers).pop(0))
        assert [place for place in served + known + strangers if place.served.is_set()] == served


def test_threads_that_time_out_at_any_moment_lose_no_wake_up() -> None:
    lock, threads = PriorityLock(max_waiting_strangers=4), 12
    start, holders, results = threading.Barrier(threads), list[int](), list[bool]()
    content = bytes(100_000)

    def compete(number: int) -> None:
        random = Random(number)
        start.wait()
        for _ in range(300):
            try:
                with lock.exclusive(is_stranger=number % 2 == 0, max_wait_seconds=random.uniform(0, 0.0005)):
                    holders.append(number)
                    hashlib.sha256(content)  # other threads run meanwhile
                    assert holders == [number]
                    holders.remove(number)
                results.append(True)
            except Throttling:
                results.append(False)

    with ThreadPoolExecutor(threads) as executor:
        list(executor.map(compete, range(threads)))
    assert len(results) == threads * 300
    assert set(results) == {True, False}
    assert lock.enter(is_stranger=True).served.is_set()
