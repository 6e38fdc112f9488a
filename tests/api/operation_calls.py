"""A call of each operation that an access key may make; `resources` creates the resources it needs."""

from typing import Any, NamedTuple

from iamd.operations import OPERATIONS
from tests.servers import allow, document

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
DOCUMENT = document(allow("s3:GetObject"))
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)
TAGS = [{"Key": "team", "Value": "a"}]


class PermissionCheck(NamedTuple):
    """A permission check: the action, the ARN of the resource, and its name in the error message."""

    action: str
    resource: str
    display_name: str


class Row(NamedTuple):
    """A call, the ARN of the resource that it needs permission for, and the extra actions that it needs.

    `passed_role` is the ARN of the role that the call passes, which needs iam:PassRole. Placeholders: `{A}`
    is the account ID, `{KEY}` the ID of target's access key, `{CREDENTIAL}` that of its service-specific
    credential, `{TASK}` the deletion task of a service-linked role, `{SPARE_CODE1}` and `{SPARE_CODE2}` are
    codes of the unassigned MFA device, `{ASSIGNED_CODE1}` and `{ASSIGNED_CODE2}` of target's device.
    """

    operation: str
    params: dict[str, Any]
    resource: str
    extra_actions: tuple[str, ...] = ()
    passed_role: str | None = None
    service: str = "iam"

    @property
    def action(self) -> str:
        """Return the operation's action in policies."""
        return OPERATIONS[self.service][self.operation].action

    @property
    def permission_checks(self) -> tuple[PermissionCheck, ...]:
        """Return all permission checks of the call."""
        checks = tuple(
            PermissionCheck(action, self.resource, self.display_name)
            for action in (self.action, *self.extra_actions)
        )
        role_name = f"role {self.params.get('RoleName')}"
        return (
            (*checks, PermissionCheck("iam:PassRole", self.passed_role, role_name))
            if self.passed_role
            else checks
        )

    @property
    def is_read_only(self) -> bool:
        return self.operation.startswith(("Get", "List", "Simulate"))

    @property
    def is_role_operation(self) -> bool:
        """Whether the call acts on roles, instance profiles or identity providers."""
        return any(f":{kind}/" in self.resource for kind in ("role", "instance-profile", "oidc-provider"))

    @property
    def display_name(self) -> str:
        """Return the resource as error messages name it: an existing entity by the request's parameter."""
        if self.operation in _CREATE_OPERATIONS:
            return self.resource
        for kind, member in _NAME_MEMBERS:
            if f":{kind.replace(' ', '-')}/" in self.resource and member in self.params:
                return f"{kind} {self.params[member]}"
        if ":policy/" in self.resource:
            return f"policy {self.resource}"
        if ":mfa/" in self.resource:
            return self.resource
        return "access key {KEY}" if "{KEY}" in str(self.params) else self.resource


_CREATE_OPERATIONS = ("CreateGroup", "CreateInstanceProfile", "CreatePolicy", "CreateRole", "CreateUser")
_NAME_MEMBERS = (
    ("group", "GroupName"),
    ("user", "UserName"),
    ("instance profile", "InstanceProfileName"),
    ("role", "RoleName"),
)
USER, GROUP, POLICY = (
    "arn:aws:iam::{A}:user/t/target",
    "arn:aws:iam::{A}:group/t/team",
    "arn:aws:iam::{A}:policy/t/own",
)
SPARE_DEVICE, ASSIGNED_DEVICE = "arn:aws:iam::{A}:mfa/t/spare", "arn:aws:iam::{A}:mfa/t/held"
U, G, P = {"UserName": "target"}, {"GroupName": "team"}, {"PolicyArn": POLICY}
C = {**U, "ServiceSpecificCredentialId": "{CREDENTIAL}"}
ROLE, PROFILE = "arn:aws:iam::{A}:role/t/job", "arn:aws:iam::{A}:instance-profile/t/machine"
EMPTY_PROFILE = "arn:aws:iam::{A}:instance-profile/bare"
IDP = "arn:aws:iam::{A}:oidc-provider/idp.example.com/t"
LINKED = "AWSServiceRoleForBackup"
LINKED_ROLES = "arn:aws:iam::{A}:role/aws-service-role"
R, M, W = {"RoleName": "job"}, {"InstanceProfileName": "machine"}, {"OpenIDConnectProviderArn": IDP}
S, H = {"SerialNumber": SPARE_DEVICE}, {"SerialNumber": ASSIGNED_DEVICE}
ASSIGNED_CODES = {"AuthenticationCode1": "{ASSIGNED_CODE1}", "AuthenticationCode2": "{ASSIGNED_CODE2}"}
SPARE_CODES = {"AuthenticationCode1": "{SPARE_CODE1}", "AuthenticationCode2": "{SPARE_CODE2}"}
PASSWORD = "Quiet-Harbor-7291"
SESSION = "a-session-of-target"

