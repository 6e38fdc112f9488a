"""Over all that is served: refused without its action, answered with it, and nothing changed by a refusal."""

import re
from typing import Any, NamedTuple

import pytest

from iamd.ops import SERVED
from tests.api.answers import call, refused, state
from tests.servers import Account, allow, deny, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
DOCUMENT = document(allow("s3:GetObject"))
TAGS = [{"Key": "team", "Value": "a"}]


class Row(NamedTuple):
    """A call, the resource that its refusal names, and the actions besides its own that it needs.

    `{A}` is the account's ID, `{KEY}` the ID of target's access key.
    """

    operation: str
    params: dict[str, Any]
    resource: str
    also: tuple[str, ...] = ()


USER, GROUP, OWN = (
    "arn:aws:iam::{A}:user/t/target",
    "arn:aws:iam::{A}:group/t/team",
    "arn:aws:iam::{A}:policy/t/own",
)
U, G, P = {"UserName": "target"}, {"GroupName": "team"}, {"PolicyArn": OWN}

ROWS = [
    Row("AddUserToGroup", {**G, "UserName": "other"}, GROUP),
    Row("AttachGroupPolicy", {**G, "PolicyArn": AUDIT}, GROUP),
    Row("AttachUserPolicy", {**U, "PolicyArn": AUDIT}, USER),
    Row("CreateAccessKey", U, USER),
    Row("CreateAccountAlias", {"AccountAlias": "alias-{A}"}, "*"),
    Row("CreateGroup", {"GroupName": "new", "Path": "/p/"}, "arn:aws:iam::{A}:group/p/new"),
    Row(
        "CreatePolicy",
        {"PolicyName": "new", "Path": "/p/", "PolicyDocument": DOCUMENT, "Tags": TAGS},
        "arn:aws:iam::{A}:policy/p/new",
        ("iam:TagPolicy",),
    ),
    Row("CreatePolicyVersion", {**P, "PolicyDocument": DOCUMENT}, OWN),
    Row(
        "CreateUser",
        {"UserName": "new", "Path": "/p/", "Tags": TAGS},
        "arn:aws:iam::{A}:user/p/new",
        ("iam:TagUser",),
    ),
    Row("DeleteAccessKey", {**U, "AccessKeyId": "{KEY}"}, USER),
    Row("DeleteAccountAlias", {"AccountAlias": "held-{A}"}, "*"),
    Row("DeleteGroup", {"GroupName": "empty"}, "arn:aws:iam::{A}:group/empty"),
    Row("DeleteGroupPolicy", {**G, "PolicyName": "inline"}, GROUP),
    Row("DeletePolicy", {"PolicyArn": "arn:aws:iam::{A}:policy/unused"}, "arn:aws:iam::{A}:policy/unused"),
    Row("DeletePolicyVersion", {**P, "VersionId": "v2"}, OWN),
    Row("DeleteUser", {"UserName": "other"}, "arn:aws:iam::{A}:user/other"),
    Row("DeleteUserPermissionsBoundary", U, USER),
    Row("DeleteUserPolicy", {**U, "PolicyName": "inline"}, USER),
    Row("DetachGroupPolicy", {**G, "PolicyArn": READ_ONLY}, GROUP),
    Row("DetachUserPolicy", {**U, "PolicyArn": READ_ONLY}, USER),
    Row("GetAccessKeyLastUsed", {"AccessKeyId": "{KEY}"}, USER),
    Row("GetGroup", G, GROUP),
    Row("GetGroupPolicy", {**G, "PolicyName": "inline"}, GROUP),
    Row("GetPolicy", P, OWN),
    Row("GetPolicyVersion", {**P, "VersionId": "v1"}, OWN),
    Row("GetUser", U, USER),
    Row("GetUserPolicy", {**U, "PolicyName": "inline"}, USER),
    Row("ListAccessKeys", U, USER),
    Row("ListAccountAliases", {}, "*"),
    Row("ListAttachedGroupPolicies", G, GROUP),
    Row("ListAttachedUserPolicies", U, USER),
    Row("ListEntitiesForPolicy", P, OWN),
    Row("ListGroupPolicies", G, GROUP),
    Row("ListGroups", {"PathPrefix": "/t/"}, "arn:aws:iam::{A}:group/t/"),
    Row("ListGroupsForUser", U, USER),
    Row("ListPolicies", {}, "policy path /"),
    Row("ListPolicyTags", P, OWN),
    Row("ListPolicyVersions", P, OWN),
    Row("ListUserPolicies", U, USER),
    Row("ListUserTags", U, USER),
    Row("ListUsers", {}, "arn:aws:iam::{A}:user/"),
    Row("PutGroupPolicy", {**G, "PolicyName": "more", "PolicyDocument": DOCUMENT}, GROUP),
    Row("PutUserPermissionsBoundary", {**U, "PermissionsBoundary": AUDIT}, USER),
    Row("PutUserPolicy", {**U, "PolicyName": "more", "PolicyDocument": DOCUMENT}, USER),
    Row("RemoveUserFromGroup", {**G, "UserName": "target"}, GROUP),
    Row("SetDefaultPolicyVersion", {**P, "VersionId": "v2"}, OWN),
    Row("TagPolicy", {**P, "Tags": TAGS}, OWN),
    Row("TagUser", {**U, "Tags": TAGS}, USER),
    Row("UntagPolicy", {**P, "TagKeys": ["held"]}, OWN),
    Row("UntagUser", {**U, "TagKeys": ["held"]}, USER),
    Row("UpdateAccessKey", {**U, "AccessKeyId": "{KEY}", "Status": "Inactive"}, USER),
    Row("UpdateGroup", {**G, "NewGroupName": "renamed"}, GROUP),
    Row("UpdateUser", {**U, "NewUserName": "renamed"}, USER),
]


