"""Lint checks of contradictory conditions, with which a statement never matches."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import combinations

from iamd.policy import values
from iamd.policy.lint.document import ConditionClause, LintDocument
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.missing_keys import requires_key
from iamd.policy.lint.values import operator_family
from iamd.policy.operators import NULL
from iamd.policy.patterns import glob

_MAX_CLAUSES_PER_KEY = 20
_MAX_VALUES = 20


def check(document: LintDocument, findings: Findings) -> None:
    """Check a whole document."""
    for node in document.statements:
        by_key: dict[str, list[ConditionClause]] = {}
        for clause in node.clauses:
            if clause.condition.values:
                by_key.setdefault(clause.key, []).append(clause)
        for clauses in by_key.values():
            for first, second in combinations(clauses[:_MAX_CLAUSES_PER_KEY], 2):
                if reason := _contradiction(first, second):
                    findings.add(
                        "STATEMENT_NEVER_MATCHES", second.path, f"the statement never matches: {reason}"
                    )


def _contradiction(clause: ConditionClause, other_clause: ConditionClause) -> str | None:
    """Return why two conditions on one key cannot both be true; None if they can."""
    for first, second in ((clause, other_clause), (other_clause, clause)):
        if first.condition.operator == NULL:
            if _requires_missing_key(first) and requires_key(second):
                return "the key must be both missing and present"
        elif requires_key(first) and (reason := _value_contradiction(first, second)):
            return reason
    return None


def _requires_missing_key(clause: ConditionClause) -> bool:
    return {values.boolean(value) for value in clause.condition.values} == {True}


def _are_comparable(clause: ConditionClause, other_clause: ConditionClause) -> bool:
    """Return whether both are single-valued, without variables, and have few enough values."""
    return all(
        each_clause.condition.quantifier is None
        and len(each_clause.condition.values) <= _MAX_VALUES
        and not any("${" in value for value in each_clause.condition.values)
        for each_clause in (clause, other_clause)
    )


def _value_contradiction(clause: ConditionClause, other_clause: ConditionClause) -> str | None:
    if not _are_comparable(clause, other_clause):
        return None
    return (
        _string_contradiction(clause, other_clause)
        or _boolean_contradiction(clause, other_clause)
        or _bounds_contradiction(clause, other_clause)
    )


def _string_contradiction(clause: ConditionClause, other_clause: ConditionClause) -> str | None:
    """Compare the values of StringEquals with those of another String condition."""
    if clause.condition.operator != "StringEquals":
        return None
    matching_values = [value for value in clause.condition.values if _satisfies(value, other_clause)]
    return (
        None if matching_values else f"no value of StringEquals satisfies {other_clause.condition.operator}"
    )


def _satisfies(value: str, clause: ConditionClause) -> bool:
    expected = clause.condition.values
    return {
        "StringEquals": lambda: value in expected,
        "StringNotEquals": lambda: value not in expected,
        "StringEqualsIgnoreCase": lambda: value.lower() in {item.lower() for item in expected},
        "StringNotEqualsIgnoreCase": lambda: value.lower() not in {item.lower() for item in expected},
        "StringLike": lambda: any(glob(pattern, value) for pattern in expected),
        "StringNotLike": lambda: not any(glob(pattern, value) for pattern in expected),
    }.get(clause.condition.operator, lambda: True)()


def _boolean_contradiction(clause: ConditionClause, other_clause: ConditionClause) -> str | None:
    if clause.condition.operator != "Bool" or other_clause.condition.operator != "Bool":
        return None
    boolean_sets = [
        {values.boolean(value) for value in each_clause.condition.values}
        for each_clause in (clause, other_clause)
    ]
    return None if boolean_sets[0] & boolean_sets[1] else "the key must be both true and false"


def _bounds_contradiction(clause: ConditionClause, other_clause: ConditionClause) -> str | None:
    """Compare a lower with an upper bound; of several values of a bound, the most permissive counts."""
    if operator_family(clause.condition) not in {"Numeric", "Date"} or operator_family(
        clause.condition
    ) != operator_family(other_clause.condition):
        return None
    if "Greater" not in clause.condition.operator or "Less" not in other_clause.condition.operator:
        return None
    lower_bounds, upper_bounds = list(_numbers(clause)), list(_numbers(other_clause))
    if len(lower_bounds) != len(clause.condition.values) or len(upper_bounds) != len(
        other_clause.condition.values
    ):
        return None
    is_strict = not (
        clause.condition.operator.endswith("Equals") and other_clause.condition.operator.endswith("Equals")
    )
    is_empty = min(lower_bounds) > max(upper_bounds) or (is_strict and min(lower_bounds) == max(upper_bounds))
    return "the lower bound excludes the upper bound" if is_empty else None


def _numbers(clause: ConditionClause) -> Iterator[Decimal]:
    parse = values.number if operator_family(clause.condition) == "Numeric" else values.instant
    numbers: Iterable[Decimal | None] = (parse(value) for value in clause.condition.values)
    yield from (number for number in numbers if number is not None)
