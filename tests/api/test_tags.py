"""Tags of every taggable entity, account aliases, the root user and account isolation, on both databases."""

import pytest

from tests import console_users
from tests.api.operation_calls import TRUST
from tests.api.responses import Refused, call, refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


ENTITY_TYPES = ("User", "Role", "InstanceProfile", "Policy", "OpenIDConnectProvider")
Entity = tuple[str, dict[str, str]]


@pytest.fixture(params=ENTITY_TYPES)
def entity(request: pytest.FixtureRequest, account: Account) -> Entity:
    """Create an entity of each taggable type; return the type and the identifying parameter."""
    iam, entity_type = account.iam, request.param
    if entity_type == "Policy":
        policy = iam.create_policy(PolicyName="target", PolicyDocument=document(allow("s3:*")))
        return entity_type, {"PolicyArn": policy["Policy"]["Arn"]}
    if entity_type == "OpenIDConnectProvider":
        provider = iam.create_open_id_connect_provider(
            Url="https://idp.example.com", ThumbprintList=["a" * 40]
        )
        return entity_type, {"OpenIDConnectProviderArn": provider["OpenIDConnectProviderArn"]}
    identifier = {f"{entity_type}Name": "target"}
    call(
        iam,
        f"Create{entity_type}",
        **identifier,
        **({"AssumeRolePolicyDocument": TRUST} if entity_type == "Role" else {}),
    )
    return entity_type, identifier


def tag_list(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in pairs]


def test_tag_keys_are_case_insensitive_when_replaced_or_removed(account: Account, entity: Entity) -> None:
    entity_type, identifier = entity
    iam = account.iam
    call(iam, f"Tag{entity_type}", Tags=tag_list(("Team", "a"), ("cost", "")), **identifier)
    call(iam, f"Tag{entity_type}", Tags=tag_list(("TEAM", "b")), **identifier)
    assert call(iam, f"List{entity_type}Tags", **identifier)["Tags"] == tag_list(("cost", ""), ("TEAM", "b"))
    response = call(iam, f"Get{entity_type}", **identifier)
    assert response.get(entity_type, response)["Tags"] == tag_list(("cost", ""), ("TEAM", "b"))
    call(iam, f"Untag{entity_type}", TagKeys=["team", "missing"], **identifier)
    assert call(iam, f"List{entity_type}Tags", **identifier)["Tags"] == tag_list(("cost", ""))


@pytest.mark.parametrize(
    ("pairs", "code", "message"),
    [
        (
            [("a", "1"), ("A", "2")],
            "InvalidInput",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        ([("aws:x", "1")], "InvalidInput", "Tag keys that begin with aws: are reserved for AWS use."),
    ],
)
def test_invalid_tags_are_rejected(
    account: Account, entity: Entity, pairs: list[tuple[str, str]], code: str, message: str
) -> None:
    entity_type, identifier = entity
    error = refused(account.iam, f"Tag{entity_type}", Tags=tag_list(*pairs), **identifier)
    assert error == Refused(code, 400, message)
    assert call(account.iam, f"List{entity_type}Tags", **identifier)["Tags"] == []


def test_tags_are_limited_to_fifty(account: Account, entity: Entity) -> None:
    entity_type, identifier = entity
    tags = tag_list(*((f"k{number}", "") for number in range(50)))
    call(account.iam, f"Tag{entity_type}", Tags=tags, **identifier)
    error = refused(account.iam, f"Tag{entity_type}", Tags=tag_list(("one-more", "")), **identifier)
    assert error == Refused(
        "LimitExceeded", 409, f"Cannot exceed quota for TagsPer{entity_type.replace('OpenID', 'OpenId')}: 50"
    )


def test_account_alias_is_single_and_globally_unique(account: Account, other_account: Account) -> None:
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


def test_root_user_has_full_access_and_its_own_identity(account: Account) -> None:
    root = console_users.sign_in_root(account)
    identity = root.browser.client("sts").get_caller_identity()
    arn = f"arn:aws:iam::{account.account_id}:root"
    assert (identity["UserId"], identity["Account"], identity["Arn"]) == (
        account.account_id,
        account.account_id,
        arn,
    )
    assert root.iam.get_user()["User"]["Arn"] == arn
    root.iam.create_user(UserName="created-by-root")
    assert refused(root.iam, "GetLoginProfile").code == "ValidationError"


def test_get_access_key_info_returns_the_account_of_the_key(account: Account, other_account: Account) -> None:
    info = account.sts.get_access_key_info(AccessKeyId=other_account.access_key_id)
    assert info["Account"] == other_account.account_id
    error = refused(account.sts, "GetAccessKeyInfo", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert error[:2] == ("ValidationError", 400)


def test_accounts_are_isolated(account: Account, other_account: Account) -> None:
    other_account.iam.create_user(UserName="theirs")
    assert refused(account.iam, "GetUser", UserName="theirs").code == "NoSuchEntity"
    assert [user["UserName"] for user in account.iam.list_users()["Users"]] == ["admin"]
    error = refused(account.iam, "GetAccessKeyLastUsed", AccessKeyId=other_account.access_key_id)
    assert error.code == "NoSuchEntity"
    account.iam.create_user(UserName="theirs")
