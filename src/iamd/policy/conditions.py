"""Conditions: whether one operator, key and list of values hold for a request's context."""

from collections.abc import Sequence

from iamd.policy.document import Condition, Quantifier
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.values import boolean
from iamd.policy.variables import Context, present


def holds(condition: Condition, context: Context, *, variables: bool) -> bool:
    """Evaluate one condition; `variables` says whether the policy's Version lets `${…}` act."""
    value = present(context, condition.key)
    if condition.operator == NULL:
        return any(boolean(wanted) is (value is None) for wanted in condition.values)
    if condition.quantifier is not None:
        each = (_passes(condition, one, context, variables) for one in _set(value))
        return all(each) if condition.quantifier is Quantifier.ALL else any(each)
    if value is None:
        return condition.if_exists or OPERATORS[condition.operator].negated
    return isinstance(value, str) and _passes(condition, value, context, variables)


def _set(value: str | Sequence[str] | None) -> Sequence[str]:
    """Return a key's values for a set operator; an empty text is none for it, nor has an absent key any.

    So all of them pass and none does, and `…IfExists` adds nothing: IAM User Guide, *Single-valued vs.
    multivalued context keys*.
    """
    values = (value,) if isinstance(value, str) else value or ()
    return () if tuple(values) == ("",) else values


def _passes(condition: Condition, value: str, context: Context, variables: bool) -> bool:
    """Compare one request value with all policy values: any of them (OR), or none where negated (NOR)."""
    operator = OPERATORS[condition.operator]
    scope = context if variables else None
    answers = (operator.compare(value, wanted, scope) for wanted in condition.values)
    return all(answer is False for answer in answers) if operator.negated else any(answers)
