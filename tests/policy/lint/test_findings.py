"""The linter's findings: documents as data, each with all that is to be found in it and nothing else."""

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
# Findings that no small document can show: they have tests of their own.
ELSEWHERE = {
    "MALFORMED_POLICY",
    "NOT_FULLY_CHECKED",
    "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
    "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
    "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
    "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
    "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
}


def text_of(case: dict[str, Any]) -> str:
    if "text" in case:
        return str(case["text"])
    statements = case.get("statements", case.get("statement"))
    return json.dumps(case.get("document", {"Version": "2012-10-17", "Statement": statements}))


def findings(case: dict[str, Any]) -> list[Finding]:
    kind = PolicyKind(case.get("kind", "managed"))
    return lint(text_of(case), kind, ServiceReference(), account=case.get("account"), now=NOW)


def brief(finding: Finding) -> list[str]:
    return [finding.level.value, finding.code, finding.path]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_all_that_is_wrong_is_found_and_nothing_else(case: dict[str, Any]) -> None:
    found = findings(case)
    assert sorted(map(brief, found)) == sorted(case["expected"])
    assert case.get("said", "") in " ".join(finding.message for finding in found)


def test_ids_are_unique() -> None:
    counted = Counter(case["id"] for case in CASES)
    assert [name for name, times in counted.items() if times > 1] == []


def test_every_rule_is_shown_by_some_case() -> None:
    told = {code for case in CASES for _, code, _ in case["expected"]}
    assert told | ELSEWHERE == set(RULES)
    assert not told & ELSEWHERE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_messages_are_one_line_and_say_something(case: dict[str, Any]) -> None:
    for finding in findings(case):
        assert len(finding.message) > 10
        assert "\n" not in finding.message


def test_the_example_of_the_package_is_true() -> None:
    lines = (iamd.policy.lint.__doc__ or "").splitlines()
    names = {**vars(iamd.policy.lint), "PolicyKind": PolicyKind, "reference": ServiceReference()}
    exec("\n".join(line.strip() for line in lines if line.startswith("    ")), names)
