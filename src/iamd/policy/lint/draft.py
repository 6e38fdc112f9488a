"""A document as the linter has it: statements that can be read, and where each text of them stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from iamd.policy.document import MODERN, Condition, Statement
from iamd.policy.validate import PolicyKind

OWN_SIDE = frozenset({PolicyKind.MANAGED, PolicyKind.INLINE, PolicyKind.SESSION})
ON_RESOURCE = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST})


class Text(NamedTuple):
    """A text and its place."""

    path: str
    text: str


class Principal(NamedTuple):
    """An entry of Principal or NotPrincipal and its place."""

    path: str
    type: str
    value: str


class Test(NamedTuple):
    """A condition, the place of its key, and whether its values are a list."""

    path: str
    condition: Condition
    listed: bool

    @property
    def key(self) -> str:
        """The key in lower case."""
        return self.condition.key.lower()

    def values(self) -> Iterator[Text]:
        """Go through the values."""
        return _texts(self.path, list(self.condition.values) if self.listed else self.condition.values[0])


@dataclass(frozen=True)
class Entry:
    """A statement that can be read; `raw` is what it was read from."""

    statement: Statement
    raw: Mapping[str, object]

    @property
    def path(self) -> str:
        """The place of the statement."""
        return f"Statement[{self.statement.index}]"

    @property
    def allows(self) -> bool:
        """Whether the statement is an Allow."""
        return self.statement.effect == "Allow"

    def texts(self, *elements: str) -> Iterator[Text]:
        """Go through the texts of elements that are a text or a list of texts."""
        for name in elements:
            if name in self.raw:
                yield from _texts(f"{self.path}.{name}", self.raw[name])

    @cached_property
    def actions(self) -> tuple[Text, ...]:
        """The entries of Action."""
        return tuple(self.texts("Action"))

    @cached_property
    def resources(self) -> tuple[Text, ...]:
        """The entries of Resource."""
        return tuple(self.texts("Resource"))

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """The conditions."""
        return tuple(self._tests())

    @cached_property
    def principals(self) -> tuple[Principal, ...]:
        """The entries of Principal and NotPrincipal."""
        return tuple(self._principals())

    def _tests(self) -> Iterator[Test]:
        conditions = iter(self.statement.conditions)
        for operator, block in _items(self.raw.get("Condition")):
            for key, values in _items(block):
                path = f"{self.path}.Condition.{operator}.{key}"
                yield Test(path, next(conditions), isinstance(values, list))

    def _principals(self) -> Iterator[Principal]:
        for element in ("Principal", "NotPrincipal"):
            value, path = self.raw.get(element), f"{self.path}.{element}"
            if isinstance(value, str):
                yield Principal(path, "AWS", value)
            for kind, names in _items(value):
                yield from (Principal(place, kind, name) for place, name in _texts(f"{path}.{kind}", names))


@dataclass(frozen=True)
class Draft:
    """A document with those of its statements that can be read, and what the caller knows besides."""

    text: str
    kind: PolicyKind
    version: str | None
    entries: tuple[Entry, ...]
    partition: str
    account: str | None
    now: datetime | None

    @property
    def has_variables(self) -> bool:
        """Whether variables act."""
        return self.version == MODERN


def _items(value: object) -> Iterator[tuple[str, object]]:
    yield from value.items() if isinstance(value, dict) else ()


def _texts(path: str, value: object) -> Iterator[Text]:
    if isinstance(value, list):
        yield from (Text(f"{path}[{index}]", str(one)) for index, one in enumerate(value))
    else:
        yield Text(path, str(value))
