"""The linter's findings: test documents as data, each with the complete list of expected findings."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import iamd.policy.lint
from iamd.operations.service_reference import ServiceReference
from iamd.policy import PolicyKind
from iamd.policy.lint import RULES, Finding, lint

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES: list[dict[str, Any]] = [case for file in FILES for case in yaml.safe_load(file.read_text("utf-8"))]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Rules that no small document triggers; other modules test them.
TESTED_ELSEWHERE = {
    "MALFORMED_POLICY",
    "NOT_FULLY_CHECKED",
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
}


def document_text(case: dict[str, Any]) -> str:
    if "text" in case:
        return str(case["text"])
    statements = case.get("statements", case.get("statement"))
    return json.dumps(case.get("document", {"Version": "2012-10-17", "Statement": statements}))


def findings(case: dict[str, Any]) -> list[Finding]:
    kind = PolicyKind(case.get("kind", "managed"))
    return lint(document_text(case), kind, ServiceReference(), account=case.get("account"), now=NOW)


def summary(finding: Finding) -> list[str]:
    return [finding.level.value, finding.code, finding.path]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_findings_are_exactly_the_expected_ones(case: dict[str, Any]) -> None:
    actual = findings(case)
    assert sorted(map(summary, actual)) == sorted(case["expected"])
    assert case.get("said", "") in " ".join(finding.message for finding in actual)


def test_ids_are_unique() -> None:
    counts = Counter(case["id"] for case in CASES)
    assert [name for name, count in counts.items() if count > 1] == []


def test_every_rule_has_a_case() -> None:
    expected_codes = {code for case in CASES for _, code, _ in case["expected"]}
    assert expected_codes | TESTED_ELSEWHERE == set(RULES)
    assert not expected_codes & TESTED_ELSEWHERE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_messages_are_a_single_nonempty_line(case: dict[str, Any]) -> None:
    for finding in findings(case):
        assert len(finding.message) > 10
        assert "\n" not in finding.message


def test_package_docstring_example_runs() -> None:
    lines = (iamd.policy.lint.__doc__ or "").splitlines()
    names = {**vars(iamd.policy.lint), "PolicyKind": PolicyKind, "reference": ServiceReference()}
    exec("\n".join(line.strip() for line in lines if line.startswith("    ")), names)