def furnish(account: Account) -> str:
    """Make what the rows act on; return the ID of target's access key."""
    iam = account.iam
    own = f"arn:aws:iam::{account.account_id}:policy/t/own"
    held = [{"Key": "held", "Value": "1"}]
    iam.create_user(UserName="target", Path="/t/", Tags=held, PermissionsBoundary=READ_ONLY)
    iam.create_user(UserName="other")
    iam.create_group(GroupName="team", Path="/t/")
    iam.create_group(GroupName="empty")
    iam.add_user_to_group(GroupName="team", UserName="target")
    iam.put_user_policy(UserName="target", PolicyName="inline", PolicyDocument=DOCUMENT)
    iam.put_group_policy(GroupName="team", PolicyName="inline", PolicyDocument=DOCUMENT)
    iam.attach_user_policy(UserName="target", PolicyArn=READ_ONLY)
    iam.attach_group_policy(GroupName="team", PolicyArn=READ_ONLY)
    iam.create_policy(PolicyName="own", Path="/t/", PolicyDocument=DOCUMENT, Tags=held)
    iam.create_policy(PolicyName="unused", PolicyDocument=DOCUMENT)
    iam.create_policy_version(PolicyArn=own, PolicyDocument=DOCUMENT)
    iam.create_account_alias(AccountAlias=f"held-{account.account_id}")
    return str(iam.create_access_key(UserName="target")["AccessKey"]["AccessKeyId"])


def filled(value: Any, account: Account, key: str) -> Any:
    if isinstance(value, str):
        return value.replace("{A}", account.account_id).replace("{KEY}", key)
    if isinstance(value, dict):
        return {name: filled(inner, account, key) for name, inner in value.items()}
    return value


def test_every_iam_operation_has_a_row() -> None:
    assert [row.operation for row in ROWS] == sorted(SERVED["iam"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_refused_without_its_action_and_answered_with_it(account: Account, row: Row) -> None:
    key = furnish(account)
    params, resource = filled(row.params, account, key), filled(row.resource, account, key)
    actions = (f"iam:{row.operation}", *row.also)
    caller = account.user("caller", deny("s3:*"))

    before = state(account)
    for missing in actions:
        given = [action for action in actions if action != missing]
        grant(account, allow("sts:GetAccessKeyInfo", *given))
        before = state(account)
        said = refused(caller, row.operation, **params)
        assert said[:2] == ("AccessDenied", 403)
        assert said.message == (
            f"User: arn:aws:iam::{account.account_id}:user/caller is not authorized to perform: {missing} "
            f"on resource: {resource} because no identity-based policy allows the {missing} action"
        )
        assert state(account) == before

    grant(account, allow(*actions))
    call(caller, row.operation, **params)

    if not row.operation.startswith(("Get", "List")):
        assert state(account) != before


def grant(account: Account, *statements: dict[str, Any]) -> None:
    account.iam.put_user_policy(UserName="caller", PolicyName="test", PolicyDocument=document(*statements))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if ":{A}:" in row.resource], ids=lambda row: row.operation
)
def test_an_allow_on_exactly_its_resource_is_enough(account: Account, row: Row) -> None:
    key = furnish(account)
    resource = filled(row.resource, account, key)
    more = [re.sub(r"[^/]+$", "renamed", resource)] if row.operation.startswith("Update") else []
    actions = (f"iam:{row.operation}", *row.also)
    caller = account.user("caller", allow(*actions, resource=[resource, *more]))
    call(caller, row.operation, **filled(row.params, account, key))


@pytest.mark.parametrize(
    ("operation", "params", "source", "wanted"),
    [
        ("UpdateUser", {**U, "NewUserName": "renamed"}, "user/t/target", "user/t/renamed"),
        ("UpdateUser", {**U, "NewPath": "/x/"}, "user/t/target", "user/x/target"),
        ("UpdateGroup", {**G, "NewGroupName": "renamed"}, "group/t/team", "group/t/renamed"),
    ],
)
def test_a_rename_is_asked_for_at_both_ends(
    account: Account, operation: str, params: dict[str, Any], source: str, wanted: str
) -> None:
    furnish(account)
    arns = [f"arn:aws:iam::{account.account_id}:{part}" for part in (source, wanted)]
    for index, arn in enumerate(arns):
        caller = account.user(f"half-{index}", allow(f"iam:{operation}", resource=arn))
        assert refused(caller, operation, **params).code == "AccessDenied"
    call(account.user("whole", allow(f"iam:{operation}", resource=arns)), operation, **params)


def test_who_may_not_ask_does_not_learn_what_is_there(account: Account) -> None:
    account.iam.create_user(UserName="there")
    caller = account.user("caller", allow("iam:GetUser", resource="arn:aws:iam::*:user/elsewhere/*"))

    def said(name: str) -> str:
        return refused(caller, "GetUser", UserName=name).message.replace(name, "NAME")

    assert said("there") == said("missing")


def test_get_caller_identity_is_always_answered(account: Account) -> None:
    key = account.key_of("caller", deny("*"))
    assert account.client("sts", key).get_caller_identity()["Arn"].endswith(":user/caller")
    assert refused(account.client("iam", key), "GetUser").code == "AccessDenied"


def test_get_access_key_info_needs_its_action(account: Account) -> None:
    params = {"AccessKeyId": account.access_key_id}
    key = account.key_of("caller")
    assert refused(account.client("sts", key), "GetAccessKeyInfo", **params).code == "AccessDenied"
    grant(account, allow("sts:GetAccessKeyInfo"))
    answer = account.client("sts", key).get_access_key_info(**params)
    assert answer["Account"] == account.account_id
