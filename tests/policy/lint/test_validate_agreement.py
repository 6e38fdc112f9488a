"""The linter agrees with `validate`: what `validate` rejects has an error finding, with a specific rule."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamd.operations.service_reference import ServiceReference
from iamd.policy import PolicyError, PolicyKind, validate
from iamd.policy.lint import Finding, Level, lint
from tests.policy.cases import validation_cases

CASES = validation_cases()
REFERENCE = ServiceReference()
# Linter errors that `validate` does not report: the policy is accepted, but part of it never applies.
LINTER_ONLY_ERRORS = {
    "ARN_ACCOUNT_NOT_ALLOWED",
    "ARN_REGION_NOT_ALLOWED",
    "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
    "EMPTY_VARIABLE",
    "INVALID_ACTION",
    "INVALID_ARN_SERVICE_CASE",
    "INVALID_CONDITION_KEY_FORMAT",
    "INVALID_CONDITION_MULTIPLE_BOOLEAN",
    "INVALID_CONDITION_OPERATOR",
    "INVALID_GLOBAL_CONDITION_KEY",
    "INVALID_SERVICE",
    "INVALID_SERVICE_CONDITION_KEY",
    "INVALID_SERVICE_IN_ACTION",
    "INVALID_VARIABLE_FOR_OPERATOR",
    "MISMATCHED_ACTION_FOR_PRINCIPAL",
    "MISSING_ARN_REGION",
    "MISSING_BRACE_IN_VARIABLE",
    "MISSING_QUALIFIER",
    "MISSING_QUOTE_IN_VARIABLE",
    "MISSING_TAG_KEY_IN_CONDITION",
    "UNSUPPORTED_SPACE_IN_VARIABLE",
    "VARIABLE_UNSUPPORTED_IN_ELEMENT",
    "VARIABLE_UNSUPPORTED_IN_VERSION",
}


def document_text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def is_rejected(text: str, kind: PolicyKind) -> bool:
    try:
        validate(text, kind)
    except PolicyError:
        return True
    return False


def errors(text: str, kind: PolicyKind) -> list[Finding]:
    return [finding for finding in lint(text, kind, REFERENCE) if finding.level is Level.ERROR]


def validation_errors(findings: list[Finding]) -> Iterator[str]:
    """Return the error codes that `validate` reports too; sizes are checked where policies are stored."""
    for finding in findings:
        if finding.code not in LINTER_ONLY_ERRORS and "SIZE" not in finding.code:
            yield finding.code


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_rejected_policies_have_a_specific_error(case: dict[str, Any]) -> None:
    codes = {finding.code for finding in errors(document_text(case["document"]), PolicyKind(case["kind"]))}
    if case["message"] is not None:
        assert codes
        assert "MALFORMED_POLICY" not in codes


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["message"] is None], ids=lambda case: case["id"]
)
def test_accepted_policies_have_no_validation_error(case: dict[str, Any]) -> None:
    assert list(validation_errors(errors(document_text(case["document"]), PolicyKind(case["kind"])))) == []


INVALID_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 7, "", "x", [], {}, ["x"], {"a": "b"}, [[]], [None]]
)
ACTIONS = st.sampled_from(["s3:GetObject", "*", "s3", "s3:a:b", "sts:AssumeRole", "s*:x", "iam:${aws:x}"])
ARNS = st.sampled_from(
    ["*", "arn:aws:s3:::b/*", "arn", "arn:aws", "arn:aws:::", "arn:aws:iam::*:x", "arn:aws:s3:${a}::b", "box"]
)
PRINCIPALS = st.sampled_from(
    [
        "*",
        "x",
        {"AWS": "*"},
        {"AWS": []},
        {},
        {"Service": "s3"},
        {"aws": "*"},
        {"AWS": ["111122223333", "a*"]},
    ]
)
OPERATORS = st.sampled_from(
    ["StringEquals", "DateLessThan", "Null", "NullIfExists", "ForAllValues:Null", "ForAnyValue:Bool", "bool"]
)
VALUES = st.sampled_from(["a", "2026", "2026-13", "true", "${aws:username}", [], ["a", "b"], True, 7, None])
KEYS = st.sampled_from(["aws:username", "AWS:USERNAME", "aws:TagKeys", "x", "s3:nothing", "aws:CurrentTime"])
CONDITIONS = st.dictionaries(
    OPERATORS, st.dictionaries(KEYS, VALUES, max_size=2) | INVALID_VALUES, max_size=2
)


def one_or_list(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values | st.lists(values, max_size=3) | INVALID_VALUES


STATEMENTS = st.fixed_dictionaries(
    {},
    optional={
        "Sid": st.sampled_from(["a", "a", "a-b", "", 7]),
        "Effect": st.sampled_from(["Allow", "Deny", "Allow", "Deny", "allow", 1]),
        "Principal": PRINCIPALS | INVALID_VALUES,
        "NotPrincipal": PRINCIPALS,
        "Action": one_or_list(ACTIONS),
        "NotAction": one_or_list(ACTIONS),
        "Resource": one_or_list(ARNS),
        "NotResource": one_or_list(ARNS),
        "Condition": CONDITIONS | INVALID_VALUES,
        "Else": INVALID_VALUES,
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"Statement": STATEMENTS | st.lists(STATEMENTS, max_size=3) | INVALID_VALUES},
    optional={
        "Version": st.sampled_from(["2012-10-17", "2008-10-17", "2020-01-01", 1]),
        "Id": INVALID_VALUES,
        "X": INVALID_VALUES,
    },
)


@settings(deadline=None, max_examples=400)
@given(DOCUMENTS, st.sampled_from(PolicyKind))
def test_linter_and_validate_agree_on_generated_documents(document: dict[str, Any], kind: PolicyKind) -> None:
    text = json.dumps(document)
    findings = errors(text, kind)
    assert "MALFORMED_POLICY" not in {finding.code for finding in findings}
    if is_rejected(text, kind):
        assert findings
    else:
        assert list(validation_errors(findings)) == []


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60), st.sampled_from(PolicyKind))
def test_linter_and_validate_agree_on_arbitrary_text(text: str, kind: PolicyKind) -> None:
    assert bool(errors(text, kind)) == is_rejected(text, kind)
