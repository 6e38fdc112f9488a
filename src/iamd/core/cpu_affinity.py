"""A worker on one core: its threads take turns at the interpreter, which is dear to pass between cores.

docs/adr/0011 has the figures. What needs no interpreter, such as a password's hash, may go elsewhere.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ALL_CPUS = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else frozenset[int]()


def pin(worker_number: int) -> None:
    """Keep this thread, and those that it will start, on one core; another for each `number`, as far as goes.

    Nothing where there is no choice, or the system does not let us choose.
    """
    if len(_ALL_CPUS) > 1:
        with suppress(OSError):
            os.sched_setaffinity(0, {sorted(_ALL_CPUS)[worker_number % len(_ALL_CPUS)]})


@contextmanager
def unpinned() -> Iterator[None]:
    """Let this thread run on any core for a while."""
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
