"""A call of each IAM operation that is served, and an account in which all of them can be answered."""

from typing import Any, NamedTuple

from tests.servers import Account, allow, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
DOCUMENT = document(allow("s3:GetObject"))
TAGS = [{"Key": "team", "Value": "a"}]


class Row(NamedTuple):
    """A call, the ARN of the resource that it needs leave for, and the actions besides its own that it needs.

    `{A}` is the account's ID, `{KEY}` the ID of target's access key.
    """

    operation: str
    params: dict[str, Any]
    resource: str
    also: tuple[str, ...] = ()

    @property
    def reads(self) -> bool:
        return self.operation.startswith(("Get", "List"))

    @property
    def shown(self) -> str:
        """Return what a refusal calls the resource: an entity that is there goes by what it was asked for."""
        if self.operation in ("CreateUser", "CreateGroup", "CreatePolicy"):
            return self.resource
        for kind, member in (("group", "GroupName"), ("user", "UserName")):
            if f":{kind}/" in self.resource and member in self.params:
                return f"{kind} {self.params[member]}"
        if ":policy/" in self.resource:
            return f"policy {self.resource}"
        return "access key {KEY}" if "{KEY}" in str(self.params) else self.resource


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
