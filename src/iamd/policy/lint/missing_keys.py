"""Lint checks of conditions on keys that a request may lack: ForAllValues, and the MFA keys."""

from iamd.policy.document import Quantifier
from iamd.policy.lint.document import ConditionClause, LintDocument, StatementNode
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.rules import Level
from iamd.policy.lint.service_catalog import ServiceCatalog
from iamd.policy.operators import NULL, OPERATORS
from iamd.policy.values import boolean

_MFA_KEYS = frozenset({"aws:multifactorauthpresent", "aws:multifactorauthage"})
_TAG_KEYS_SUFFIX = "tagkeys"


def check(document: LintDocument, catalog: ServiceCatalog, findings: Findings) -> None:
    """Check a whole document."""
    denies_missing_mfa = any(_denies_missing_mfa(node) for node in document.statements)
    for node in document.statements:
        for clause in node.clauses:
            if clause.condition.operator == NULL or not clause.condition.values:
                continue
            if node.is_allow:
                _check_all_values(node, clause, catalog, findings)
            if clause.key in _MFA_KEYS:
                _check_mfa(node, clause, denies_missing_mfa, findings)


def requires_key(clause: ConditionClause) -> bool:
    """Return whether a condition is false if its key is missing."""
    condition = clause.condition
    if condition.operator == NULL:
        return {boolean(value) for value in condition.values} == {False}
    if condition.quantifier is not None:
        return condition.quantifier is Quantifier.ANY
    return not (condition.if_exists or OPERATORS[condition.operator].negated)


def _check_all_values(
    node: StatementNode, clause: ConditionClause, catalog: ServiceCatalog, findings: Findings
) -> None:
    """Report a ForAllValues that allows requests without the key, unless another condition requires the key.

    If the key lists tags, the condition is mostly meant to allow requests without tags: only a suggestion.
    """
    key = catalog.find_key(clause.condition.key)
    if clause.condition.quantifier is not Quantifier.ALL or (key is not None and not key.is_multivalued):
        return
    if any(other_clause.key == clause.key and requires_key(other_clause) for other_clause in node.clauses):
        return
    level = Level.SUGGESTION if clause.key.endswith(_TAG_KEYS_SUFFIX) else Level.SECURITY_WARNING
    message = f"true if {clause.condition.key} is missing: to prevent this, add a Null condition with false"
    findings.add("FORALLVALUES_WITHOUT_NULL_CHECK", clause.path, message, level)


def _denies_missing_mfa(node: StatementNode) -> bool:
    return not node.is_allow and any(
        clause.key in _MFA_KEYS and clause.condition.operator == NULL and "true" in clause.condition.values
        for clause in node.clauses
    )


def _check_mfa(
    node: StatementNode, clause: ConditionClause, denies_missing_mfa: bool, findings: Findings
) -> None:
    """Report conditions on MFA keys, which requests signed with long-term access keys do not have."""
    condition = clause.condition
    is_mfa_test = condition.operator == "Bool" or condition.operator.startswith("Numeric")
    if not is_mfa_test or (
        condition.operator == "Bool" and boolean(condition.values[0]) is not node.is_allow
    ):
        return
    if not node.is_allow and requires_key(clause) and not denies_missing_mfa:
        message = f"requests with long-term access keys have no {condition.key} and are not denied: use"
        findings.add("DENY_VOID_WHERE_KEY_IS_MISSING", clause.path, f"{message} {condition.operator}IfExists")
    if node.is_allow and condition.if_exists and condition.quantifier is not Quantifier.ANY:
        message = f"requests with long-term access keys have no {condition.key} and need no MFA: remove"
        findings.add("MFA_IF_EXISTS_IN_ALLOW", clause.path, f"{message} IfExists")
