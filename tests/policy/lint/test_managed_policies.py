"""The linter over AWS's own policies: it gets through them all, and calls little of them wrong."""

from datetime import UTC, datetime

import pytest

from iamd.core import managed
from iamd.operations.service_reference import ServiceReference
from iamd.policy import PolicyKind
from iamd.policy.lint import Level, lint

REFERENCE = ServiceReference()
ARNS = list(managed.catalog())
PARTS = 8  # so that they can be shared out
# What AWS's own policies do have: services and actions that are gone or not documented, more characters than
# others may write, and mistakes of AWS's.
ERRORS = {
    "INVALID_ACTION",
    "INVALID_SERVICE",
    "INVALID_SERVICE_CONDITION_KEY",
    "INVALID_SERVICE_IN_ACTION",
    "MISSING_QUALIFIER",
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_managed_policy_is_looked_at_to_its_end(part: int) -> None:
    suspected = 0
    arns = ARNS[part::PARTS]
    for arn in arns:
        found = lint(
            managed.document(arn), PolicyKind.MANAGED, REFERENCE, now=datetime(2026, 1, 1, tzinfo=UTC)
        )
        assert "NOT_FULLY_CHECKED" not in {finding.code for finding in found}, arn
        assert {finding.code for finding in found if finding.level is Level.ERROR} <= ERRORS, arn
        suspected += any(finding.level is not Level.SUGGESTION for finding in found)
    assert suspected < len(arns) / 3


def test_an_administrator_is_told_that_any_role_may_be_passed() -> None:
    document = managed.document("arn:aws:iam::aws:policy/AdministratorAccess")
    codes = {finding.code for finding in lint(document, PolicyKind.MANAGED, REFERENCE)}
    assert codes == {
        "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
    }
