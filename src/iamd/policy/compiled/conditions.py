"""Conditions as closures: the policy's values are read once, the request's when they are compared.

What a condition means is said in `iamd.policy.conditions`; where variables act in anything but a String
operator, the condition is handed to it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv6Address
from operator import eq, ge, gt, le, lt
from typing import Any

from iamd.policy import values
from iamd.policy.compiled.globs import Test, compile_any, compile_glob
from iamd.policy.conditions import holds
from iamd.policy.document import Condition, Quantifier
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.variables import Context, tokens, value_of

Holds = Callable[[Context], bool]
Passes = Callable[[str, Context], bool]

_ARN_FIELDS = 6

# The same moments, addresses and numbers come again and again: the request's side is read through these.
_number = lru_cache(4096)(values.number)
_instant = lru_cache(4096)(values.instant)
_address = lru_cache(4096)(values.address)
_binary = lru_cache(1024)(values.binary)


def compile_condition(condition: Condition, *, variables: bool) -> Holds:
    """Return what says whether a condition holds for a context, whose keys are in lower case."""
    if condition.operator == NULL:
        return _null(condition)
    key = condition.key.lower()
    dynamic = variables and any("${" in value for value in condition.values)
    if not dynamic and condition.quantifier is None and condition.operator in _FUSED:
        return _FUSED[condition.operator](key, condition.values, _without_key(condition))
    if dynamic:
        if not condition.operator.startswith("String"):
            return lambda context: holds(condition, context, variables=True)
        passes = _strings_with_variables(condition)
    else:
        passes = _static(condition)
    if condition.quantifier is None:
        return _single(key, passes, without=_without_key(condition))
    return _set(key, passes, all if condition.quantifier is Quantifier.ALL else any)


def _null(condition: Condition) -> Holds:
    key = condition.key.lower()
    wanted = {values.boolean(value) for value in condition.values}
    if_absent, if_present = True in wanted, False in wanted
    return lambda context: if_present if _is_present(context.get(key)) else if_absent


def _is_present(value: str | Sequence[str] | None) -> bool:
    return bool(value) or value == ""


def _without_key(condition: Condition) -> bool:
    return condition.if_exists or OPERATORS[condition.operator].negated


def _single(key: str, passes: Passes, *, without: bool) -> Holds:
    def test(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return passes(value, context)
        return False if value else without

    return test


def _set(key: str, passes: Passes, judge: Callable[[Iterable[bool]], bool]) -> Holds:
    without = judge(())

    def test(context: Context) -> bool:
        value = context.get(key)
        if not value:
            return without
        if isinstance(value, str):
            return passes(value, context)
        if len(value) == 1 and not value[0]:
            return without
        return judge(passes(one, context) for one in value)

    return test


# The commonest conditions, in one step: one key, one value, plain text.


def _string_equals(key: str, wanted: Sequence[str], without: bool) -> Holds:
    known = frozenset(wanted)

    def test(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return value in known
        return False if value else without

    return test


def _string_not_equals(key: str, wanted: Sequence[str], without: bool) -> Holds:
    known = frozenset(wanted)

    def test(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return value not in known
        return False if value else without

    return test


def _bool(key: str, wanted: Sequence[str], without: bool) -> Holds:
    known = frozenset(value.lower() for value in wanted) & {"true", "false"}

    def test(context: Context) -> bool:
        value = context.get(key)
        if isinstance(value, str):
            return value in known or value.lower() in known
        return False if value else without

    return test


_FUSED: dict[str, Callable[[str, Sequence[str], bool], Holds]] = {
    "StringEquals": _string_equals,
    "StringNotEquals": _string_not_equals,
    "Bool": _bool,
}


# Operators without variables: a test of one value of the request.


def _static(condition: Condition) -> Passes:
    operator = condition.operator
    make = _STATIC.get(operator) or _STATIC[operator.replace("Not", "", 1)]
    test = make(condition.values)
    if not OPERATORS[operator].negated:
        return lambda value, _context: test(value) is True
    return lambda value, _context: test(value) is False


Answer = Callable[[str], "bool | None"]  # None: a side cannot be read, or a negated comparison is void


def _equals(wanted: Sequence[str]) -> Answer:
    return frozenset(wanted).__contains__


def _equals_ignoring_case(wanted: Sequence[str]) -> Answer:
    known = frozenset(value.lower() for value in wanted)
    return lambda value: value.lower() in known


def _like(wanted: Sequence[str]) -> Answer:
    return compile_any(wanted)


def _compared(
    reader: Callable[[str], Any], test: Callable[[Any, Any], bool], wanted: Sequence[str]
) -> Answer:
    read = [reader(value) for value in wanted]
    readable = [value for value in read if value is not None]
    void = len(readable) < len(read)

    def answer(value: str) -> bool | None:
        left = reader(value)
        if left is None:
            return None if wanted else False
        for right in readable:
            if test(left, right):
                return True
        return None if void else False

    return answer


def _in_networks(wanted: Sequence[str]) -> Answer:
    read = [values.network(value) for value in wanted]
    blocks = [(block.version, int(block.netmask), int(block.network_address)) for block in read if block]
    void = len(blocks) < len(read)

    def answer(value: str) -> bool | None:
        address: IPv4Address | IPv6Address | None = _address(value)
        if address is None:
            return None if wanted else False
        version, number = address.version, int(address)
        if any(version == kind and number & mask == base for kind, mask, base in blocks):
            return True
        return None if void else False

    return answer


def _arn_like(wanted: Sequence[str]) -> Answer:
    split = [value.split(":", _ARN_FIELDS - 1) for value in wanted]
    patterns = [tuple(map(compile_glob, fields)) for fields in split if len(fields) == _ARN_FIELDS]
    void = len(patterns) < len(split)

    def answer(value: str) -> bool | None:
        fields = value.split(":", _ARN_FIELDS - 1)
        if len(fields) != _ARN_FIELDS:
            return None if wanted else False
        if any(_fits_all(tests, fields) for tests in patterns):
            return True
        return None if void else False

    return answer


def _fits_all(tests: tuple[Test, ...], fields: list[str]) -> bool:
    return all(test(field) for test, field in zip(tests, fields, strict=True))


def _ordered(family: str, reader: Callable[[str], Any]) -> dict[str, Callable[[Sequence[str]], Answer]]:
    tests = {
        "Equals": eq,
        "LessThan": lt,
        "LessThanEquals": le,
        "GreaterThan": gt,
        "GreaterThanEquals": ge,
    }
    return {f"{family}{name}": partial(_compared, reader, test) for name, test in tests.items()}


_STATIC: dict[str, Callable[[Sequence[str]], Answer]] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": _like,
    **_ordered("Numeric", _number),
    **_ordered("Date", _instant),
    "Bool": partial(_compared, values.boolean, eq),
    "BinaryEquals": partial(_compared, _binary, eq),
    "IpAddress": _in_networks,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
}


# String operators with variables, which are nearly always one variable with plain text around it.


def _strings_with_variables(condition: Condition) -> Passes:
    operator = OPERATORS[condition.operator]
    tests = [_one_string(condition.operator, wanted) for wanted in condition.values]
    if operator.negated:
        return lambda value, context: not any(test(value, context) for test in tests)
    return lambda value, context: any(test(value, context) for test in tests)


def _one_string(operator: str, wanted: str) -> Passes:
    if operator.endswith("Like"):
        compare = OPERATORS[operator].compare
        return lambda value, context: compare(value, wanted, context) is True
    fill = _template(wanted)
    if operator.endswith("IgnoreCase"):
        return lambda value, context: _same_in_any_case(value, fill(context))
    return lambda value, context: value == fill(context)


def _same_in_any_case(value: str, text: str | None) -> bool:
    return text is not None and value.lower() == text.lower()


def _template(text: str) -> Callable[[Context], str | None]:
    """Return what puts the values of variables into a text; None where one has no value."""
    pieces = [(token.text, token.variable) for token in tokens(text, {})]

    def fill(context: Context) -> str | None:
        filled: list[str] = []
        for piece, variable in pieces:
            found = value_of(piece, context) if variable else piece
            if found is None:
                return None
            filled.append(found)
        return "".join(filled)

    return fill


def all_hold(conditions: Iterable[Holds]) -> Holds | None:
    """Return what says whether all conditions hold; None where there are none."""
    every = tuple(conditions)
    if not every:
        return None
    if len(every) == 1:
        return every[0]
    if len(every) == 2:
        one, other = every
        return lambda context: one(context) and other(context)

    def test(context: Context) -> bool:
        for condition in every:  # noqa: SIM110 - a loop is a third faster than a generator
            if not condition(context):
                return False
        return True

    return test
