"""Conditions on keys that may be missing, which then say more, or less, than was meant."""

from iamd.policy.document import Quantifier
from iamd.policy.lint.draft import Draft, Entry, Test
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.known import Known
from iamd.policy.lint.rules import Level
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.values import boolean

_MFA = frozenset({"aws:multifactorauthpresent", "aws:multifactorauthage"})
_TAG_KEYS = "tagkeys"


def check(draft: Draft, known: Known, found: Findings) -> None:
    """Check a whole document."""
    missing_denied = any(_denies_missing_mfa(entry) for entry in draft.entries)
    for entry in draft.entries:
        for test in entry.tests:
            if test.condition.operator == NULL or not test.condition.values:
                continue
            if entry.allows:
                _check_all_values(entry, test, known, found)
            if test.key in _MFA:
                _check_mfa(entry, test, missing_denied, found)


def needs_key(test: Test) -> bool:
    """Say whether a condition fails where its key is missing."""
    condition = test.condition
    if condition.operator == NULL:
        return {boolean(value) for value in condition.values} == {False}
    if condition.quantifier is not None:
        return condition.quantifier is Quantifier.ANY
    return not (condition.if_exists or OPERATORS[condition.operator].negated)


def _check_all_values(entry: Entry, test: Test, known: Known, found: Findings) -> None:
    """Tell a ForAllValues that lets a request without the key through, as long as nothing else asks for it.

    Where the key lists tags, to have none is what such a condition mostly means to allow.
    """
    key = known.key(test.condition.key)
    if test.condition.quantifier is not Quantifier.ALL or (key is not None and not key.listed):
        return
    if any(other.key == test.key and needs_key(other) for other in entry.tests):
        return
    level = Level.SUGGESTION if test.key.endswith(_TAG_KEYS) else Level.SECURITY_WARNING
    said = f"true where {test.condition.key} is missing: to rule that out, add Null with the value false"
    found.add("FORALLVALUES_WITHOUT_NULL_CHECK", test.path, said, level)


def _denies_missing_mfa(entry: Entry) -> bool:
    return not entry.allows and any(
        test.key in _MFA and test.condition.operator == NULL and "true" in test.condition.values
        for test in entry.tests
    )


def _check_mfa(entry: Entry, test: Test, missing_denied: bool, found: Findings) -> None:
    """Know that requests signed with long-term keys have neither of the keys of MFA."""
    condition = test.condition
    asks = condition.operator == "Bool" or condition.operator.startswith("Numeric")
    if not asks or (condition.operator == "Bool" and boolean(condition.values[0]) is not entry.allows):
        return
    if not entry.allows and needs_key(test) and not missing_denied:
        said = f"long-term access keys have no {condition.key}, so they are not denied: use"
        found.add("DENY_VOID_WHERE_KEY_IS_MISSING", test.path, f"{said} {condition.operator}IfExists")
    if entry.allows and condition.if_exists and condition.quantifier is not Quantifier.ANY:
        said = f"long-term access keys have no {condition.key}, so they are allowed without MFA: leave out"
        found.add("MFA_IF_EXISTS_IN_ALLOW", test.path, f"{said} IfExists")
