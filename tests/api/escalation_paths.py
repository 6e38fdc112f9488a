"""The paths by which IAM and STS let somebody have more than was given, with all that each of them needs.

They are those that have been published of AWS (by Rhino Security Labs, and on pathfinding.cloud), and more
that follow from what IAM serves: whatever changes what a policy says, whom it is for, or when it counts.
"""

import json
from typing import Any

from tests.api.escalations import Attack, Path, SignIn, Step, step, use_stolen_key
from tests.people import OTHER_PASSWORD, PASSWORD, enrol
from tests.servers import allow, deny, document

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN, FENCE = "arn:aws:iam::{A}:policy/own", "arn:aws:iam::{A}:policy/fence"
EVERYTHING = document(allow("*"))
HARMLESS = document(allow("s3:ListAllMyBuckets"))
POWER = allow("iam:UpdateAccountPasswordPolicy")  # what shows that a path led somewhere
BRAKE = deny("iam:UpdateAccountPasswordPolicy")
ACCOUNT, MALLORY = "arn:aws:iam::{A}:root", "arn:aws:iam::{A}:user/mallory"
BOSS, WORKER = "arn:aws:iam::{A}:user/boss", "arn:aws:iam::{A}:role/worker"
ME, HIM, ROLE, TEAM = (
    {"UserName": "mallory"},
    {"UserName": "boss"},
    {"RoleName": "worker"},
    {"GroupName": "team"},
)
SHE_HOLDS, HE_HOLDS = {**ME, "PolicyName": "held"}, {**HIM, "PolicyName": "held"}


def trust(who: str, *actions: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": who}, "Action": list(actions) or "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})


