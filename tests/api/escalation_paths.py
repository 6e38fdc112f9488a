"""Privilege escalation paths through policies, credentials and MFA, with the actions that each requires.

They are the paths published for AWS (by Rhino Security Labs, and on pathfinding.cloud), and others that
follow from the operations of IAM: each call that changes a policy, the entities that it applies to, or the
values that its conditions compare. `mallory` is the attacker, `boss` another user, `worker` a role.
"""

import json
from typing import Any

from tests.api.escalations import Attack, Path, SignIn, Step, step, use_stolen_key
from tests.console_users import OTHER_PASSWORD, PASSWORD, assign_authenticator
from tests.servers import allow, deny, document

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN_POLICY, BOUNDARY = "arn:aws:iam::{A}:policy/own", "arn:aws:iam::{A}:policy/fence"
ALLOW_ALL = document(allow("*"))
HARMLESS_DOCUMENT = document(allow("s3:ListAllMyBuckets"))
# The goal of every path: an action that no path requires.
ALLOW_GOAL = allow("iam:UpdateAccountPasswordPolicy")
DENY_GOAL = deny("iam:UpdateAccountPasswordPolicy")
ACCOUNT_ARN, MALLORY_ARN = "arn:aws:iam::{A}:root", "arn:aws:iam::{A}:user/mallory"
BOSS_ARN, WORKER_ARN = "arn:aws:iam::{A}:user/boss", "arn:aws:iam::{A}:role/worker"
MALLORY, BOSS, WORKER, TEAM = (
    {"UserName": "mallory"},
    {"UserName": "boss"},
    {"RoleName": "worker"},
    {"GroupName": "team"},
)
MALLORY_INLINE_POLICY = {**MALLORY, "PolicyName": "inline"}


def trust_policy(principal: str, *actions: str, **elements: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": list(actions) or "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | elements]})


