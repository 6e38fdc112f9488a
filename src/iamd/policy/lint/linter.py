"""Policy linter: reports everything that a save rejects, and what it accepts but is likely a mistake."""

from datetime import datetime

from iamd.policy.errors import PolicyError
from iamd.policy.lint import (
    actions,
    broad_grants,
    condition_keys,
    contradictions,
    missing_keys,
    principals,
    redundancy,
    resources,
    structure,
    validation,
    values,
    variables,
)
from iamd.policy.lint.document import LintDocument
from iamd.policy.lint.findings import MAX_FINDINGS, Finding, Findings, TooManyFindings
from iamd.policy.lint.reference import Reference
from iamd.policy.lint.rules import RULES, Level
from iamd.policy.lint.service_catalog import ServiceCatalog
from iamd.policy.validation import PolicyKind, validate


def lint(
    text: str,
    kind: PolicyKind,
    reference: Reference,
    *,
    partition: str = "aws",
    account: str | None = None,
    now: datetime | None = None,
) -> list[Finding]:
    """Return the findings for a document, in document order.

    `account` is the account that owns the policy, if known; without `now` no date is reported as past. There
    are errors if and only if `validate` rejects the document, or a part of it can have no effect. The time is
    bounded: checking stops after `MAX_FINDINGS` findings, and a finding reports that.
    """
    findings, extra = Findings(), list[Finding]()
    try:
        _run_checks(text, kind, reference, findings, partition, account, now)
    except TooManyFindings:
        extra.append(
            _not_fully_checked(f"there are more than {MAX_FINDINGS:,} findings; the others are not reported")
        )
    if findings.is_work_exhausted:
        extra.append(_not_fully_checked("the document is too large to compare all patterns"))
    if not findings.has_error:
        extra += _validation_findings(text, kind, partition)
    return findings.to_list(*extra)


def _run_checks(
    text: str,
    kind: PolicyKind,
    reference: Reference,
    findings: Findings,
    partition: str,
    account: str | None,
    now: datetime | None,
) -> None:
    """Run all checks, those for errors first, since the number of findings is limited."""
    top = structure.parse_document(text, findings)
    if top is None:
        return
    statements = tuple(structure.check_statements(top, findings))
    version = top.get("Version")
    version = version if isinstance(version, str) else None
    document = LintDocument(text, kind, version, statements, partition, account, now)
    catalog = ServiceCatalog(reference, findings)
    validation.check(document, findings)
    actions.check(document, catalog, findings)
    condition_keys.check(document, catalog, findings)
    values.check(document, catalog, findings)
    variables.check(document, catalog, findings)
    missing_keys.check(document, catalog, findings)
    principals.check(document, findings)
    broad_grants.check(document, findings)
    resources.check(document, catalog, findings)
    contradictions.check(document, findings)
    redundancy.check(document, findings)


def _validation_findings(text: str, kind: PolicyKind, partition: str) -> list[Finding]:
    """Run `validate` last: what it rejects is an error, even if no check has found it."""
    try:
        validate(text, kind, partition=partition)
    except PolicyError as error:
        return [Finding(Level.ERROR, "MALFORMED_POLICY", error.message, error.path or "")]
    return []


def _not_fully_checked(message: str) -> Finding:
    return Finding(RULES["NOT_FULLY_CHECKED"].level, "NOT_FULLY_CHECKED", message, "")
