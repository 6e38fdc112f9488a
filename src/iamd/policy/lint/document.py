"""The parsed document that the lint checks work on: valid statements, and the path of every element."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from iamd.policy.document import CURRENT_VERSION, Condition, Statement
from iamd.policy.validation import PolicyKind

IDENTITY_SIDE = frozenset({PolicyKind.MANAGED, PolicyKind.INLINE, PolicyKind.SESSION})
RESOURCE_SIDE = frozenset({PolicyKind.RESOURCE, PolicyKind.TRUST})


class TextNode(NamedTuple):
    """A string and its path."""

    path: str
    text: str


class PrincipalNode(NamedTuple):
    """An entry of Principal or NotPrincipal, and its path."""

    path: str
    type: str
    value: str


class ConditionClause(NamedTuple):
    """A condition, the path of its key, and whether its values are a list."""

    path: str
    condition: Condition
    is_list: bool

    @property
    def key(self) -> str:
        """The key in lower case."""
        return self.condition.key.lower()

    def values(self) -> Iterator[TextNode]:
        """Yield the values with their paths."""
        return _text_nodes(
            self.path, list(self.condition.values) if self.is_list else self.condition.values[0]
        )


@dataclass(frozen=True)
class StatementNode:
    """A statement with valid syntax; `raw` is the JSON it was parsed from."""

    statement: Statement
    raw: Mapping[str, object]

    @property
    def path(self) -> str:
        """The path of the statement."""
        return f"Statement[{self.statement.index}]"

    @property
    def is_allow(self) -> bool:
        """Whether the statement is an Allow."""
        return self.statement.effect == "Allow"

    def texts(self, *elements: str) -> Iterator[TextNode]:
        """Yield the strings of elements that are a string or a list of strings."""
        for name in elements:
            if name in self.raw:
                yield from _text_nodes(f"{self.path}.{name}", self.raw[name])

    @cached_property
    def actions(self) -> tuple[TextNode, ...]:
        """The entries of Action."""
        return tuple(self.texts("Action"))

    @cached_property
    def resources(self) -> tuple[TextNode, ...]:
        """The entries of Resource."""
        return tuple(self.texts("Resource"))

    @cached_property
    def clauses(self) -> tuple[ConditionClause, ...]:
        """The conditions."""
        return tuple(self._clauses())

    @cached_property
    def principals(self) -> tuple[PrincipalNode, ...]:
        """The entries of Principal and NotPrincipal."""
        return tuple(self._principals())

    def _clauses(self) -> Iterator[ConditionClause]:
        conditions = iter(self.statement.conditions)
        for operator, block in _items(self.raw.get("Condition")):
            for key, values in _items(block):
                path = f"{self.path}.Condition.{operator}.{key}"
                yield ConditionClause(path, next(conditions), isinstance(values, list))

    def _principals(self) -> Iterator[PrincipalNode]:
        for element in ("Principal", "NotPrincipal"):
            value, path = self.raw.get(element), f"{self.path}.{element}"
            if isinstance(value, str):
                yield PrincipalNode(path, "AWS", value)
            for kind, names in _items(value):
                yield from (
                    PrincipalNode(principal_path, kind, name)
                    for principal_path, name in _text_nodes(f"{path}.{kind}", names)
                )


@dataclass(frozen=True)
class LintDocument:
    """A document with its valid statements, and the options of `lint`."""

    text: str
    kind: PolicyKind
    version: str | None
    statements: tuple[StatementNode, ...]
    partition: str
    account: str | None
    now: datetime | None

    @property
    def has_variables(self) -> bool:
        """Whether the document's Version supports variables."""
        return self.version == CURRENT_VERSION


def _items(value: object) -> Iterator[tuple[str, object]]:
    yield from value.items() if isinstance(value, dict) else ()


def _text_nodes(path: str, value: object) -> Iterator[TextNode]:
    if isinstance(value, list):
        yield from (TextNode(f"{path}[{index}]", str(item)) for index, item in enumerate(value))
    else:
        yield TextNode(path, str(value))
