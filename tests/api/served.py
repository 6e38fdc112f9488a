"""A call of each operation that a key may make, and an account in which all of them can be answered."""

from typing import Any, NamedTuple

from iamd.core import clock
from iamd.core.records import LoginProfile, Session
from iamd.ops import SERVED
from iamd.store import login_profiles, reports, sessions
from iamd.store.reports import Report
from tests.authenticator import Authenticator
from tests.servers import Account, allow, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
DOCUMENT = document(allow("s3:GetObject"))
TAGS = [{"Key": "team", "Value": "a"}]


class Row(NamedTuple):
    """A call, the ARN of the resource that it needs leave for, and the actions besides its own that it needs.

    `{A}` is the account's ID, `{KEY}` the ID of target's access key; `{SPARE1}` and `{SPARE2}` are codes of
    the MFA device that is nobody's, `{HELD1}` and `{HELD2}` of target's.
    """

    operation: str
    params: dict[str, Any]
    resource: str
    also: tuple[str, ...] = ()
    service: str = "iam"

    @property
    def action(self) -> str:
        """Return the action that policies name the operation by."""
        return SERVED[self.service][self.operation].action

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
        if ":mfa/" in self.resource:
            return self.resource
        return "access key {KEY}" if "{KEY}" in str(self.params) else self.resource


USER, GROUP, OWN = (
    "arn:aws:iam::{A}:user/t/target",
    "arn:aws:iam::{A}:group/t/team",
    "arn:aws:iam::{A}:policy/t/own",
)
SPARE, HELD = "arn:aws:iam::{A}:mfa/t/spare", "arn:aws:iam::{A}:mfa/t/held"
U, G, P = {"UserName": "target"}, {"GroupName": "team"}, {"PolicyArn": OWN}
S, H = {"SerialNumber": SPARE}, {"SerialNumber": HELD}
HELD_CODES = {"AuthenticationCode1": "{HELD1}", "AuthenticationCode2": "{HELD2}"}
SPARE_CODES = {"AuthenticationCode1": "{SPARE1}", "AuthenticationCode2": "{SPARE2}"}
PASSWORD = "Quiet-Harbor-7291"
SESSION = "a-session-of-target"

