"""Conditions of one statement that cannot hold together."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations

from iamd.policy import values
from iamd.policy.lint.draft import Draft, Test
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.presence import needs_key
from iamd.policy.lint.values import family
from iamd.policy.operators import NULL
from iamd.policy.patterns import glob

_MOST_TESTS = 20
_MOST_VALUES = 20


def check(draft: Draft, found: Findings) -> None:
    """Check a whole document."""
    for entry in draft.entries:
        by_key: dict[str, list[Test]] = {}
        for test in entry.tests:
            if test.condition.values:
                by_key.setdefault(test.key, []).append(test)
        for tests in by_key.values():
            for one, other in combinations(tests[:_MOST_TESTS], 2):
                if why := _why_never(one, other):
                    found.add("STATEMENT_NEVER_MATCHES", other.path, f"the statement never matches: {why}")


def _why_never(one: Test, other: Test) -> str | None:
    """Say why two conditions on one key cannot both hold; None where they may."""
    for first, second in ((one, other), (other, one)):
        if first.condition.operator == NULL:
            if _wants_missing(first) and needs_key(second):
                return "the key must be missing, and must have a value"
        elif needs_key(first) and (why := _compared(first, second)):
            return why
    return None


def _wants_missing(test: Test) -> bool:
    return {values.boolean(value) for value in test.condition.values} == {True}


def _are_plain(one: Test, other: Test) -> bool:
    """Say whether both compare one value, and with few enough."""
    return all(
        test.condition.quantifier is None
        and len(test.condition.values) <= _MOST_VALUES
        and not any("${" in value for value in test.condition.values)
        for test in (one, other)
    )


def _compared(one: Test, other: Test) -> str | None:
    if not _are_plain(one, other):
        return None
    return _texts(one, other) or _booleans(one, other) or _bounds(one, other)


def _texts(one: Test, other: Test) -> str | None:
    """Compare what a text must be with what else it must be, or must not."""
    if one.condition.operator != "StringEquals":
        return None
    fitting = [value for value in one.condition.values if _fits(value, other)]
    return None if fitting else f"none of the values of StringEquals fits {other.condition.operator}"


def _fits(value: str, test: Test) -> bool:
    wanted = test.condition.values
    return {
        "StringEquals": lambda: value in wanted,
        "StringNotEquals": lambda: value not in wanted,
        "StringEqualsIgnoreCase": lambda: value.lower() in {one.lower() for one in wanted},
        "StringNotEqualsIgnoreCase": lambda: value.lower() not in {one.lower() for one in wanted},
        "StringLike": lambda: any(glob(one, value) for one in wanted),
        "StringNotLike": lambda: not any(glob(one, value) for one in wanted),
    }.get(test.condition.operator, lambda: True)()


def _booleans(one: Test, other: Test) -> str | None:
    if one.condition.operator != "Bool" or other.condition.operator != "Bool":
        return None
    truths = [{values.boolean(value) for value in test.condition.values} for test in (one, other)]
    return None if truths[0] & truths[1] else "the key must be true, and must be false"


def _bounds(one: Test, other: Test) -> str | None:
    """Compare a lower bound with an upper one; of several values of a bound the most generous counts."""
    if family(one.condition) not in {"Numeric", "Date"} or family(one.condition) != family(other.condition):
        return None
    if "Greater" not in one.condition.operator or "Less" not in other.condition.operator:
        return None
    least, most = list(_numbers(one)), list(_numbers(other))
    if len(least) != len(one.condition.values) or len(most) != len(other.condition.values):
        return None
    strict = not (one.condition.operator.endswith("Equals") and other.condition.operator.endswith("Equals"))
    never = min(least) > max(most) or (strict and min(least) == max(most))
    return "the least value is above the greatest" if never else None


def _numbers(test: Test) -> Iterator[Decimal]:
    read = values.number if family(test.condition) == "Numeric" else values.instant
    found: Iterable[Decimal | None] = (read(value) for value in test.condition.values)
    yield from (number for number in found if number is not None)
