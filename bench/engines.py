"""What an engine is to `bench.policy`: it is given a workload, and returns what answers its requests."""

import importlib
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from bench.workloads import Work

Run = Callable[[], list[bool]]
Engine = Callable[[Work], Run]


@runtime_checkable
class TimesItself(Protocol):
    """A run in another process, which alone can tell the CPU time."""

    def __call__(self) -> list[bool]: ...

    def rate(self) -> float:
        """Return decisions per CPU-second, the median of the runs."""


class Absent(Exception):
    """An engine cannot be measured here; the message says why."""


def package(name: str) -> Any:
    """Return a module of an optional package."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise Absent(str(missing)) from missing
