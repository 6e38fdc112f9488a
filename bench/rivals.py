"""Other engines, given the workloads of `bench.policy` in their own language, as far as it goes.

An engine whose package is not installed raises `Absent`: `cedarpy` and `pycasbin` are in the extra `bench`,
iam-simulate comes from npm. What is left out of an engine's work is said at each.
"""

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.policy import Work

Run = Callable[[], list[bool]]


class Absent(Exception):
    """An engine cannot be measured here; the message says why."""


def package(name: str) -> Any:
    """Return a module of an optional package."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise Absent(str(missing)) from missing


def listed(value: Any) -> list[Any]:
    """Return a list: of one, where a document has a single value."""
    return value if isinstance(value, list) else [value]


def conditions(statement: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Go through operators, keys in lower case, and values."""
    for operator, block in statement.get("Condition", {}).items():
        for key, values in block.items():
            yield operator, key.lower(), listed(values)


def naming(work: "Work") -> Iterator[tuple[Any, str]]:
    """Go through a resource policy's statements and whom they name.

    An account is left out: within the account it grants nothing that identity policies do not.
    """
    for statement in work.resource["Statement"] if work.resource else ():
        principal = statement["Principal"]
        for name in ["*"] if principal == "*" else listed(principal["AWS"]):
            if not name.endswith(":root"):
                yield statement, name


def _cedarpy(work: "Work") -> Run:
    from bench import in_cedar

    return in_cedar.engine(work)


def _pycasbin(work: "Work") -> Run:
    from bench import in_casbin

    return in_casbin.engine(work)


def _iam_simulate(work: "Work") -> Run:
    from bench import iam_simulate

    return iam_simulate.engine(work)


ENGINES: dict[str, Callable[["Work"], Run]] = {
    "cedarpy": _cedarpy,
    "pycasbin": _pycasbin,
    "iam-simulate": _iam_simulate,
}
