"""Policy document parsing: strict JSON into frozen dataclasses; unknown elements are rejected."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final, NamedTuple

from iamd.policy.errors import PolicyError, syntax_error
from iamd.policy.operators import NULL, OPERATORS

CURRENT_VERSION: Final = "2012-10-17"
VERSIONS: Final = frozenset({"2008-10-17", CURRENT_VERSION})
MAX_CHARACTERS: Final = 1_048_576
MAX_DEPTH: Final = 32
MAX_NUMBER_LENGTH: Final = 40
PRINCIPAL_TYPES: Final = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})

TOP_ELEMENTS: Final = frozenset({"Version", "Id", "Statement"})
STATEMENT_ELEMENTS: Final = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)
EXCLUSIVE_ELEMENTS: Final = (
    ("Principal", "NotPrincipal"),
    ("Action", "NotAction"),
    ("Resource", "NotResource"),
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Quantifier(Enum):
    """The set operators, which compare multivalued context keys."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


class PrincipalName(NamedTuple):
    """One entry of a Principal element; a plain `"*"` is parsed as `{"AWS": "*"}`."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator; `operator` has no set operator and no IfExists, `key` is as written."""

    operator: str
    quantifier: Quantifier | None
    if_exists: bool
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; a missing element is None, an empty list is an empty tuple."""

    sid: str | None
    effect: str
    principals: tuple[PrincipalName, ...] | None
    not_principals: tuple[PrincipalName, ...] | None
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    index: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document; no Version means 2008-10-17, in which `${…}` is plain text."""

    version: str | None
    id: str | None
    statements: tuple[Statement, ...]


class Number(str):
    """A JSON number as written; numbers are allowed only as condition values."""

    __slots__ = ()


def parse(text: str | Mapping[str, object]) -> Policy:
    """Parse a document for evaluation; `validate` also makes the checks of a save. PolicyError if invalid.

    An empty NotAction, NotResource or NotPrincipal is rejected: it would match everything.
    """
    policy = read(text)
    for statement in policy.statements:
        path = f"Statement[{statement.index}]"
        if statement.effect not in {"Allow", "Deny"}:
            raise PolicyError("The policy failed legacy parsing", f"{path}.Effect")
        for name, exceptions, message in _exceptions(statement):
            if exceptions == ():
                raise PolicyError(message, f"{path}.{name}")
    return policy


def _exceptions(statement: Statement) -> Iterator[tuple[str, tuple[object, ...] | None, str]]:
    yield "NotAction", statement.not_actions, "Policy statement must contain actions."
    yield "NotResource", statement.not_resources, "Policy statement must contain resources."
    yield "NotPrincipal", statement.not_principals, "Missing required field Principal"


def read(text: str | Mapping[str, object]) -> Policy:
    """Parse a document's syntax only; PolicyError on a syntax error.

    An Effect in the wrong case is accepted: AWS reports it with another error.
    """
    try:
        top = _load_json(text) if isinstance(text, str) else _json_value(text)
    except ValueError as error:
        raise syntax_error() from error
    _check_depth(top)
    if not isinstance(top, dict) or not top.keys() <= TOP_ELEMENTS:
        raise syntax_error()
    version = _optional_text(top, "Version", "")
    if version is not None and version not in VERSIONS:
        raise syntax_error("Version")
    statements = top.get("Statement")
    items = statements if isinstance(statements, list) else [statements]
    if not items:
        raise syntax_error("Statement")
    parsed_statements = tuple(read_statement(item, index) for index, item in enumerate(items))
    return Policy(version, _optional_text(top, "Id", ""), parsed_statements)


def read_json(text: str) -> object:
    """Parse JSON, keeping numbers as written (`Number`); ValueError describes what is wrong.

    Duplicate keys are rejected, since only one of the values would be kept.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_build_object,
            parse_int=_parse_number,
            parse_float=_parse_number,
            parse_constant=_reject_constant,
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _load_json(text: str) -> object:
    if len(text) > MAX_CHARACTERS:
        raise ValueError("the document is too long")
    return read_json(text)


def _json_scalar(value: object) -> object:
    """Convert a scalar to what `read_json` returns for it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return _parse_number(str(value) if isinstance(value, int) else f"{Decimal(repr(value)):f}")


