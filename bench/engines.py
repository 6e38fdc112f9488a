"""What an engine is to `bench.policy`: it is given a workload, and returns what answers its requests."""

import importlib
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from bench.workloads import Workload

RunWorkload = Callable[[], list[bool]]
Engine = Callable[[Workload], RunWorkload]


@runtime_checkable
class SelfTimed(Protocol):
    """A run in another process, which alone can tell the CPU time."""

    def __call__(self) -> list[bool]: ...

    def rate(self) -> float:
        """Return decisions per CPU-second, the median of the runs."""


class EngineUnavailable(Exception):
    """An engine cannot be measured here; the message says why."""


def import_optional(name: str) -> Any:
    """Return a module of an optional package."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EngineUnavailable(str(error)) from error
