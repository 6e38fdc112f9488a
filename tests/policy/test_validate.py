"""Validation of policies before they are stored: what is accepted, and AWS's error message otherwise."""

import json
from collections import Counter
from typing import Any

import pytest

import iamd.policy
from iamd.policy import Policy, PolicyError, PolicyKind, parse, policy_size, validate
from tests.policy.cases import validation_cases

CASES = validation_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_validate(case: dict[str, Any]) -> None:
    document = case["document"]
    text = document if isinstance(document, str) else json.dumps(document)
    assert _error_message(text, case["kind"]) == case["message"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["message"] is None], ids=lambda case: case["id"]
)
def test_valid_policies_can_be_parsed(case: dict[str, Any]) -> None:
    assert parse(case["document"]) == validate(case["document"], PolicyKind(case["kind"]))


def test_ids_are_unique() -> None:
    counts = Counter(case["id"] for case in CASES)
    assert [name for name, count in counts.items() if count > 1] == []


def _error_message(text: str, kind: str) -> str | None:
    try:
        validate(text, PolicyKind(kind))
    except PolicyError as error:
        return error.message
    return None


def test_validate_in_another_partition() -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "arn:aws-cn:s3:::b"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assert isinstance(validate(text, PolicyKind.MANAGED, partition="aws-cn"), Policy)
    with pytest.raises(PolicyError, match='Partition "aws-cn" is not valid'):
        validate(text, PolicyKind.MANAGED)


def test_policy_error_has_the_path_of_the_element() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    with pytest.raises(PolicyError) as error:
        validate(
            {"Version": "2012-10-17", "Statement": [statement, {**statement, "Action": "x"}]},
            PolicyKind.MANAGED,
        )
    assert error.value.path == "Statement[1].Action"
    assert str(error.value) == error.value.message


def test_policy_size_ignores_white_space() -> None:
    assert policy_size('{ "a b":\n\t"c" }\r\n') == len('{"ab":"c"}')


def test_package_docstring_example_runs() -> None:
    lines = (iamd.policy.__doc__ or "").splitlines()
    exec("\n".join(line.strip() for line in lines if line.startswith("    ")), vars(iamd.policy).copy())
