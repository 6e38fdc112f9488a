"""Engine interface of `bench.policy`: a function that takes a workload and returns one that evaluates it."""

import importlib
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from bench.workloads import Workload

RunWorkload = Callable[[], list[bool]]
Engine = Callable[[Workload], RunWorkload]


@runtime_checkable
class SelfTimed(Protocol):
    """A run in another process, which measures its CPU time itself."""

    def __call__(self) -> list[bool]: ...

    def rate(self) -> float:
        """Return decisions per CPU-second, the median of the runs."""


class EngineUnavailable(Exception):
    """An engine is not installed; the message says why."""


def import_optional(name: str) -> Any:
    """Import a module of an optional package; raise EngineUnavailable if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EngineUnavailable(str(error)) from error
