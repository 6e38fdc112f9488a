"""Policies as read: strict JSON into frozen values, every element in its place or refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from iamd.policy.errors import PolicyError, syntax_error
from iamd.policy.operators import NULL, OPERATORS

MODERN: Final = "2012-10-17"
VERSIONS: Final = frozenset({"2008-10-17", MODERN})
MAX_CHARACTERS: Final = 1_048_576
MAX_DEPTH: Final = 32
MAX_NUMBER: Final = 40
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
EXCLUSIVE: Final = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Quantifier(Enum):
    """The set operators, which judge a list of request values."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


class PrincipalName(NamedTuple):
    """One entry of a Principal element; `"*"` alone is read as `{"AWS": "*"}`."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator; `operator` is without prefix and suffix, `key` as it was written."""

    operator: str
    quantifier: Quantifier | None
    if_exists: bool
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; an element that is not there is None, an empty list is an empty tuple."""

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
    """A document; no Version means 2008-10-17, in which `${…}` is plain text."""

    version: str | None
    id: str | None
    statements: tuple[Statement, ...]


class Number(str):
    """A JSON number as it was written: allowed where a condition value is, and nowhere else."""

    __slots__ = ()


def parse(text: str | Mapping[str, object]) -> Policy:
    """Read a document that evaluation can use; `validate` makes the further checks of a save."""
    policy = read(text)
    for statement in policy.statements:
        if statement.effect not in {"Allow", "Deny"}:
            raise PolicyError("The policy failed legacy parsing", f"Statement[{statement.index}].Effect")
    return policy


def read(text: str | Mapping[str, object]) -> Policy:
    """Read a document as far as its syntax goes: AWS tells a wrongly cased Effect from a syntax error."""
    top = _load(text if isinstance(text, str) else _dump(text))
    if not isinstance(top, dict) or not top.keys() <= TOP_ELEMENTS:
        raise syntax_error()
    version = _optional_text(top, "Version", "")
    if version is not None and version not in VERSIONS:
        raise syntax_error("Version")
    statements = top.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    if not listed:
        raise syntax_error("Statement")
    found = tuple(read_statement(item, index) for index, item in enumerate(listed))
    return Policy(version, _optional_text(top, "Id", ""), found)


def _dump(document: Mapping[str, object]) -> str:
    try:
        return json.dumps(dict(document), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise syntax_error() from error


def _load(text: str) -> object:
    if len(text) > MAX_CHARACTERS:
        raise syntax_error()
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_no_constant,
        )
    except PolicyError:
        raise
    except (ValueError, RecursionError) as error:
        raise syntax_error() from error
    _limit_depth(value)
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise syntax_error()
    return found


def _number(text: str) -> Number:
    if len(text) > MAX_NUMBER:
        raise syntax_error()
    return Number(text)


def _no_constant(_text: str) -> object:
    raise syntax_error()


def _limit_depth(value: object) -> None:
    layer = [value]
    for _ in range(MAX_DEPTH + 1):
        layer = [item for each in layer for item in _children(each)]
        if not layer:
            return
    raise syntax_error()


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def read_statement(item: object, index: int) -> Statement:
    """Read one statement as it came out of JSON; its numbers are `Number`s."""
    path = f"Statement[{index}]"
    if not isinstance(item, dict) or not item.keys() <= STATEMENT_ELEMENTS:
        raise syntax_error(path)
    if any(one in item and other in item for one, other in EXCLUSIVE):
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
    return tuple(_text(one, path) for one in (value if isinstance(value, list) else [value]))


def _principals(item: Mapping[str, object], name: str, path: str) -> tuple[PrincipalName, ...] | None:
    if name not in item:
        return None
    value, path = item[name], f"{path}.{name}"
    if value == "*":
        return (PrincipalName("AWS", "*"),)
    if not isinstance(value, dict) or not value.keys() <= PRINCIPAL_TYPES:
        raise syntax_error(path)
    return tuple(PrincipalName(kind, one) for kind, names in value.items() for one in _text_list(names, path))


def _conditions(value: object, path: str) -> tuple[Condition, ...]:
    path = f"{path}.Condition"
    if not isinstance(value, dict):
        raise syntax_error(path)
    return tuple(
        condition for name, block in value.items() for condition in _block(name, block, f"{path}.{name}")
    )


def _block(name: str, block: object, path: str) -> tuple[Condition, ...]:
    if not isinstance(block, dict):
        raise syntax_error(path)
    return tuple(
        Condition(*_operator(name, path), key=_text(key, path), values=_condition_values(values, path))
        for key, values in block.items()
    )


def _operator(name: str, path: str) -> tuple[str, Quantifier | None, bool]:
    prefix, colon, rest = name.partition(":")
    base = (rest if colon else name).removesuffix("IfExists")
    if_exists = name.endswith("IfExists")
    if colon and prefix not in {quantifier.value for quantifier in Quantifier}:
        raise syntax_error(path)
    if base not in OPERATORS and name != NULL:
        raise syntax_error(path)
    return base, Quantifier(prefix) if colon else None, if_exists


def _condition_values(value: object, path: str) -> tuple[str, ...]:
    return tuple(_condition_value(one, path) for one in (value if isinstance(value, list) else [value]))


def _condition_value(value: object, path: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, Number) else _text(value, path)
