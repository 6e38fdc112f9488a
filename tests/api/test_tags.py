"""Tags of whatever has them, the account alias, and who is calling; on both databases."""

from typing import Any

import pytest

from tests import people
from tests.api.answers import Refused, call, refused
from tests.api.served import TRUST
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


KINDS = ("User", "Role", "InstanceProfile", "Policy", "OpenIDConnectProvider")
Tagged = tuple[str, dict[str, str]]


@pytest.fixture(params=KINDS)
def tagged(request: pytest.FixtureRequest, account: Account) -> Tagged:
    """Return a kind of thing that has tags, and what names one of that kind."""
    iam, kind = account.iam, request.param
    if kind == "Policy":
        made = iam.create_policy(PolicyName="one", PolicyDocument=document(allow("s3:*")))
        return kind, {"PolicyArn": made["Policy"]["Arn"]}
    if kind == "OpenIDConnectProvider":
        made = iam.create_open_id_connect_provider(Url="https://idp.example.com", ThumbprintList=["a" * 40])
        return kind, {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}
    name = {f"{kind}Name": "one"}
    call(iam, f"Create{kind}", **name, **({"AssumeRolePolicyDocument": TRUST} if kind == "Role" else {}))
    return kind, name


def tags(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs]


def test_tags_are_added_replaced_in_any_case_and_removed(account: Account, tagged: Tagged) -> None:
    kind, name = tagged
    iam = account.iam
    call(iam, f"Tag{kind}", Tags=tags(("Team", "a"), ("cost", "")), **name)
    call(iam, f"Tag{kind}", Tags=tags(("TEAM", "b")), **name)
    assert call(iam, f"List{kind}Tags", **name)["Tags"] == tags(("cost", ""), ("TEAM", "b"))
    shown = call(iam, f"Get{kind}", **name)
    assert shown.get(kind, shown)["Tags"] == tags(("cost", ""), ("TEAM", "b"))
    call(iam, f"Untag{kind}", TagKeys=["team", "never-there"], **name)
    assert call(iam, f"List{kind}Tags", **name)["Tags"] == tags(("cost", ""))


@pytest.mark.parametrize(
    ("wanted", "code", "sentence"),
    [
        (
            [("a", "1"), ("A", "2")],
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        ([("aws:x", "1")], "InvalidInput", "Tag keys that begin with aws: are reserved for AWS use."),
    ],
)
def test_tags_that_cannot_be(
    account: Account, tagged: Tagged, wanted: list[tuple[str, str]], code: str, sentence: str
) -> None:
    kind, name = tagged
    assert refused(account.iam, f"Tag{kind}", Tags=tags(*wanted), **name) == Refused(code, 400, sentence)
    assert call(account.iam, f"List{kind}Tags", **name)["Tags"] == []


def test_fifty_tags_at_most(account: Account, tagged: Tagged) -> None:
    kind, name = tagged
    call(account.iam, f"Tag{kind}", Tags=tags(*((f"k{number}", "") for number in range(50))), **name)
    assert refused(account.iam, f"Tag{kind}", Tags=tags(("one-more", "")), **name) == Refused(
        "LimitExceeded", 409, f"Cannot exceed quota for TagsPer{kind.replace('OpenID', 'OpenId')}: 50"
    )


def test_an_alias_is_one_and_nobody_elses(account: Account, other_account: Account) -> None:
    iam, alias = account.iam, f"alias-{account.account_id}"
    assert iam.list_account_aliases()["AccountAliases"] == []
    iam.create_account_alias(AccountAlias="old-" + alias)
    iam.create_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == [alias]
    assert refused(other_account.iam, "CreateAccountAlias", AccountAlias=alias) == Refused(
        "EntityAlreadyExists", 409, f"The account alias {alias} already exists."
    )
    assert refused(other_account.iam, "DeleteAccountAlias", AccountAlias=alias)[:2] == ("NoSuchEntity", 404)
    iam.delete_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_the_root_user_may_do_all_and_is_who_it_is(account: Account) -> None:
    root = people.root_of(account)
    identity = root.browser.client("sts").get_caller_identity()
    arn = f"arn:aws:iam::{account.account_id}:root"
    assert (identity["UserId"], identity["Account"], identity["Arn"]) == (
        account.account_id,
        account.account_id,
        arn,
    )
    assert root.iam.get_user()["User"]["Arn"] == arn
    root.iam.create_user(UserName="made-by-root")
    assert refused(root.iam, "GetLoginProfile").code == "ValidationError"


def test_whose_key_it_is(account: Account, other_account: Account) -> None:
    theirs = account.sts.get_access_key_info(AccessKeyId=other_account.access_key_id)
    assert theirs["Account"] == other_account.account_id
    said: Any = refused(account.sts, "GetAccessKeyInfo", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert said[:2] == ("ValidationError", 400)


def test_accounts_see_nothing_of_each_other(account: Account, other_account: Account) -> None:
    other_account.iam.create_user(UserName="theirs")
    assert refused(account.iam, "GetUser", UserName="theirs").code == "NoSuchEntity"
    assert [user["UserName"] for user in account.iam.list_users()["Users"]] == ["admin"]
    said = refused(account.iam, "GetAccessKeyLastUsed", AccessKeyId=other_account.access_key_id)
    assert said.code == "NoSuchEntity"
    account.iam.create_user(UserName="theirs")