def condition(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def put_inline_policy(entity: dict[str, str], *statements: dict[str, Any], name: str = "inline") -> Step:
    """Return a step that puts an inline policy on a user, a group or a role."""
    kind = next(iter(entity)).removesuffix("Name")
    return Step(f"Put{kind}Policy", {**entity, "PolicyName": name, "PolicyDocument": document(*statements)})


def create_worker(principal: str, *statements: dict[str, Any], **params: Any) -> tuple[Step, ...]:
    """Return the steps that create the role `worker`, with an inline policy if it has statements."""
    create_role = step("CreateRole", **WORKER, AssumeRolePolicyDocument=trust_policy(principal), **params)
    return (create_role, put_inline_policy(WORKER, *statements)) if statements else (create_role,)


def create_own_policy(*documents: str) -> tuple[Step, ...]:
    """Return the steps that create the managed policy `own`, whose default version is the first document."""
    first, *others = documents
    return (
        step("CreatePolicy", PolicyName="own", PolicyDocument=first),
        *(step("CreatePolicyVersion", PolicyArn=OWN_POLICY, PolicyDocument=other) for other in others),
    )


def create_boundary(*actions: str) -> Step:
    """Return a step that creates the policy `fence`, a permissions boundary that allows these actions."""
    return step("CreatePolicy", PolicyName="fence", PolicyDocument=document(allow(*actions)))


ASSUME_WORKER = step("AssumeRole", RoleArn=WORKER_ARN, RoleSessionName="work")
ATTACH_OWN_POLICY = step("AttachUserPolicy", **MALLORY, PolicyArn=OWN_POLICY)
CREATE_TEAM_OF_MALLORY = (step("CreateGroup", **TEAM), step("AddUserToGroup", **TEAM, **MALLORY))
CREATE_ADMIN_BOSS = (step("CreateUser", **BOSS), step("AttachUserPolicy", **BOSS, PolicyArn=ADMIN))
CREATE_BOSS = (step("CreateUser", **BOSS),)
ALLOW_ALL_AS_DEFAULT = {"PolicyDocument": ALLOW_ALL, "SetAsDefault": True}
CREATE_KEY_OF_BOSS = step("CreateAccessKey", **BOSS)
ALLOW_ALL_INLINE = {"PolicyName": "all", "PolicyDocument": ALLOW_ALL}
CREATE_PASSWORD_OF_BOSS = step("CreateLoginProfile", **BOSS, Password=PASSWORD)

POLICY_PATHS = [
    Path(
        "CreatePolicyVersion: new default version of an attached policy",
        ("iam:CreatePolicyVersion",),
        (step("CreatePolicyVersion", PolicyArn=OWN_POLICY, **ALLOW_ALL_AS_DEFAULT),),
        (*create_own_policy(HARMLESS_DOCUMENT), ATTACH_OWN_POLICY),
    ),
    Path(
        "SetDefaultPolicyVersion: broader version of an attached policy",
        ("iam:SetDefaultPolicyVersion",),
        (step("SetDefaultPolicyVersion", PolicyArn=OWN_POLICY, VersionId="v2"),),
        (*create_own_policy(HARMLESS_DOCUMENT, ALLOW_ALL), ATTACH_OWN_POLICY),
    ),
    Path(
        "DeletePolicyVersion: quota for a new version of an attached policy",
        ("iam:DeletePolicyVersion", "iam:CreatePolicyVersion"),
        (
            step("DeletePolicyVersion", PolicyArn=OWN_POLICY, VersionId="v2"),
            step("CreatePolicyVersion", PolicyArn=OWN_POLICY, **ALLOW_ALL_AS_DEFAULT),
        ),
        (*create_own_policy(*[HARMLESS_DOCUMENT] * 5), ATTACH_OWN_POLICY),
    ),
    Path(
        "AttachUserPolicy: caller",
        ("iam:AttachUserPolicy",),
        (step("AttachUserPolicy", **MALLORY, PolicyArn=ADMIN),),
    ),
    Path(
        "AttachGroupPolicy: group of the caller",
        ("iam:AttachGroupPolicy",),
        (step("AttachGroupPolicy", **TEAM, PolicyArn=ADMIN),),
        CREATE_TEAM_OF_MALLORY,
    ),
    Path(
        "CreatePolicy: policy of the only ARN that the caller may attach",
        ("iam:CreatePolicy",),
        (step("CreatePolicy", PolicyName="own", PolicyDocument=ALLOW_ALL), ATTACH_OWN_POLICY),
        (
            put_inline_policy(
                MALLORY, allow("iam:AttachUserPolicy", **condition("ArnLike", "iam:PolicyARN", OWN_POLICY))
            ),
        ),
    ),
    Path(
        "PutUserPolicy: caller",
        ("iam:PutUserPolicy",),
        (step("PutUserPolicy", **MALLORY, **ALLOW_ALL_INLINE),),
    ),
    Path(
        "PutGroupPolicy: group of the caller",
        ("iam:PutGroupPolicy",),
        (step("PutGroupPolicy", **TEAM, **ALLOW_ALL_INLINE),),
        CREATE_TEAM_OF_MALLORY,
    ),
    Path(
        "AddUserToGroup: group with more permissions",
        ("iam:AddUserToGroup",),
        (step("AddUserToGroup", **TEAM, **MALLORY),),
        (step("CreateGroup", **TEAM), step("AttachGroupPolicy", **TEAM, PolicyArn=ADMIN)),
    ),
    Path(
        "CreateGroup: new group with a managed policy",
        ("iam:CreateGroup", "iam:AttachGroupPolicy", "iam:AddUserToGroup"),
        (
            step("CreateGroup", **TEAM),
            step("AttachGroupPolicy", **TEAM, PolicyArn=ADMIN),
            step("AddUserToGroup", **TEAM, **MALLORY),
        ),
    ),
    Path(
        "UpdateGroup: path whose groups the caller may join",
        ("iam:UpdateGroup",),
        (step("UpdateGroup", **TEAM, NewPath="/dev/"), step("AddUserToGroup", **TEAM, **MALLORY)),
        (
            step("CreateGroup", **TEAM),
            put_inline_policy(TEAM, ALLOW_GOAL),
            put_inline_policy(MALLORY, allow("iam:AddUserToGroup", resource="arn:aws:iam::{A}:group/dev/*")),
        ),
    ),
    Path(
        "UpdateUser: path with more permissions",
        ("iam:UpdateUser",),
        (step("UpdateUser", **MALLORY, NewPath="/chiefs/"),),
        (
            put_inline_policy(
                MALLORY,
                ALLOW_GOAL | condition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::{A}:user/chiefs/*"),
            ),
        ),
    ),
    Path(
        "UpdateUser: user name with more permissions",
        ("iam:UpdateUser",),
        (step("UpdateUser", **MALLORY, NewUserName="chief"),),
        (put_inline_policy(MALLORY, ALLOW_GOAL | condition("StringEquals", "aws:username", "chief")),),
    ),
    Path(
        "DetachUserPolicy: policy that denies",
        ("iam:DetachUserPolicy",),
        (step("DetachUserPolicy", **MALLORY, PolicyArn=OWN_POLICY),),
        (*create_own_policy(document(DENY_GOAL)), ATTACH_OWN_POLICY, put_inline_policy(MALLORY, ALLOW_GOAL)),
    ),
    Path(
        "DeleteUserPolicy: policy that denies",
        ("iam:DeleteUserPolicy",),
        (step("DeleteUserPolicy", **MALLORY_INLINE_POLICY),),
        (put_inline_policy(MALLORY, DENY_GOAL), put_inline_policy(MALLORY, ALLOW_GOAL, name="allow")),
    ),
    Path(
        "RemoveUserFromGroup: group whose policy denies",
        ("iam:RemoveUserFromGroup",),
        (step("RemoveUserFromGroup", **TEAM, **MALLORY),),
        (*CREATE_TEAM_OF_MALLORY, put_inline_policy(TEAM, DENY_GOAL), put_inline_policy(MALLORY, ALLOW_GOAL)),
    ),
    Path(
        "DetachGroupPolicy: policy that denies",
        ("iam:DetachGroupPolicy",),
        (step("DetachGroupPolicy", **TEAM, PolicyArn=OWN_POLICY),),
        (
            *CREATE_TEAM_OF_MALLORY,
            *create_own_policy(document(DENY_GOAL)),
            step("AttachGroupPolicy", **TEAM, PolicyArn=OWN_POLICY),
            put_inline_policy(MALLORY, ALLOW_GOAL),
        ),
    ),
    Path(
        "DeleteGroupPolicy: policy that denies",
        ("iam:DeleteGroupPolicy",),
        (step("DeleteGroupPolicy", **TEAM, PolicyName="inline"),),
        (*CREATE_TEAM_OF_MALLORY, put_inline_policy(TEAM, DENY_GOAL), put_inline_policy(MALLORY, ALLOW_GOAL)),
    ),
    Path(
        "SetDefaultPolicyVersion: version that does not deny",
        ("iam:SetDefaultPolicyVersion",),
        (step("SetDefaultPolicyVersion", PolicyArn=OWN_POLICY, VersionId="v2"),),
        (
            *create_own_policy(document(DENY_GOAL), HARMLESS_DOCUMENT),
            ATTACH_OWN_POLICY,
            put_inline_policy(MALLORY, ALLOW_GOAL),
        ),
    ),
    Path(
        "DeleteUserPermissionsBoundary: caller",
        ("iam:DeleteUserPermissionsBoundary",),
        (step("DeleteUserPermissionsBoundary", **MALLORY),),
        (
            put_inline_policy(MALLORY, ALLOW_GOAL),
            create_boundary("iam:*Boundary"),
            step("PutUserPermissionsBoundary", **MALLORY, PermissionsBoundary=BOUNDARY),
        ),
    ),
    Path(
        "PutUserPermissionsBoundary: broader boundary for the caller",
        ("iam:PutUserPermissionsBoundary",),
        (step("PutUserPermissionsBoundary", **MALLORY, PermissionsBoundary=ADMIN),),
        (
            put_inline_policy(MALLORY, ALLOW_GOAL),
            create_boundary("iam:*Boundary"),
            step("PutUserPermissionsBoundary", **MALLORY, PermissionsBoundary=BOUNDARY),
        ),
    ),
    Path(
        "CreatePolicyVersion: policy that is the boundary of the caller",
        ("iam:CreatePolicyVersion",),
        (step("CreatePolicyVersion", PolicyArn=BOUNDARY, **ALLOW_ALL_AS_DEFAULT),),
        (
            put_inline_policy(MALLORY, ALLOW_GOAL),
            create_boundary("iam:CreatePolicyVersion"),
            step("PutUserPermissionsBoundary", **MALLORY, PermissionsBoundary=BOUNDARY),
        ),
    ),
]

CREDENTIAL_PATHS = [
    Path(
        "CreateAccessKey: administrator", ("iam:CreateAccessKey",), (CREATE_KEY_OF_BOSS,), CREATE_ADMIN_BOSS
    ),
    Path(
        "DeleteAccessKey: quota for a new key of an administrator",
        ("iam:DeleteAccessKey", "iam:CreateAccessKey"),
        (step("DeleteAccessKey", **BOSS, AccessKeyId="{KEY}"), CREATE_KEY_OF_BOSS),
        (*CREATE_ADMIN_BOSS, CREATE_KEY_OF_BOSS, CREATE_KEY_OF_BOSS),
    ),
    Path(
        "UpdateAccessKey: stolen key that is inactive",
        ("iam:UpdateAccessKey",),
        (step("UpdateAccessKey", **BOSS, AccessKeyId="{KEY}", Status="Active"), use_stolen_key),
        (
            *CREATE_ADMIN_BOSS,
            CREATE_KEY_OF_BOSS,
            step("UpdateAccessKey", **BOSS, AccessKeyId="{KEY}", Status="Inactive"),
        ),
    ),
    Path(
        "AttachUserPolicy and CreateAccessKey: other user",
        ("iam:AttachUserPolicy", "iam:CreateAccessKey"),
        (step("AttachUserPolicy", **BOSS, PolicyArn=ADMIN), CREATE_KEY_OF_BOSS),
        CREATE_BOSS,
    ),
    Path(
        "PutUserPolicy and CreateAccessKey: other user",
        ("iam:PutUserPolicy", "iam:CreateAccessKey"),
        (step("PutUserPolicy", **BOSS, **ALLOW_ALL_INLINE), CREATE_KEY_OF_BOSS),
        CREATE_BOSS,
    ),
    Path(
        "CreateUser: new user in a group with more permissions",
        ("iam:CreateUser", "iam:AddUserToGroup", "iam:CreateAccessKey"),
        (*CREATE_BOSS, step("AddUserToGroup", **TEAM, **BOSS), CREATE_KEY_OF_BOSS),
        (step("CreateGroup", **TEAM), put_inline_policy(TEAM, ALLOW_GOAL)),
    ),
    Path(
        "CreateUser: new user with a managed policy",
        ("iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"),
        (*CREATE_ADMIN_BOSS, CREATE_KEY_OF_BOSS),
    ),
    Path(
        "CreateLoginProfile: administrator without a password",
        ("iam:CreateLoginProfile",),
        (CREATE_PASSWORD_OF_BOSS, SignIn("boss", PASSWORD)),
        CREATE_ADMIN_BOSS,
    ),
    Path(
        "UpdateLoginProfile: administrator",
        ("iam:UpdateLoginProfile",),
        (step("UpdateLoginProfile", **BOSS, Password=OTHER_PASSWORD), SignIn("boss", OTHER_PASSWORD)),
        (*CREATE_ADMIN_BOSS, CREATE_PASSWORD_OF_BOSS),
    ),
    Path(
        "DeleteLoginProfile: password of an administrator replaced",
        ("iam:DeleteLoginProfile", "iam:CreateLoginProfile"),
        (
            step("DeleteLoginProfile", **BOSS),
            step("CreateLoginProfile", **BOSS, Password=OTHER_PASSWORD),
            SignIn("boss", OTHER_PASSWORD),
        ),
        (*CREATE_ADMIN_BOSS, CREATE_PASSWORD_OF_BOSS),
    ),
]


def enable_device_of_boss(attack: Attack) -> None:
    attack.placeholders["{SERIAL}"] = assign_authenticator(attack.account, "boss")[1]


def enable_device_for_boss(attack: Attack) -> None:
    """Enable the device that mallory created for boss; she knows its codes."""
    if attack.device is not None:
        attack.device.enable(attack.client("iam"), "boss")


def use_stolen_key_with_code(attack: Attack) -> None:
    """Use the stolen key, with a session token for a code of mallory's device if she has created it."""
    use_stolen_key(attack)
    if attack.device is not None:
        serial, code = attack.device.serial, attack.device.code(1)
        attack.use_credentials(attack.client("sts").get_session_token(SerialNumber=serial, TokenCode=code))


MFA_PATHS = [
    Path(
        "DeactivateMFADevice: administrator whose password is known",
        ("iam:DeactivateMFADevice",),
        (step("DeactivateMFADevice", **BOSS, SerialNumber="{SERIAL}"), SignIn("boss", PASSWORD)),
        (*CREATE_ADMIN_BOSS, CREATE_PASSWORD_OF_BOSS, enable_device_of_boss),
    ),
    Path(
        "EnableMFADevice: own device for a user whose key is known",
        ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice"),
        (
            step("CreateVirtualMFADevice", VirtualMFADeviceName="m"),
            enable_device_for_boss,
            use_stolen_key_with_code,
        ),
        (
            *CREATE_BOSS,
            put_inline_policy(BOSS, ALLOW_GOAL | condition("Bool", "aws:MultiFactorAuthPresent", "true")),
            CREATE_KEY_OF_BOSS,
        ),
    ),
]
