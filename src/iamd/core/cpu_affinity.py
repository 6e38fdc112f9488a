"""CPU affinity: each worker process is pinned to one core.

Only one of a worker's threads at a time holds the GIL, and handing it over between cores is expensive
(docs/adr/0011 has the measurements). Work that releases the GIL, such as password hashing, may use any core.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ALL_CPUS = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else frozenset[int]()


def pin(worker_number: int) -> None:
    """Pin this thread, and the threads that it starts, to one core, chosen round-robin by `worker_number`.

    No effect if there is only one core, or if the system does not allow it.
    """
    if len(_ALL_CPUS) > 1:
        with suppress(OSError):
            os.sched_setaffinity(0, {sorted(_ALL_CPUS)[worker_number % len(_ALL_CPUS)]})


@contextmanager
def unpinned() -> Iterator[None]:
    """Let this thread run on any core during the block."""
    if len(_ALL_CPUS) <= 1:
        yield
        return
    affinity = os.sched_getaffinity(0)
    with suppress(OSError):
        os.sched_setaffinity(0, _ALL_CPUS)
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, affinity)
