"""Over all that is served: in an account that has nothing of it, what is said to be missing."""

import pytest

from tests.api.answers import Refused, call, refused
from tests.api.served import ROWS, Row, filled
from tests.servers import Account

# What can be made or listed where there is nothing, and what has a test of its own.
MADE_OF_NOTHING = {
    "CreateAccountAlias",
    "CreateGroup",
    "CreatePolicy",
    "CreateUser",
    "ListAccountAliases",
    "ListGroups",
    "ListPolicies",
    "ListUsers",
}
UNKNOWN_KEY = "AKIAAAAAAAAAAAAAAAAA"
SENTENCES = [
    ("UserName", "The user with name {} cannot be found."),
    ("GroupName", "The group with name {} cannot be found."),
    ("PolicyArn", "Policy {} was not found."),
    ("AccountAlias", "The account alias {} does not exist."),
    ("AccessKeyId", "The Access Key with id {} cannot be found."),
]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.operation not in MADE_OF_NOTHING], ids=lambda row: row.operation
)
def test_what_is_not_there_is_no_such_entity(account: Account, row: Row) -> None:
    params = filled(row.params, account, UNKNOWN_KEY)
    if ":group/" in row.resource:
        expected = SENTENCES[1][1].format(params["GroupName"])
    else:
        expected = next(words.format(params[name]) for name, words in SENTENCES if name in params)
    assert refused(account.iam, row.operation, **params) == Refused("NoSuchEntity", 404, expected)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.operation in MADE_OF_NOTHING], ids=lambda row: row.operation
)
def test_what_needs_nothing_is_answered(account: Account, row: Row) -> None:
    call(account.iam, row.operation, **filled(row.params, account, UNKNOWN_KEY))


@pytest.mark.parametrize("kind", ["user", "group"])
@pytest.mark.parametrize("verb", ["Get", "Delete"])
def test_an_inline_policy_that_is_not_there(account: Account, kind: str, verb: str) -> None:
    entity = {"user": {"UserName": "admin"}, "group": {"GroupName": "Administrators"}}[kind]
    missing = Refused("NoSuchEntity", 404, f"The {kind} policy with name none cannot be found.")
    operation = f"{verb}{kind.capitalize()}Policy"
    assert refused(account.iam, operation, PolicyName="none", **entity) == missing
