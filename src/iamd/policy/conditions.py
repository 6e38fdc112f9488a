"""Conditions: whether one operator, key and list of values hold for a request's context."""

from collections.abc import Sequence

from iamd.policy.document import Condition, Quantifier
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.values import boolean
from iamd.policy.variables import Context, lookup


def holds(condition: Condition, context: Context, *, has_variables: bool) -> bool:
    """Evaluate one condition; `variables` says whether the policy's Version lets `${…}` act."""
    value = lookup(context, condition.key)
    if condition.operator == NULL:
        return any(boolean(expected) is (value is None) for expected in condition.values)
    if condition.quantifier is not None:
        results = (_matches_any(condition, item, context, has_variables) for item in _values_of_set(value))
        return all(results) if condition.quantifier is Quantifier.ALL else any(results)
    if value is None:
        return condition.if_exists or OPERATORS[condition.operator].negated
    return isinstance(value, str) and _matches_any(condition, value, context, has_variables)


def _values_of_set(value: str | Sequence[str] | None) -> Sequence[str]:
    """Return a key's values for a set operator; an empty text is none for it, nor has an absent key any.

    So all of them pass and none does, and `…IfExists` adds nothing: IAM User Guide, *Single-valued vs.
    multivalued context keys*.
    """
    values = (value,) if isinstance(value, str) else value or ()
    return () if tuple(values) == ("",) else values


def _matches_any(condition: Condition, value: str, context: Context, has_variables: bool) -> bool:
    """Compare one request value with all policy values: any of them (OR), or none where negated (NOR)."""
    operator = OPERATORS[condition.operator]
    scope = context if has_variables else None
    results = (operator.compare(value, expected, scope) for expected in condition.values)
    return all(answer is False for answer in results) if operator.negated else any(results)