def _json_value(value: object, remaining_depth: int = MAX_DEPTH + 1) -> object:
    """Copy an already decoded document; ValueError for what JSON cannot express."""
    if not remaining_depth:
        raise ValueError("the document is nested too deeply")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key is not a string")
        return {key: _json_value(item, remaining_depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(item, remaining_depth - 1) for item in value]
    return _json_scalar(value)


def _build_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        duplicates = Counter(name for name, _ in pairs).most_common(1)
        raise ValueError(f"the key {duplicates[0][0][:128]!r} is there more than once")
    return mapping


def _parse_number(text: str) -> Number:
    if len(text) > MAX_NUMBER_LENGTH:
        raise ValueError("a number is too long")
    return Number(text)


def _reject_constant(text: str) -> object:
    raise ValueError(f"{text} is not a valid value")


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [item for parent in level for item in _children(parent)]
        if not level:
            return
    raise syntax_error()


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def read_statement(item: object, index: int) -> Statement:
    """Parse one statement of decoded JSON, whose numbers are `Number`s; PolicyError on a syntax error."""
    path = f"Statement[{index}]"
    if not isinstance(item, dict) or not item.keys() <= STATEMENT_ELEMENTS:
        raise syntax_error(path)
    if any(first in item and second in item for first, second in EXCLUSIVE_ELEMENTS):
        raise syntax_error(path)
    return Statement(
        sid=_optional_text(item, "Sid", path),
        effect=_effect(item.get("Effect"), path),
        principals=_principals(item, "Principal", path),
        not_principals=_principals(item, "NotPrincipal", path),
        actions=_texts(item, "Action", path),
        not_actions=_texts(item, "NotAction", path),
        resources=_texts(item, "Resource", path),
        not_resources=_texts(item, "NotResource", path),
        conditions=_conditions(item.get("Condition", {}), path),
        index=index,
    )


def _effect(value: object, path: str) -> str:
    if not isinstance(value, str) or value.lower() not in {"allow", "deny"}:
        raise syntax_error(f"{path}.Effect")
    return value


def _text(value: object, path: str) -> str:
    if type(value) is not str or _LONE_SURROGATE.search(value):
        raise syntax_error(path)
    return value


def _optional_text(item: Mapping[str, object], name: str, path: str) -> str | None:
    return _text(item[name], f"{path}.{name}".lstrip(".")) if name in item else None


def _texts(item: Mapping[str, object], name: str, path: str) -> tuple[str, ...] | None:
    return _text_list(item[name], f"{path}.{name}") if name in item else None


def _text_list(value: object, path: str) -> tuple[str, ...]:
    return tuple(_text(item, path) for item in (value if isinstance(value, list) else [value]))


def _principals(item: Mapping[str, object], name: str, path: str) -> tuple[PrincipalName, ...] | None:
    if name not in item:
        return None
    value, path = item[name], f"{path}.{name}"
    if value == "*":
        return (PrincipalName("AWS", "*"),)
    if not isinstance(value, dict) or not value.keys() <= PRINCIPAL_TYPES:
        raise syntax_error(path)
    return tuple(
        PrincipalName(kind, principal)
        for kind, names in value.items()
        for principal in _text_list(names, path)
    )


def _conditions(value: object, path: str) -> tuple[Condition, ...]:
    path = f"{path}.Condition"
    if not isinstance(value, dict):
        raise syntax_error(path)
    return tuple(
        condition
        for name, block in value.items()
        for condition in _condition_block(name, block, f"{path}.{name}")
    )


def _condition_block(name: str, block: object, path: str) -> tuple[Condition, ...]:
    if not isinstance(block, dict):
        raise syntax_error(path)
    return tuple(
        Condition(*_operator(name, path), key=_text(key, path), values=_condition_values(values, path))
        for key, values in block.items()
    )


def _operator(name: str, path: str) -> tuple[str, Quantifier | None, bool]:
    prefix, colon, suffix = name.partition(":")
    base = (suffix if colon else name).removesuffix("IfExists")
    if_exists = name.endswith("IfExists")
    if colon and prefix not in {quantifier.value for quantifier in Quantifier}:
        raise syntax_error(path)
    if base not in OPERATORS and name != NULL:
        raise syntax_error(path)
    return base, Quantifier(prefix) if colon else None, if_exists


def _condition_values(value: object, path: str) -> tuple[str, ...]:
    return tuple(_condition_value(item, path) for item in (value if isinstance(value, list) else [value]))


def _condition_value(value: object, path: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, Number) else _text(value, path)