def when(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def inline(holder: dict[str, str], *statements: dict[str, Any], name: str = "held") -> Step:
    """Give an inline policy to a user, a group or a role."""
    kind = next(iter(holder)).removesuffix("Name")
    return Step(f"Put{kind}Policy", {**holder, "PolicyName": name, "PolicyDocument": document(*statements)})


def worker(who: str, *statements: dict[str, Any], **more: Any) -> tuple[Step, ...]:
    """Make the role `worker` that trusts somebody."""
    made = step("CreateRole", **ROLE, AssumeRolePolicyDocument=trust(who), **more)
    return (made, inline(ROLE, *statements)) if statements else (made,)


def own(*documents: str) -> tuple[Step, ...]:
    """Make mallory's own managed policy, whose first version is the one that counts."""
    first, *more = documents
    return (
        step("CreatePolicy", PolicyName="own", PolicyDocument=first),
        *(step("CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=one) for one in more),
    )


def fence(*actions: str) -> Step:
    """Make the policy that is somebody's boundary, and lets them do so much."""
    return step("CreatePolicy", PolicyName="fence", PolicyDocument=document(allow(*actions)))


ASSUME = step("AssumeRole", RoleArn=WORKER, RoleSessionName="hers")
ATTACHED = step("AttachUserPolicy", **ME, PolicyArn=OWN)
IN_TEAM = (step("CreateGroup", **TEAM), step("AddUserToGroup", **TEAM, **ME))
THE_BOSS = (step("CreateUser", **HIM), step("AttachUserPolicy", **HIM, PolicyArn=ADMIN))
SOMEBODY = (step("CreateUser", **HIM),)
NEW_DEFAULT = {"PolicyDocument": EVERYTHING, "SetAsDefault": True}
KEY_OF_BOSS = step("CreateAccessKey", **HIM)
GIVES_ALL = {"PolicyName": "all", "PolicyDocument": EVERYTHING}
PASSWORD_OF_BOSS = step("CreateLoginProfile", **HIM, Password=PASSWORD)

BY_POLICIES = [
    Path(
        "a new version of one's policy",
        ("iam:CreatePolicyVersion",),
        (step("CreatePolicyVersion", PolicyArn=OWN, **NEW_DEFAULT),),
        (*own(HARMLESS), ATTACHED),
    ),
    Path(
        "an older version of one's policy",
        ("iam:SetDefaultPolicyVersion",),
        (step("SetDefaultPolicyVersion", PolicyArn=OWN, VersionId="v2"),),
        (*own(HARMLESS, EVERYTHING), ATTACHED),
    ),
    Path(
        "room for a new version of one's policy",
        ("iam:DeletePolicyVersion", "iam:CreatePolicyVersion"),
        (
            step("DeletePolicyVersion", PolicyArn=OWN, VersionId="v2"),
            step("CreatePolicyVersion", PolicyArn=OWN, **NEW_DEFAULT),
        ),
        (*own(*[HARMLESS] * 5), ATTACHED),
    ),
    Path(
        "a managed policy for oneself",
        ("iam:AttachUserPolicy",),
        (step("AttachUserPolicy", **ME, PolicyArn=ADMIN),),
    ),
    Path(
        "a managed policy for one's group",
        ("iam:AttachGroupPolicy",),
        (step("AttachGroupPolicy", **TEAM, PolicyArn=ADMIN),),
        IN_TEAM,
    ),
    Path(
        "a managed policy of one's own making, where AWS's may not be attached",
        ("iam:CreatePolicy",),
        (step("CreatePolicy", PolicyName="own", PolicyDocument=EVERYTHING), ATTACHED),
        (inline(ME, allow("iam:AttachUserPolicy", **when("ArnLike", "iam:PolicyARN", OWN))),),
    ),
    Path("an inline policy for oneself", ("iam:PutUserPolicy",), (step("PutUserPolicy", **ME, **GIVES_ALL),)),
    Path(
        "an inline policy for one's group",
        ("iam:PutGroupPolicy",),
        (step("PutGroupPolicy", **TEAM, **GIVES_ALL),),
        IN_TEAM,
    ),
    Path(
        "a group that may more",
        ("iam:AddUserToGroup",),
        (step("AddUserToGroup", **TEAM, **ME),),
        (step("CreateGroup", **TEAM), step("AttachGroupPolicy", **TEAM, PolicyArn=ADMIN)),
    ),
    Path(
        "a group of one's own",
        ("iam:CreateGroup", "iam:AttachGroupPolicy", "iam:AddUserToGroup"),
        (
            step("CreateGroup", **TEAM),
            step("AttachGroupPolicy", **TEAM, PolicyArn=ADMIN),
            step("AddUserToGroup", **TEAM, **ME),
        ),
    ),
    Path(
        "a group that is moved to where one may join",
        ("iam:UpdateGroup",),
        (step("UpdateGroup", **TEAM, NewPath="/dev/"), step("AddUserToGroup", **TEAM, **ME)),
        (
            step("CreateGroup", **TEAM),
            inline(TEAM, POWER),
            inline(ME, allow("iam:AddUserToGroup", resource="arn:aws:iam::{A}:group/dev/*")),
        ),
    ),
    Path(
        "a path whose users may more",
        ("iam:UpdateUser",),
        (step("UpdateUser", **ME, NewPath="/chiefs/"),),
        (inline(ME, POWER | when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::{A}:user/chiefs/*")),),
    ),
    Path(
        "a name that may more",
        ("iam:UpdateUser",),
        (step("UpdateUser", **ME, NewUserName="chief"),),
        (inline(ME, POWER | when("StringEquals", "aws:username", "chief")),),
    ),
    Path(
        "a managed policy that denies, detached",
        ("iam:DetachUserPolicy",),
        (step("DetachUserPolicy", **ME, PolicyArn=OWN),),
        (*own(document(BRAKE)), ATTACHED, inline(ME, POWER)),
    ),
    Path(
        "an inline policy that denies, deleted",
        ("iam:DeleteUserPolicy",),
        (step("DeleteUserPolicy", **SHE_HOLDS),),
        (inline(ME, BRAKE), inline(ME, POWER, name="power")),
    ),
    Path(
        "a group that is denied, left",
        ("iam:RemoveUserFromGroup",),
        (step("RemoveUserFromGroup", **TEAM, **ME),),
        (*IN_TEAM, inline(TEAM, BRAKE), inline(ME, POWER)),
    ),
    Path(
        "a managed policy that denies one's group, detached",
        ("iam:DetachGroupPolicy",),
        (step("DetachGroupPolicy", **TEAM, PolicyArn=OWN),),
        (
            *IN_TEAM,
            *own(document(BRAKE)),
            step("AttachGroupPolicy", **TEAM, PolicyArn=OWN),
            inline(ME, POWER),
        ),
    ),
    Path(
        "an inline policy that denies one's group, deleted",
        ("iam:DeleteGroupPolicy",),
        (step("DeleteGroupPolicy", **TEAM, PolicyName="held"),),
        (*IN_TEAM, inline(TEAM, BRAKE), inline(ME, POWER)),
    ),
    Path(
        "a version that did not deny yet",
        ("iam:SetDefaultPolicyVersion",),
        (step("SetDefaultPolicyVersion", PolicyArn=OWN, VersionId="v2"),),
        (*own(document(BRAKE), HARMLESS), ATTACHED, inline(ME, POWER)),
    ),
    Path(
        "no boundary",
        ("iam:DeleteUserPermissionsBoundary",),
        (step("DeleteUserPermissionsBoundary", **ME),),
        (
            inline(ME, POWER),
            fence("iam:*Boundary"),
            step("PutUserPermissionsBoundary", **ME, PermissionsBoundary=FENCE),
        ),
    ),
    Path(
        "another boundary",
        ("iam:PutUserPermissionsBoundary",),
        (step("PutUserPermissionsBoundary", **ME, PermissionsBoundary=ADMIN),),
        (
            inline(ME, POWER),
            fence("iam:*Boundary"),
            step("PutUserPermissionsBoundary", **ME, PermissionsBoundary=FENCE),
        ),
    ),
    Path(
        "a boundary that lets everything through",
        ("iam:CreatePolicyVersion",),
        (step("CreatePolicyVersion", PolicyArn=FENCE, **NEW_DEFAULT),),
        (
            inline(ME, POWER),
            fence("iam:CreatePolicyVersion"),
            step("PutUserPermissionsBoundary", **ME, PermissionsBoundary=FENCE),
        ),
    ),
]

BY_OTHERS = [
    Path("a key of somebody who may more", ("iam:CreateAccessKey",), (KEY_OF_BOSS,), THE_BOSS),
    Path(
        "room for a key of somebody who may more",
        ("iam:DeleteAccessKey", "iam:CreateAccessKey"),
        (step("DeleteAccessKey", **HIM, AccessKeyId="{KEY}"), KEY_OF_BOSS),
        (*THE_BOSS, KEY_OF_BOSS, KEY_OF_BOSS),
    ),
    Path(
        "a key that leaked and was switched off",
        ("iam:UpdateAccessKey",),
        (step("UpdateAccessKey", **HIM, AccessKeyId="{KEY}", Status="Active"), use_stolen_key),
        (*THE_BOSS, KEY_OF_BOSS, step("UpdateAccessKey", **HIM, AccessKeyId="{KEY}", Status="Inactive")),
    ),
    Path(
        "a managed policy for a user whose key one makes",
        ("iam:AttachUserPolicy", "iam:CreateAccessKey"),
        (step("AttachUserPolicy", **HIM, PolicyArn=ADMIN), KEY_OF_BOSS),
        SOMEBODY,
    ),
    Path(
        "an inline policy for a user whose key one makes",
        ("iam:PutUserPolicy", "iam:CreateAccessKey"),
        (step("PutUserPolicy", **HIM, **GIVES_ALL), KEY_OF_BOSS),
        SOMEBODY,
    ),
    Path(
        "a new user in a group that may more",
        ("iam:CreateUser", "iam:AddUserToGroup", "iam:CreateAccessKey"),
        (*SOMEBODY, step("AddUserToGroup", **TEAM, **HIM), KEY_OF_BOSS),
        (step("CreateGroup", **TEAM), inline(TEAM, POWER)),
    ),
    Path(
        "a new user with everything",
        ("iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"),
        (*THE_BOSS, KEY_OF_BOSS),
    ),
    Path(
        "a password for somebody who may more",
        ("iam:CreateLoginProfile",),
        (PASSWORD_OF_BOSS, SignIn("boss", PASSWORD)),
        THE_BOSS,
    ),
    Path(
        "another password for somebody who may more",
        ("iam:UpdateLoginProfile",),
        (step("UpdateLoginProfile", **HIM, Password=OTHER_PASSWORD), SignIn("boss", OTHER_PASSWORD)),
        (*THE_BOSS, PASSWORD_OF_BOSS),
    ),
    Path(
        "a password in another's place",
        ("iam:DeleteLoginProfile", "iam:CreateLoginProfile"),
        (
            step("DeleteLoginProfile", **HIM),
            step("CreateLoginProfile", **HIM, Password=OTHER_PASSWORD),
            SignIn("boss", OTHER_PASSWORD),
        ),
        (*THE_BOSS, PASSWORD_OF_BOSS),
    ),
]


def boss_has_an_app(attack: Attack) -> None:
    attack.names["{SERIAL}"] = enrol(attack.account, "boss")[1]


def enable_own_device(attack: Attack) -> None:
    """Give boss the device that mallory made, and has the codes of."""
    if attack.device is not None:
        attack.device.enable(attack.client("iam"), "boss")


def show_a_code(attack: Attack) -> None:
    """Call with the stolen key, and with a code of the device that mallory made if she made one."""
    use_stolen_key(attack)
    if attack.device is not None:
        serial, code = attack.device.serial, attack.device.code(1)
        attack.use(attack.client("sts").get_session_token(SerialNumber=serial, TokenCode=code))


BY_MFA = [
    Path(
        "another's MFA device, taken away",
        ("iam:DeactivateMFADevice",),
        (step("DeactivateMFADevice", **HIM, SerialNumber="{SERIAL}"), SignIn("boss", PASSWORD)),
        (*THE_BOSS, PASSWORD_OF_BOSS, boss_has_an_app),
    ),
    Path(
        "one's own MFA device, given to another",
        ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice"),
        (step("CreateVirtualMFADevice", VirtualMFADeviceName="m"), enable_own_device, show_a_code),
        (
            *SOMEBODY,
            inline(HIM, POWER | when("Bool", "aws:MultiFactorAuthPresent", "true")),
            KEY_OF_BOSS,
        ),
    ),
]
