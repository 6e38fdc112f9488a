"""Helpers of tests with threads."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

SECONDS = 10  # until a test gives up


@contextlib.contextmanager
def thread_pool() -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of more threads than anything in a test admits."""
    with ThreadPoolExecutor(32) as executor:
        yield executor


def most_at_a_time(threads: ThreadPoolExecutor, enter: Callable[[], AbstractContextManager[None]]) -> int:
    """Enter a block 500 times in many threads; return how many of them were in it at the same time."""
    lock, inside, most = threading.Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal inside, most
        with enter():
            with lock:
                inside += 1
                most = max(most, inside)
            with lock:
                inside -= 1

    list(threads.map(work, range(500)))
    return most
