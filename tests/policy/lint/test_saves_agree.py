"""The linter and the checks of a save: what one refuses the other calls an error, with a rule of its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamd.operations.service_reference import ServiceReference
from iamd.policy import PolicyError, PolicyKind, validate
from iamd.policy.lint import Finding, Level, lint
from tests.policy.cases import save_cases

SAVES = save_cases()
REFERENCE = ServiceReference()
# Errors that a save does not know: the policy is saved, and something in it can never act.
BEYOND_A_SAVE = {
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


def text_of(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def refused(text: str, kind: PolicyKind) -> bool:
    try:
        validate(text, kind)
    except PolicyError:
        return True
    return False


def errors(text: str, kind: PolicyKind) -> list[Finding]:
    return [finding for finding in lint(text, kind, REFERENCE) if finding.level is Level.ERROR]


def of_a_save(found: list[Finding]) -> Iterator[str]:
    """Go through the errors that only a save makes: a size is looked at where it is saved."""
    for finding in found:
        if finding.code not in BEYOND_A_SAVE and "SIZE" not in finding.code:
            yield finding.code


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save["id"])
def test_what_a_save_refuses_has_an_error_of_its_own(save: dict[str, Any]) -> None:
    codes = {finding.code for finding in errors(text_of(save["document"]), PolicyKind(save["kind"]))}
    if save["message"] is not None:
        assert codes
        assert "MALFORMED_POLICY" not in codes


@pytest.mark.parametrize(
    "save", [save for save in SAVES if save["message"] is None], ids=lambda save: save["id"]
)
def test_what_may_be_saved_has_no_error_of_a_save(save: dict[str, Any]) -> None:
    assert list(of_a_save(errors(text_of(save["document"]), PolicyKind(save["kind"])))) == []


ODD: st.SearchStrategy[Any] = st.sampled_from(
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
CONDITIONS = st.dictionaries(OPERATORS, st.dictionaries(KEYS, VALUES, max_size=2) | ODD, max_size=2)


def either(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return usual | st.lists(usual, max_size=3) | ODD


STATEMENTS = st.fixed_dictionaries(
    {},
    optional={
        "Sid": st.sampled_from(["a", "a", "a-b", "", 7]),
        "Effect": st.sampled_from(["Allow", "Deny", "Allow", "Deny", "allow", 1]),
        "Principal": PRINCIPALS | ODD,
        "NotPrincipal": PRINCIPALS,
        "Action": either(ACTIONS),
        "NotAction": either(ACTIONS),
        "Resource": either(ARNS),
        "NotResource": either(ARNS),
        "Condition": CONDITIONS | ODD,
        "Else": ODD,
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"Statement": STATEMENTS | st.lists(STATEMENTS, max_size=3) | ODD},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17", "2020-01-01", 1]), "Id": ODD, "X": ODD},
)


@settings(deadline=None, max_examples=400)
@given(DOCUMENTS, st.sampled_from(PolicyKind))
def test_they_agree_on_any_document(document: dict[str, Any], kind: PolicyKind) -> None:
    text = json.dumps(document)
    found = errors(text, kind)
    assert "MALFORMED_POLICY" not in {finding.code for finding in found}
    if refused(text, kind):
        assert found
    else:
        assert list(of_a_save(found)) == []


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=60), st.sampled_from(PolicyKind))
def test_text_of_any_kind_is_an_error(text: str, kind: PolicyKind) -> None:
    assert bool(errors(text, kind)) == refused(text, kind)
