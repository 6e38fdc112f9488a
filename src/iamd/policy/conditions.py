"""Condition evaluation: whether an operator, a key and its values match a request's context."""

from collections.abc import Sequence

from iamd.policy.document import Condition, Quantifier
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.values import boolean
from iamd.policy.variables import Context, lookup


def holds(condition: Condition, context: Context, *, has_variables: bool) -> bool:
    """Evaluate one condition; `has_variables`: whether `${…}` is expanded (Version 2012-10-17)."""
    value = lookup(context, condition.key)
    if condition.operator == NULL:
        return any(boolean(expected) is (value is None) for expected in condition.values)
    if condition.quantifier is not None:
        results = (
            _matches_any(condition, item, context, has_variables) for item in _set_operator_values(value)
        )
        return all(results) if condition.quantifier is Quantifier.ALL else any(results)
    if value is None:
        return condition.if_exists or OPERATORS[condition.operator].negated
    return isinstance(value, str) and _matches_any(condition, value, context, has_variables)


def _set_operator_values(value: str | Sequence[str] | None) -> Sequence[str]:
    """Return a context key's values for a set operator; an empty string or a missing key has none.

    ForAllValues is then true, ForAnyValue false, and `…IfExists` changes nothing: IAM User Guide,
    *Single-valued vs. multivalued context keys*.
    """
    values = (value,) if isinstance(value, str) else value or ()
    return () if tuple(values) == ("",) else values


def _matches_any(condition: Condition, value: str, context: Context, has_variables: bool) -> bool:
    """Compare a request value with all policy values: any may match (OR), or none if negated (NOR)."""
    operator = OPERATORS[condition.operator]
    scope = context if has_variables else None
    results = (operator.compare(value, expected, scope) for expected in condition.values)
    return all(result is False for result in results) if operator.negated else any(results)
