"""Random values for the shapes of the service models; the random source is seeded or Hypothesis's own."""

from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from iamd.core.models import Member, OperationModel, Shape, load, require_shape

OPERATIONS: list[OperationModel] = [
    operation for name in ("iam", "sts") for operation in load(name).operations.values()
]

TEXTS: tuple[str, ...] = (
    "",
    "a",
    "alice.smith@example.com",
    " x ",
    "a&b=c;d+e%20",
    "<b attr='x'>\"&amp;</b>",
    "tab\tnew\nline\rback",
)
TEXTS += ("ünï-cödé", "日本語", "😀 astral", "]]>", "\u2028\x85", "." * 300, '{"Version":"2012-10-17"}')


def value(shape: Shape, random: Random) -> Any:
    """Generate a value as a client sends it, with wire names."""
    return _GENERATORS[shape.type](shape, random)


def _structure(shape: Shape, random: Random) -> dict[str, Any]:
    """Generate a structure with at least one member: the protocol cannot send an empty structure."""
    members = [m for m in shape.members if m.required or random.random() < 0.7] or list(shape.members[:1])
    return {member.name: value(member.shape, random) for member in members}


def _list(shape: Shape, random: Random) -> list[Any]:
    return [value(require_shape(shape.element), random) for _ in range(random.choice((0, 1, 2, 11)))]


def _map(shape: Shape, random: Random) -> dict[str, Any]:
    keys = [f"{value(require_shape(shape.key), random)}{number}" for number in range(random.choice((1, 3)))]
    return {key: value(require_shape(shape.value), random) for key in keys}


def _string(shape: Shape, random: Random) -> str:
    return random.choice(shape.enum or TEXTS)


def _integer(shape: Shape, random: Random) -> int:
    return random.choice((0, 1, 1000, -1, 2**31 - 1, -(2**31)))


def _boolean(shape: Shape, random: Random) -> bool:
    return random.random() < 0.5


def _blob(shape: Shape, random: Random) -> bytes:
    return random.randbytes(random.choice((0, 1, 50)))


def _timestamp(shape: Shape, random: Random) -> datetime:
    return datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC) + timedelta(seconds=random.randrange(10**8))


_GENERATORS: dict[str, Callable[[Shape, Random], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}


def decoded(shape: Shape, raw: Any) -> Any:
    """Return a value as the decoder returns it: with Python names, and timestamps as text."""
    return _rebuild(shape, raw, lambda _, fields: {member.attr: item for member, item in fields})


def record(shape: Shape, raw: Any) -> Any:
    """Return a value built of NamedTuples with all members of their shapes; absent ones are None."""

    def build(shape: Shape, fields: list[tuple[Member, Any]]) -> Any:
        record_type = namedtuple(shape.name, [m.attr for m in shape.members])  # type: ignore[misc]
        values = {member.attr: item for member, item in fields}
        return record_type(*(values.get(member.attr) for member in shape.members))

    return _rebuild(shape, raw, build)


def _rebuild(shape: Shape, raw: Any, build: Callable[[Shape, list[tuple[Member, Any]]], Any]) -> Any:
    if shape.type == "structure":
        members = [member for member in shape.members if member.name in raw]
        return build(shape, [(m, _rebuild(m.shape, raw[m.name], build)) for m in members])
    if shape.type == "list":
        return [_rebuild(require_shape(shape.element), item, build) for item in raw]
    if shape.type == "map":
        return {key: _rebuild(require_shape(shape.value), item, build) for key, item in raw.items()}
    if shape.type == "timestamp":
        return raw.strftime("%Y-%m-%dT%H:%M:%SZ")
    return raw
