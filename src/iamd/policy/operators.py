"""Condition operators: how a request value compares with a policy value.

A comparison returns True, False, or None if either side cannot be parsed. Variables are expanded in the
String and Arn families only; a policy value with an unresolved variable matches nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from types import MappingProxyType
from typing import Any, Final

from iamd.policy import values
from iamd.policy.patterns import PatternPart, glob_parts
from iamd.policy.variables import Scope, expand, expand_fields, expand_to_text

Comparison = Callable[[str, str, Scope], bool | None]

_ARN_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator; a negated one is true if its comparison with every policy value is False."""

    compare: Comparison
    negated: bool = False


def _string_equals(value: str, expected: str, scope: Scope) -> bool:
    return value == expand_to_text(expected, scope)


def _string_equals_ignore_case(value: str, expected: str, scope: Scope) -> bool:
    text = expand_to_text(expected, scope)
    return text is not None and value.lower() == text.lower()


def _string_like(value: str, expected: str, scope: Scope) -> bool:
    parts = expand(expected, scope)
    return parts is not None and glob_parts(parts, value)


def _arn_like(value: str, expected: str, scope: Scope) -> bool | None:
    fields, patterns = value.split(":", _ARN_FIELDS - 1), expand_fields(expected, scope)
    if len(fields) != _ARN_FIELDS or len(patterns) != _ARN_FIELDS:
        return None
    return all(_field_like(field, parts) for field, parts in zip(fields, patterns, strict=True))


def _field_like(field: str, parts: tuple[PatternPart, ...] | None) -> bool:
    return parts is not None and glob_parts(parts, field)


def _typed_comparison(reader: Callable[[str], Any], comparison: Callable[[Any, Any], bool]) -> Comparison:
    def compare(value: str, expected: str, _scope: Scope) -> bool | None:
        request_value, policy_value = reader(value), reader(expected)
        return (
            None if request_value is None or policy_value is None else comparison(request_value, policy_value)
        )

    return compare


def _in_network(value: str, expected: str, _scope: Scope) -> bool | None:
    address, network = values.address(value), values.network(expected)
    return None if address is None or network is None else address in network


def _ordering_operators(family: str, reader: Callable[[str], Any]) -> dict[str, Operator]:
    equal = _typed_comparison(reader, eq)
    return {
        f"{family}Equals": Operator(equal),
        f"{family}NotEquals": Operator(equal, negated=True),
        f"{family}LessThan": Operator(_typed_comparison(reader, lt)),
        f"{family}LessThanEquals": Operator(_typed_comparison(reader, le)),
        f"{family}GreaterThan": Operator(_typed_comparison(reader, gt)),
        f"{family}GreaterThanEquals": Operator(_typed_comparison(reader, ge)),
    }


NULL: Final = "Null"

OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        "StringEquals": Operator(_string_equals),
        "StringNotEquals": Operator(_string_equals, negated=True),
        "StringEqualsIgnoreCase": Operator(_string_equals_ignore_case),
        "StringNotEqualsIgnoreCase": Operator(_string_equals_ignore_case, negated=True),
        "StringLike": Operator(_string_like),
        "StringNotLike": Operator(_string_like, negated=True),
        **_ordering_operators("Numeric", values.number),
        **_ordering_operators("Date", values.instant),
        "Bool": Operator(_typed_comparison(values.boolean, eq)),
        "BinaryEquals": Operator(_typed_comparison(values.binary, eq)),
        "IpAddress": Operator(_in_network),
        "NotIpAddress": Operator(_in_network, negated=True),
        "ArnEquals": Operator(_arn_like),
        "ArnLike": Operator(_arn_like),
        "ArnNotEquals": Operator(_arn_like, negated=True),
        "ArnNotLike": Operator(_arn_like, negated=True),
    }
)