ROWS = [
    Row("AddClientIDToOpenIDConnectProvider", {**W, "ClientID": "more"}, IDP),
    Row("AddRoleToInstanceProfile", {**R, "InstanceProfileName": "bare"}, EMPTY_PROFILE, passed_role=ROLE),
    Row("AddUserToGroup", {**G, "UserName": "other"}, GROUP),
    Row("AttachGroupPolicy", {**G, "PolicyArn": AUDIT}, GROUP),
    Row("AttachRolePolicy", {**R, "PolicyArn": AUDIT}, ROLE),
    Row("AttachUserPolicy", {**U, "PolicyArn": AUDIT}, USER),
    Row("CreateAccessKey", U, USER),
    Row("CreateAccountAlias", {"AccountAlias": "alias-{A}"}, "*"),
    Row("CreateGroup", {"GroupName": "new", "Path": "/p/"}, "arn:aws:iam::{A}:group/p/new"),
    Row(
        "CreateInstanceProfile",
        {"InstanceProfileName": "new", "Path": "/p/", "Tags": TAGS},
        "arn:aws:iam::{A}:instance-profile/p/new",
        ("iam:TagInstanceProfile",),
    ),
    Row("CreateLoginProfile", {"UserName": "other", "Password": PASSWORD}, "arn:aws:iam::{A}:user/other"),
    Row(
        "CreateOpenIDConnectProvider",
        {"Url": "https://new.example.com/p", "ThumbprintList": ["b" * 40], "Tags": TAGS},
        "arn:aws:iam::{A}:oidc-provider/new.example.com/p",
        ("iam:TagOpenIDConnectProvider",),
    ),
    Row(
        "CreatePolicy",
        {"PolicyName": "new", "Path": "/p/", "PolicyDocument": DOCUMENT, "Tags": TAGS},
        "arn:aws:iam::{A}:policy/p/new",
        ("iam:TagPolicy",),
    ),
    Row("CreatePolicyVersion", {**P, "PolicyDocument": DOCUMENT}, POLICY),
    Row(
        "CreateRole",
        {"RoleName": "new", "Path": "/p/", "AssumeRolePolicyDocument": TRUST, "Tags": TAGS},
        "arn:aws:iam::{A}:role/p/new",
        ("iam:TagRole",),
    ),
    Row(
        "CreateServiceLinkedRole",
        {"AWSServiceName": "rds.amazonaws.com"},
        f"{LINKED_ROLES}/rds.amazonaws.com/AWSServiceRoleForRDS",
    ),
    Row("CreateServiceSpecificCredential", {**U, "ServiceName": "iamd"}, USER),
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
    Row("DeleteInstanceProfile", {"InstanceProfileName": "bare"}, EMPTY_PROFILE),
    Row("DeleteLoginProfile", U, USER),
    Row("DeleteOpenIDConnectProvider", W, IDP),
    Row("DeletePolicy", {"PolicyArn": "arn:aws:iam::{A}:policy/unused"}, "arn:aws:iam::{A}:policy/unused"),
    Row("DeletePolicyVersion", {**P, "VersionId": "v2"}, POLICY),
    Row("DeleteRole", {"RoleName": "idle"}, "arn:aws:iam::{A}:role/idle"),
    Row("DeleteRolePermissionsBoundary", R, ROLE),
    Row("DeleteRolePolicy", {**R, "PolicyName": "inline"}, ROLE),
    Row("DeleteServiceLinkedRole", {"RoleName": LINKED}, f"{LINKED_ROLES}/backup.amazonaws.com/{LINKED}"),
    Row("DeleteServiceSpecificCredential", C, USER),
    Row("DeleteUser", {"UserName": "other"}, "arn:aws:iam::{A}:user/other"),
    Row("DeleteUserPermissionsBoundary", U, USER),
    Row("DeleteUserPolicy", {**U, "PolicyName": "inline"}, USER),
    Row("DeleteVirtualMFADevice", S, SPARE_DEVICE),
    Row("DetachGroupPolicy", {**G, "PolicyArn": READ_ONLY}, GROUP),
    Row("DetachRolePolicy", {**R, "PolicyArn": READ_ONLY}, ROLE),
    Row("DetachUserPolicy", {**U, "PolicyArn": READ_ONLY}, USER),
    Row("DisableOutboundWebIdentityFederation", {}, "*"),
    Row("EnableMFADevice", {**U, **S, **SPARE_CODES}, USER),
    Row("EnableOutboundWebIdentityFederation", {}, "*"),
    Row("GenerateCredentialReport", {}, "*"),
    Row("GetAccessKeyLastUsed", {"AccessKeyId": "{KEY}"}, USER),
    Row("GetAccountAuthorizationDetails", {}, "*"),
    Row("GetAccountPasswordPolicy", {}, "*"),
    Row("GetAccountSummary", {}, "*"),
    Row("GetContextKeysForCustomPolicy", {"PolicyInputList": [DOCUMENT]}, "*"),
    Row("GetContextKeysForPrincipalPolicy", {"PolicySourceArn": USER}, USER),
    Row("GetCredentialReport", {}, "*"),
    Row("GetGroup", G, GROUP),
    Row("GetGroupPolicy", {**G, "PolicyName": "inline"}, GROUP),
    Row("GetInstanceProfile", M, PROFILE),
    Row("GetLoginProfile", U, USER),
    Row("GetMFADevice", {**U, **H}, USER),
    Row("GetOpenIDConnectProvider", W, IDP),
    Row("GetOutboundWebIdentityFederationInfo", {}, "*"),
    Row("GetPolicy", P, POLICY),
    Row("GetPolicyVersion", {**P, "VersionId": "v1"}, POLICY),
    Row("GetRole", R, ROLE),
    Row("GetRolePolicy", {**R, "PolicyName": "inline"}, ROLE),
    Row(
        "GetServiceLinkedRoleDeletionStatus",
        {"DeletionTaskId": "{TASK}"},
        f"{LINKED_ROLES}/ecs.amazonaws.com/AWSServiceRoleForECS",
    ),
    Row("GetUser", U, USER),
    Row("GetUserPolicy", {**U, "PolicyName": "inline"}, USER),
    Row("ListAccessKeys", U, USER),
    Row("ListAccountAliases", {}, "*"),
    Row("ListAttachedGroupPolicies", G, GROUP),
    Row("ListAttachedRolePolicies", R, ROLE),
    Row("ListAttachedUserPolicies", U, USER),
    Row("ListEntitiesForPolicy", P, POLICY),
    Row("ListGroupPolicies", G, GROUP),
    Row("ListGroups", {"PathPrefix": "/t/"}, "arn:aws:iam::{A}:group/t/"),
    Row("ListGroupsForUser", U, USER),
    Row("ListInstanceProfileTags", M, PROFILE),
    Row("ListInstanceProfiles", {"PathPrefix": "/t/"}, "arn:aws:iam::{A}:instance-profile/t/"),
    Row("ListInstanceProfilesForRole", R, ROLE),
    Row("ListMFADeviceTags", S, SPARE_DEVICE),
    Row("ListMFADevices", U, USER),
    Row("ListOpenIDConnectProviderTags", W, IDP),
    Row("ListOpenIDConnectProviders", {}, "*"),
    Row("ListPolicies", {}, "policy path /"),
    Row("ListPoliciesGrantingServiceAccess", {"Arn": USER, "ServiceNamespaces": ["s3"]}, USER),
    Row("ListPolicyTags", P, POLICY),
    Row("ListPolicyVersions", P, POLICY),
    Row("ListRolePolicies", R, ROLE),
    Row("ListRoleTags", R, ROLE),
    Row("ListRoles", {}, "arn:aws:iam::{A}:role/"),
    Row("ListSAMLProviders", {}, "*"),
    Row("ListSSHPublicKeys", U, USER),
    Row("ListServerCertificates", {}, "*"),
    Row("ListServiceSpecificCredentials", U, USER),
    Row("ListSigningCertificates", U, USER),
    Row("ListUserPolicies", U, USER),
    Row("ListUserTags", U, USER),
    Row("ListUsers", {}, "arn:aws:iam::{A}:user/"),
    Row("ListVirtualMFADevices", {}, "*"),
    Row("PutGroupPolicy", {**G, "PolicyName": "more", "PolicyDocument": DOCUMENT}, GROUP),
    Row("PutRolePermissionsBoundary", {**R, "PermissionsBoundary": AUDIT}, ROLE),
    Row("PutRolePolicy", {**R, "PolicyName": "more", "PolicyDocument": DOCUMENT}, ROLE),
    Row("PutUserPermissionsBoundary", {**U, "PermissionsBoundary": AUDIT}, USER),
    Row("PutUserPolicy", {**U, "PolicyName": "more", "PolicyDocument": DOCUMENT}, USER),
    Row("RemoveClientIDFromOpenIDConnectProvider", {**W, "ClientID": "held"}, IDP),
    Row("RemoveRoleFromInstanceProfile", {**R, **M}, PROFILE),
    Row("RemoveUserFromGroup", {**G, "UserName": "target"}, GROUP),
    Row("ResetServiceSpecificCredential", C, USER),
    Row("ResyncMFADevice", {**U, **H, **ASSIGNED_CODES}, USER),
    Row("SetDefaultPolicyVersion", {**P, "VersionId": "v2"}, POLICY),
    Row("SimulateCustomPolicy", {"PolicyInputList": [DOCUMENT], "ActionNames": ["s3:GetObject"]}, "*"),
    Row("SimulatePrincipalPolicy", {"PolicySourceArn": USER, "ActionNames": ["s3:GetObject"]}, USER),
    Row("TagInstanceProfile", {**M, "Tags": TAGS}, PROFILE),
    Row("TagMFADevice", {**S, "Tags": TAGS}, SPARE_DEVICE),
    Row("TagOpenIDConnectProvider", {**W, "Tags": TAGS}, IDP),
    Row("TagPolicy", {**P, "Tags": TAGS}, POLICY),
    Row("TagRole", {**R, "Tags": TAGS}, ROLE),
    Row("TagUser", {**U, "Tags": TAGS}, USER),
    Row("UntagInstanceProfile", {**M, "TagKeys": ["held"]}, PROFILE),
    Row("UntagMFADevice", {**S, "TagKeys": ["held"]}, SPARE_DEVICE),
    Row("UntagOpenIDConnectProvider", {**W, "TagKeys": ["held"]}, IDP),
    Row("UntagPolicy", {**P, "TagKeys": ["held"]}, POLICY),
    Row("UntagRole", {**R, "TagKeys": ["held"]}, ROLE),
    Row("UntagUser", {**U, "TagKeys": ["held"]}, USER),
    Row("UpdateAccessKey", {**U, "AccessKeyId": "{KEY}", "Status": "Inactive"}, USER),
    Row("UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 14}, "*"),
    Row("UpdateAssumeRolePolicy", {**R, "PolicyDocument": TRUST.replace("ec2", "ecs")}, ROLE),
    Row("UpdateGroup", {**G, "NewGroupName": "renamed"}, GROUP),
    Row("UpdateLoginProfile", {**U, "PasswordResetRequired": True}, USER),
    Row("UpdateOpenIDConnectProviderThumbprint", {**W, "ThumbprintList": ["b" * 40]}, IDP),
    Row("UpdateRole", {**R, "Description": "other"}, ROLE),
    Row("UpdateRoleDescription", {**R, "Description": "other"}, ROLE),
    Row("UpdateServiceSpecificCredential", {**C, "Status": "Inactive"}, USER),
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
            Row("ListServiceDecisions", {}, "*"),
            Row("ListSessions", U, USER),
            Row("PutAccountName", {"AccountName": "Renamed"}, "arn:aws:account::{A}:account"),
            Row("PutSecuritySettings", {"MinimumDigits": 2}, "*"),
            Row("UnlockUser", U, USER),
        )
    ),
]
# Lists of resources that iamd does not have: always empty, but they accept markers.
EMPTY_LISTS = {
    "ListSSHPublicKeys",
    "ListServerCertificates",
    "ListSigningCertificates",
}
# Operations on the caller itself (some need a console session), and operations of the root user.
SELF_SERVICE_OPERATIONS = {
    "iam": {"ChangePassword"},
    "iamd": {"CreateRecoveryCodes", "GetPasswordRules", "GetSession", "RegisterPasskey"}
    | {"StartPasskeyRegistration"},
}
ROOT_OPERATIONS = {"ChangeRootPassword", "UpdateRootEmail"} | {
    f"{verb}RootMFADevice" for verb in ("Deactivate", "Enable", "Resync")
}


def fill_placeholders(value: Any, names: dict[str, str]) -> Any:
    """Substitute the placeholders in a value."""
    if isinstance(value, str):
        for name, replacement in names.items():
            value = value.replace(name, replacement)
        return value
    if isinstance(value, dict):
        return {name: fill_placeholders(inner, names) for name, inner in value.items()}
    return value
