import json
from collections import Counter
from typing import Any

import pytest

import iamd.policy
from iamd.policy import Policy, PolicyError, PolicyKind, parse, policy_size, validate
from tests.policy.cases import save_cases

SAVES = save_cases()


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save["id"])
def test_save(save: dict[str, Any]) -> None:
    document = save["document"]
    text = document if isinstance(document, str) else json.dumps(document)
    assert _answer(text, save["kind"]) == save["message"]


@pytest.mark.parametrize(
    "save", [save for save in SAVES if save["message"] is None], ids=lambda save: save["id"]
)
def test_what_may_be_saved_can_be_parsed(save: dict[str, Any]) -> None:
    assert parse(save["document"]) == validate(save["document"], PolicyKind(save["kind"]))


def test_ids_are_unique() -> None:
    counted = Counter(save["id"] for save in SAVES)
    assert [name for name, times in counted.items() if times > 1] == []


def _answer(text: str, kind: str) -> str | None:
    try:
        validate(text, PolicyKind(kind))
    except PolicyError as error:
        return error.message
    return None


def test_own_partition() -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "arn:aws-cn:s3:::b"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assert isinstance(validate(text, PolicyKind.MANAGED, partition="aws-cn"), Policy)
    with pytest.raises(PolicyError, match='Partition "aws-cn" is not valid'):
        validate(text, PolicyKind.MANAGED)


def test_an_error_knows_its_place() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    with pytest.raises(PolicyError) as caught:
        validate(
            {"Version": "2012-10-17", "Statement": [statement, {**statement, "Action": "x"}]},
            PolicyKind.MANAGED,
        )
    assert caught.value.path == "Statement[1].Action"
    assert str(caught.value) == caught.value.message


def test_size_leaves_white_space_out() -> None:
    assert policy_size('{ "a b":\n\t"c" }\r\n') == len('{"ab":"c"}')


def test_the_example_of_the_package_is_true() -> None:
    lines = (iamd.policy.__doc__ or "").splitlines()
    exec("\n".join(line.strip() for line in lines if line.startswith("    ")), vars(iamd.policy).copy())