ROWS = [
    Row("AddUserToGroup", {**G, "UserName": "other"}, GROUP),
    Row("AttachGroupPolicy", {**G, "PolicyArn": AUDIT}, GROUP),
    Row("AttachUserPolicy", {**U, "PolicyArn": AUDIT}, USER),
    Row("CreateAccessKey", U, USER),
    Row("CreateAccountAlias", {"AccountAlias": "alias-{A}"}, "*"),
    Row("CreateGroup", {"GroupName": "new", "Path": "/p/"}, "arn:aws:iam::{A}:group/p/new"),
    Row("CreateLoginProfile", {"UserName": "other", "Password": PASSWORD}, "arn:aws:iam::{A}:user/other"),
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
    Row(
        "CreateVirtualMFADevice",
        {"VirtualMFADeviceName": "new", "Path": "/p/", "Tags": TAGS},
        "arn:aws:iam::{A}:mfa/p/new",
        ("iam:TagMFADevice",),
    ),
    Row("DeactivateMFADevice", {**U, **H}, USER),
    Row("DeleteAccessKey", {**U, "AccessKeyId": "{KEY}"}, USER),
    Row("DeleteAccountAlias", {"AccountAlias": "held-{A}"}, "*"),
    Row("DeleteAccountPasswordPolicy", {}, "*"),
    Row("DeleteGroup", {"GroupName": "empty"}, "arn:aws:iam::{A}:group/empty"),
    Row("DeleteGroupPolicy", {**G, "PolicyName": "inline"}, GROUP),
    Row("DeleteLoginProfile", U, USER),
    Row("DeletePolicy", {"PolicyArn": "arn:aws:iam::{A}:policy/unused"}, "arn:aws:iam::{A}:policy/unused"),
    Row("DeletePolicyVersion", {**P, "VersionId": "v2"}, OWN),
    Row("DeleteUser", {"UserName": "other"}, "arn:aws:iam::{A}:user/other"),
    Row("DeleteUserPermissionsBoundary", U, USER),
    Row("DeleteUserPolicy", {**U, "PolicyName": "inline"}, USER),
    Row("DeleteVirtualMFADevice", S, SPARE),
    Row("DetachGroupPolicy", {**G, "PolicyArn": READ_ONLY}, GROUP),
    Row("DetachUserPolicy", {**U, "PolicyArn": READ_ONLY}, USER),
    Row("EnableMFADevice", {**U, **S, **SPARE_CODES}, USER),
    Row("GenerateCredentialReport", {}, "*"),
    Row("GetAccessKeyLastUsed", {"AccessKeyId": "{KEY}"}, USER),
    Row("GetAccountPasswordPolicy", {}, "*"),
    Row("GetAccountSummary", {}, "*"),
    Row("GetCredentialReport", {}, "*"),
    Row("GetGroup", G, GROUP),
    Row("GetGroupPolicy", {**G, "PolicyName": "inline"}, GROUP),
    Row("GetLoginProfile", U, USER),
    Row("GetMFADevice", {**U, **H}, USER),
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
    Row("ListMFADeviceTags", S, SPARE),
    Row("ListMFADevices", U, USER),
    Row("ListPolicies", {}, "policy path /"),
    Row("ListPolicyTags", P, OWN),
    Row("ListPolicyVersions", P, OWN),
    Row("ListUserPolicies", U, USER),
    Row("ListUserTags", U, USER),
    Row("ListUsers", {}, "arn:aws:iam::{A}:user/"),
    Row("ListVirtualMFADevices", {}, "*"),
    Row("PutGroupPolicy", {**G, "PolicyName": "more", "PolicyDocument": DOCUMENT}, GROUP),
    Row("PutUserPermissionsBoundary", {**U, "PermissionsBoundary": AUDIT}, USER),
    Row("PutUserPolicy", {**U, "PolicyName": "more", "PolicyDocument": DOCUMENT}, USER),
    Row("RemoveUserFromGroup", {**G, "UserName": "target"}, GROUP),
    Row("ResyncMFADevice", {**U, **H, **HELD_CODES}, USER),
    Row("SetDefaultPolicyVersion", {**P, "VersionId": "v2"}, OWN),
    Row("TagMFADevice", {**S, "Tags": TAGS}, SPARE),
    Row("TagPolicy", {**P, "Tags": TAGS}, OWN),
    Row("TagUser", {**U, "Tags": TAGS}, USER),
    Row("UntagMFADevice", {**S, "TagKeys": ["held"]}, SPARE),
    Row("UntagPolicy", {**P, "TagKeys": ["held"]}, OWN),
    Row("UntagUser", {**U, "TagKeys": ["held"]}, USER),
    Row("UpdateAccessKey", {**U, "AccessKeyId": "{KEY}", "Status": "Inactive"}, USER),
    Row("UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 14}, "*"),
    Row("UpdateGroup", {**G, "NewGroupName": "renamed"}, GROUP),
    Row("UpdateLoginProfile", {**U, "PasswordResetRequired": True}, USER),
    Row("UpdateUser", {**U, "NewUserName": "renamed"}, USER),
    *(
        row._replace(service="iamd")
        for row in (
            Row("EndSession", {**U, "SessionId": SESSION}, USER),
            Row("GetAccount", {}, "arn:aws:account::{A}:account"),
            Row("GetPasswordPolicyImpact", {"MaxPasswordAge": 90}, "*"),
            Row("GetSecurityRecommendations", {}, "*"),
            Row("GetSecuritySettings", {}, "*"),
            Row("GetSignInStatus", U, USER),
            Row("ListSessions", U, USER),
            Row("PutAccountName", {"AccountName": "Renamed"}, "arn:aws:account::{A}:account"),
            Row("PutSecuritySettings", {"MinimumDigits": 2}, "*"),
            Row("UnlockUser", U, USER),
        )
    ),
]
# What concerns nobody but its caller, what needs a session, and what only the root user may.
OF_THE_CALLER = {
    "iam": {"ChangePassword"},
    "iamd": {"CreateRecoveryCodes", "GetPasswordRules", "GetSession", "RegisterPasskey"}
    | {"StartPasskeyRegistration"},
}
OF_ROOT = {"ChangeRootPassword", "UpdateRootEmail"} | {
    f"{verb}RootMFADevice" for verb in ("Deactivate", "Enable", "Resync")
}


def furnish(account: Account) -> dict[str, str]:
    """Make what the rows act on; return what stands for the names in braces."""
    iam = account.iam
    own = f"arn:aws:iam::{account.account_id}:policy/t/own"
    held = [{"Key": "held", "Value": "1"}]
    made = iam.create_user(UserName="target", Path="/t/", Tags=held, PermissionsBoundary=READ_ONLY)
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
    iam.update_account_password_policy()
    devices = _devices(iam)
    _furnish_signing_in(account, made["User"]["UserId"])  # a new device would end the session
    key = str(iam.create_access_key(UserName="target")["AccessKey"]["AccessKeyId"])
    return {**unfurnished(account, key), **devices}


def _devices(iam: Any) -> dict[str, str]:
    """Make a device of target's and one that is nobody's; return codes of both that were not used yet."""
    held, spare = (
        Authenticator.make(iam, name, Path="/t/", Tags=[{"Key": "held", "Value": "1"}])
        for name in ("held", "spare")
    )
    held.enable(iam, "target", ahead=-6)
    return {
        "{HELD1}": held.code(-1),
        "{HELD2}": held.code(0),
        "{SPARE1}": spare.code(-1),
        "{SPARE2}": spare.code(0),
    }


def _furnish_signing_in(account: Account, user_id: str) -> None:
    """Give target a password, which takes a while by the wire, a session, and the account a report."""
    now = clock.now()
    seconds, at = int(now.timestamp()), clock.iso(now)
    with account.server.store.database.write() as tx:
        login_profiles.add(tx, account.account_id, LoginProfile(user_id, "no hash", at, at, False))
        token_hash = sessions.hashed(account.account_id)
        sessions.add(
            tx,
            Session(
                token_hash,
                account.account_id,
                user_id,
                SESSION,
                "open",
                seconds,
                seconds,
                None,
                None,
                "",
                "",
                None,
            ),
        )
        reports.put(tx, account.account_id, Report(at, "user,arn"))


def unfurnished(account: Account, key: str) -> dict[str, str]:
    """Return names for an account in which nothing was made."""
    codes = dict.fromkeys(("{HELD1}", "{HELD2}", "{SPARE1}", "{SPARE2}"), "000000")
    return {**codes, "{A}": account.account_id, "{KEY}": key}


def filled(value: Any, names: dict[str, str]) -> Any:
    """Put names in their places."""
    if isinstance(value, str):
        for name, held in names.items():
            value = value.replace(name, held)
        return value
    if isinstance(value, dict):
        return {name: filled(inner, names) for name, inner in value.items()}
    return value
