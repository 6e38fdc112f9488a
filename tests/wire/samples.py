"""Values made from the models: any shape, from a source of chance that may be seeded or hypothesis's own."""

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


def value(shape: Shape, chance: Random) -> Any:
    """Make a value as a client gives it, keyed by the wire's names."""
    return _MAKERS[shape.type](shape, chance)


def _structure(shape: Shape, chance: Random) -> dict[str, Any]:
    """Make some members; a structure has at least one, since the protocol has no way to send an empty one."""
    chosen = [m for m in shape.members if m.required or chance.random() < 0.7] or list(shape.members[:1])
    return {member.name: value(member.shape, chance) for member in chosen}


def _list(shape: Shape, chance: Random) -> list[Any]:
    return [value(require_shape(shape.element), chance) for _ in range(chance.choice((0, 1, 2, 11)))]


def _map(shape: Shape, chance: Random) -> dict[str, Any]:
    keys = [f"{value(require_shape(shape.key), chance)}{number}" for number in range(chance.choice((1, 3)))]
    return {key: value(require_shape(shape.value), chance) for key in keys}


def _string(shape: Shape, chance: Random) -> str:
    return chance.choice(shape.enum or TEXTS)


def _integer(shape: Shape, chance: Random) -> int:
    return chance.choice((0, 1, 1000, -1, 2**31 - 1, -(2**31)))


def _boolean(shape: Shape, chance: Random) -> bool:
    return chance.random() < 0.5


def _blob(shape: Shape, chance: Random) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 50)))


def _timestamp(shape: Shape, chance: Random) -> datetime:
    return datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC) + timedelta(seconds=chance.randrange(10**8))


_MAKERS: dict[str, Callable[[Shape, Random], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
    "blob": _blob,
    "timestamp": _timestamp,
}


def decoded(shape: Shape, given: Any) -> Any:
    """Return a value as the decoder gives it: keyed by Python names, timestamps in the wire's form."""
    return _rebuilt(shape, given, lambda _, fields: {member.attr: item for member, item in fields})


def record(shape: Shape, given: Any) -> Any:
    """Return a value made of NamedTuples with all the fields of their shapes, absent ones as None."""

    def build(shape: Shape, fields: list[tuple[Member, Any]]) -> Any:
        kind = namedtuple(shape.name, [m.attr for m in shape.members])  # type: ignore[misc]
        held = {member.attr: item for member, item in fields}
        return kind(*(held.get(member.attr) for member in shape.members))

    return _rebuilt(shape, given, build)


def _rebuilt(shape: Shape, given: Any, build: Callable[[Shape, list[tuple[Member, Any]]], Any]) -> Any:
    if shape.type == "structure":
        held = [member for member in shape.members if member.name in given]
        return build(shape, [(m, _rebuilt(m.shape, given[m.name], build)) for m in held])
    if shape.type == "list":
        return [_rebuilt(require_shape(shape.element), item, build) for item in given]
    if shape.type == "map":
        return {key: _rebuilt(require_shape(shape.value), item, build) for key, item in given.items()}
    if shape.type == "timestamp":
        return given.strftime("%Y-%m-%dT%H:%M:%SZ")
    return given
