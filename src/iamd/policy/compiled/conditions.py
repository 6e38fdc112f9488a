"""Compiled conditions: closures that parse the policy's values once and the request's values on comparison.

The semantics are those of `iamd.policy.conditions`, which also evaluates conditions with variables in
anything but a String operator.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv6Address
from operator import eq, ge, gt, le, lt
from typing import Any

from iamd.policy import values
from iamd.policy.compiled.globs import Matcher, compile_glob, compile_patterns
from iamd.policy.conditions import holds
from iamd.policy.document import Condition, Quantifier
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.variables import Context, resolve, tokenize

ConditionPredicate = Callable[[Context], bool]
ValuePredicate = Callable[[str, Context], bool]

_ARN_FIELDS = 6

# The same dates, addresses and numbers recur in requests, so parsed request values are cached.
_number = lru_cache(4096)(values.number)
_instant = lru_cache(4096)(values.instant)
_address = lru_cache(4096)(values.address)
_binary = lru_cache(1024)(values.binary)


def compile_condition(condition: Condition, *, has_variables: bool) -> ConditionPredicate:
    """Return a predicate for a condition; the keys of its contexts must be in lower case."""
    if condition.operator == NULL:
        return _compile_null(condition)
    key = condition.key.lower()
    is_dynamic = has_variables and any("${" in value for value in condition.values)
    if not is_dynamic and condition.quantifier is None and condition.operator in _FUSED_OPERATORS:
        return _FUSED_OPERATORS[condition.operator](key, condition.values, _result_without_key(condition))
    if is_dynamic:
        if not condition.operator.startswith("String"):
            return lambda context: holds(condition, context, has_variables=True)
        matches_value = _compile_strings_with_variables(condition)
    else:
        matches_value = _compile_static(condition)
    if condition.quantifier is None:
        return _compile_single_valued(key, matches_value, if_absent=_result_without_key(condition))
    return _compile_set(key, matches_value, all if condition.quantifier is Quantifier.ALL else any)


def _compile_null(condition: Condition) -> ConditionPredicate:
    key = condition.key.lower()
    expected = {values.boolean(value) for value in condition.values}
    if_absent, if_present = True in expected, False in expected
    return lambda context: if_present if _is_present(context.get(key)) else if_absent


def _is_present(value: str | Sequence[str] | None) -> bool:
    return bool(value) or value == ""


def _result_without_key(condition: Condition) -> bool:
    return condition.if_exists or OPERATORS[condition.operator].negated


def _compile_single_valued(key: str, matches_value: ValuePredicate, *, if_absent: bool) -> ConditionPredicate:
    def predicate(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return matches_value(value, context)
        return False if value else if_absent

    return predicate


def _compile_set(
    key: str, matches_value: ValuePredicate, quantify: Callable[[Iterable[bool]], bool]
) -> ConditionPredicate:
    if_absent = quantify(())

    def predicate(context: Context) -> bool:
        value = context.get(key)
        if not value:
            return if_absent
        if isinstance(value, str):
            return matches_value(value, context)
        if len(value) == 1 and not value[0]:
            return if_absent
        return quantify(matches_value(item, context) for item in value)

    return predicate


# Fast paths for the most common conditions: a single-valued key and plain text.


def _string_equals(key: str, expected: Sequence[str], if_absent: bool) -> ConditionPredicate:
    values_set = frozenset(expected)

    def predicate(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return value in values_set
        return False if value else if_absent

    return predicate


def _string_not_equals(key: str, expected: Sequence[str], if_absent: bool) -> ConditionPredicate:
    values_set = frozenset(expected)

    def predicate(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return value not in values_set
        return False if value else if_absent

    return predicate


def _bool(key: str, expected: Sequence[str], if_absent: bool) -> ConditionPredicate:
    values_set = frozenset(value.lower() for value in expected) & {"true", "false"}

    def predicate(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return value in values_set or value.lower() in values_set
        return False if value else if_absent

    return predicate


_FUSED_OPERATORS: dict[str, Callable[[str, Sequence[str], bool], ConditionPredicate]] = {
    "StringEquals": _string_equals,
    "StringNotEquals": _string_not_equals,
    "Bool": _bool,
}


# Operators without variables: a predicate for a single request value.


def _compile_static(condition: Condition) -> ValuePredicate:
    operator = condition.operator
    compile_operator = _STATIC_OPERATORS.get(operator) or _STATIC_OPERATORS[operator.replace("Not", "", 1)]
    predicate = compile_operator(condition.values)
    if not OPERATORS[operator].negated:
        return lambda value, _context: predicate(value) is True
    return lambda value, _context: predicate(value) is False


# None: a side cannot be parsed, so that the condition is false even if the operator is negated.
StaticPredicate = Callable[[str], "bool | None"]


def _equals(expected: Sequence[str]) -> StaticPredicate:
    return frozenset(expected).__contains__


def _equals_ignoring_case(expected: Sequence[str]) -> StaticPredicate:
    lowered_values = frozenset(value.lower() for value in expected)
    return lambda value: value.lower() in lowered_values


def _like(expected: Sequence[str]) -> StaticPredicate:
    return compile_patterns(expected)


def _compile_comparison(
    reader: Callable[[str], Any], comparison: Callable[[Any, Any], bool], expected: Sequence[str]
) -> StaticPredicate:
    operands = [reader(value) for value in expected]
    readable_values = [value for value in operands if value is not None]
    has_unreadable = len(readable_values) < len(operands)

    def predicate(value: str) -> bool | None:
        request_value = reader(value)
        if request_value is None:
            return None if expected else False
        for policy_value in readable_values:
            if comparison(request_value, policy_value):
                return True
        return None if has_unreadable else False

    return predicate


def _in_networks(expected: Sequence[str]) -> StaticPredicate:
    networks = [values.network(value) for value in expected]
    blocks = [(block.version, int(block.netmask), int(block.network_address)) for block in networks if block]
    has_unreadable = len(blocks) < len(networks)

    def predicate(value: str) -> bool | None:
        address: IPv4Address | IPv6Address | None = _address(value)
        if address is None:
            return None if expected else False
        version, number = address.version, int(address)
        if any(version == block_version and number & mask == base for block_version, mask, base in blocks):
            return True
        return None if has_unreadable else False

    return predicate


def _arn_like(expected: Sequence[str]) -> StaticPredicate:
    arns = [value.split(":", _ARN_FIELDS - 1) for value in expected]
    patterns = [tuple(map(compile_glob, fields)) for fields in arns if len(fields) == _ARN_FIELDS]
    has_unreadable = len(patterns) < len(arns)

    def predicate(value: str) -> bool | None:
        fields = value.split(":", _ARN_FIELDS - 1)
        if len(fields) != _ARN_FIELDS:
            return None if expected else False
        if any(_all_match(matchers, fields) for matchers in patterns):
            return True
        return None if has_unreadable else False

    return predicate


def _all_match(matchers: tuple[Matcher, ...], fields: list[str]) -> bool:
    return all(matcher(field) for matcher, field in zip(matchers, fields, strict=True))


def _ordering_operators(
    family: str, reader: Callable[[str], Any]
) -> dict[str, Callable[[Sequence[str]], StaticPredicate]]:
    comparisons = {
        "Equals": eq,
        "LessThan": lt,
        "LessThanEquals": le,
        "GreaterThan": gt,
        "GreaterThanEquals": ge,
    }
    return {
        f"{family}{name}": partial(_compile_comparison, reader, comparison)
        for name, comparison in comparisons.items()
    }


_STATIC_OPERATORS: dict[str, Callable[[Sequence[str]], StaticPredicate]] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": _like,
    **_ordering_operators("Numeric", _number),
    **_ordering_operators("Date", _instant),
    "Bool": partial(_compile_comparison, values.boolean, eq),
    "BinaryEquals": partial(_compile_comparison, _binary, eq),
    "IpAddress": _in_networks,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
}


# String operators with variables, which are nearly always one variable with plain text around it.


def _compile_strings_with_variables(condition: Condition) -> ValuePredicate:
    operator = OPERATORS[condition.operator]
    predicates = [_compile_string_with_variables(condition.operator, pattern) for pattern in condition.values]
    if operator.negated:
        return lambda value, context: not any(predicate(value, context) for predicate in predicates)
    return lambda value, context: any(predicate(value, context) for predicate in predicates)


def _compile_string_with_variables(operator: str, pattern: str) -> ValuePredicate:
    if operator.endswith("Like"):
        compare = OPERATORS[operator].compare
        return lambda value, context: compare(value, pattern, context) is True
    fill = _compile_template(pattern)
    if operator.endswith("IgnoreCase"):
        return lambda value, context: _equal_ignoring_case(value, fill(context))
    return lambda value, context: value == fill(context)


def _equal_ignoring_case(value: str, text: str | None) -> bool:
    return text is not None and value.lower() == text.lower()


def _compile_template(text: str) -> Callable[[Context], str | None]:
    """Return a function that substitutes variables in a text; it returns None if one has no value."""
    pieces = [(token.text, token.is_variable) for token in tokenize(text, {})]

    def fill(context: Context) -> str | None:
        parts: list[str] = []
        for piece, is_variable in pieces:
            value = resolve(piece, context) if is_variable else piece
            if value is None:
                return None
            parts.append(value)
        return "".join(parts)

    return fill


def all_of(conditions: Iterable[ConditionPredicate]) -> ConditionPredicate | None:
    """Return a predicate that is true if all conditions are; None if there are no conditions."""
    predicates = tuple(conditions)
    if not predicates:
        return None
    if len(predicates) == 1:
        return predicates[0]
    if len(predicates) == 2:
        first, second = predicates
        return lambda context: first(context) and second(context)

    def predicate(context: Context) -> bool:
        for condition in predicates:  # noqa: SIM110 - a loop is a third faster than a generator
            if not condition(context):
                return False
        return True

    return predicate
