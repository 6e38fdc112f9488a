"""The linter checks all AWS managed policies completely and reports few errors in them."""

from datetime import UTC, datetime

import pytest

from iamd.core import managed
from iamd.operations.service_reference import ServiceReference
from iamd.policy import PolicyKind
from iamd.policy.lint import Level, lint

REFERENCE = ServiceReference()
ARNS = list(managed.catalog())
PARTS = 8  # for parallel test runs
# Errors in AWS managed policies: retired or undocumented services and actions, sizes over the customer quota,
# and mistakes.
EXPECTED_ERRORS = {
    "INVALID_ACTION",
    "INVALID_SERVICE",
    "INVALID_SERVICE_CONDITION_KEY",
    "INVALID_SERVICE_IN_ACTION",
    "MISSING_QUALIFIER",
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
}


@pytest.mark.parametrize("part", range(PARTS))
def test_managed_policies_are_fully_checked_with_few_findings(part: int) -> None:
    policies_with_issues = 0
    arns = ARNS[part::PARTS]
    for arn in arns:
        findings = lint(
            managed.document(arn), PolicyKind.MANAGED, REFERENCE, now=datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert "NOT_FULLY_CHECKED" not in {finding.code for finding in findings}, arn
        assert {finding.code for finding in findings if finding.level is Level.ERROR} <= EXPECTED_ERRORS, arn
        policies_with_issues += any(finding.level is not Level.SUGGESTION for finding in findings)
    assert policies_with_issues < len(arns) / 3


def test_administrator_access_is_reported_for_pass_role() -> None:
    document = managed.document("arn:aws:iam::aws:policy/AdministratorAccess")
    codes = {finding.code for finding in lint(document, PolicyKind.MANAGED, REFERENCE)}
    assert codes == {
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
    }
