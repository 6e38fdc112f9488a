"""The paths that lead through roles, and through tags that policies go by."""

from tests.api.answers import call
from tests.api.escalation_paths import (
    ACCOUNT,
    ADMIN,
    ASSUME,
    ATTACHED,
    BOSS,
    BRAKE,
    FENCE,
    GIVES_ALL,
    HARMLESS,
    HIM,
    KEY_OF_BOSS,
    MALLORY,
    ME,
    NEW_DEFAULT,
    OWN,
    POWER,
    ROLE,
    SOMEBODY,
    THE_BOSS,
    WORKER,
    fence,
    inline,
    own,
    trust,
    when,
    worker,
)
from tests.api.escalations import Attack, Path, step
from tests.servers import allow, deny, document

ASSUMES = "sts:AssumeRole"
PROFILE = {"InstanceProfileName": "machine"}
ATTACH = step("AttachRolePolicy", **ROLE, PolicyArn=ADMIN)
PUT = step("PutRolePolicy", **ROLE, **GIVES_ALL)
TRUST_HER = step("UpdateAssumeRolePolicy", **ROLE, PolicyDocument=trust(MALLORY))
TRUST_ALL = step("UpdateAssumeRolePolicy", **ROLE, PolicyDocument=trust(ACCOUNT))
TEAM = [{"Key": "team", "Value": "chiefs"}]
OF_CHIEFS = when("StringEquals", "aws:PrincipalTag/team", "chiefs")
ON_CHIEFS = when("StringEquals", "iam:ResourceTag/team", "chiefs")
ON_CHIEFS_AWS = when("StringEquals", "aws:ResourceTag/team", "chiefs")
FROZEN = [{"Key": "frozen", "Value": "yes"}]
IF_FROZEN = BRAKE | when("StringEquals", "aws:PrincipalTag/frozen", "yes")
GIVE = step("AddRoleToInstanceProfile", **PROFILE, **ROLE)

BY_ROLES = [
    Path("a role", (ASSUMES,), (ASSUME,), worker(ACCOUNT, POWER)),
    Path(
        "a managed policy for a role that trusts one by name",
        ("iam:AttachRolePolicy",),
        (ATTACH, ASSUME),
        worker(MALLORY),
    ),
    Path(
        "a managed policy for a role that trusts the account",
        ("iam:AttachRolePolicy", ASSUMES),
        (ATTACH, ASSUME),
        worker(ACCOUNT),
    ),
    Path(
        "an inline policy for a role that trusts one by name",
        ("iam:PutRolePolicy",),
        (PUT, ASSUME),
        worker(MALLORY),
    ),
    Path(
        "an inline policy for a role that trusts the account",
        ("iam:PutRolePolicy", ASSUMES),
        (PUT, ASSUME),
        worker(ACCOUNT),
    ),
    Path(
        "a new version of a role's policy",
        ("iam:CreatePolicyVersion", ASSUMES),
        (step("CreatePolicyVersion", PolicyArn=OWN, **NEW_DEFAULT), ASSUME),
        (*worker(ACCOUNT), *own(HARMLESS), step("AttachRolePolicy", **ROLE, PolicyArn=OWN)),
    ),
    Path(
        "a role that comes to trust one by name",
        ("iam:UpdateAssumeRolePolicy",),
        (TRUST_HER, ASSUME),
        (*SOMEBODY, *worker(BOSS, POWER)),
    ),
    Path(
        "a role that comes to trust the account",
        ("iam:UpdateAssumeRolePolicy", ASSUMES),
        (TRUST_ALL, ASSUME),
        (*SOMEBODY, *worker(BOSS, POWER)),
    ),
    Path(
        "a managed policy for a role that comes to trust one",
        ("iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"),
        (ATTACH, TRUST_HER, ASSUME),
        (*SOMEBODY, *worker(BOSS)),
    ),
    Path(
        "an inline policy for a role that comes to trust one",
        ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
        (PUT, TRUST_HER, ASSUME),
        (*SOMEBODY, *worker(BOSS)),
    ),
    Path(
        "a new version of the policy of a role that comes to trust one",
        ("iam:CreatePolicyVersion", "iam:UpdateAssumeRolePolicy"),
        (step("CreatePolicyVersion", PolicyArn=OWN, **NEW_DEFAULT), TRUST_HER, ASSUME),
        (*SOMEBODY, *worker(BOSS), *own(HARMLESS), step("AttachRolePolicy", **ROLE, PolicyArn=OWN)),
    ),
    Path(
        "a new role with a managed policy",
        ("iam:CreateRole", "iam:AttachRolePolicy"),
        (*worker(MALLORY), ATTACH, ASSUME),
    ),
    Path(
        "a new role with a managed policy that trusts the account",
        ("iam:CreateRole", "iam:AttachRolePolicy", ASSUMES),
        (*worker(ACCOUNT), ATTACH, ASSUME),
    ),
    Path(
        "a new role with an inline policy",
        ("iam:CreateRole", "iam:PutRolePolicy"),
        (*worker(MALLORY), PUT, ASSUME),
    ),
    Path(
        "a managed policy that denies a role, detached",
        ("iam:DetachRolePolicy",),
        (step("DetachRolePolicy", **ROLE, PolicyArn=OWN), ASSUME),
        (
            *worker(MALLORY, POWER),
            *own(document(BRAKE)),
            step("AttachRolePolicy", **ROLE, PolicyArn=OWN),
        ),
    ),
    Path(
        "an inline policy that denies a role, deleted",
        ("iam:DeleteRolePolicy",),
        (step("DeleteRolePolicy", **ROLE, PolicyName="brake"), ASSUME),
        (*worker(MALLORY, POWER), inline(ROLE, BRAKE, name="brake")),
    ),
    Path(
        "a role without its boundary",
        ("iam:DeleteRolePermissionsBoundary",),
        (step("DeleteRolePermissionsBoundary", **ROLE), ASSUME),
        (fence("s3:*"), *worker(MALLORY, POWER, PermissionsBoundary=FENCE)),
    ),
    Path(
        "a role with another boundary",
        ("iam:PutRolePermissionsBoundary", ASSUMES),
        (step("PutRolePermissionsBoundary", **ROLE, PermissionsBoundary=ADMIN), ASSUME),
        (fence("s3:*"), *worker(ACCOUNT, POWER, PermissionsBoundary=FENCE)),
    ),
]


def machine_has_it(attack: Attack) -> bool:
    """Say whether a machine of the profile would have the role."""
    found = call(attack.admin, "ListInstanceProfilesForRole", **ROLE)["InstanceProfiles"]
    return [profile["InstanceProfileName"] for profile in found] == ["machine"]


BY_PASSING = [
    Path(
        "a role for a machine",
        ("iam:AddRoleToInstanceProfile", "iam:PassRole"),
        (GIVE,),
        (step("CreateInstanceProfile", **PROFILE), *worker(ACCOUNT, POWER)),
        machine_has_it,
    ),
    Path(
        "a role for a machine, in a profile of one's own",
        ("iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:PassRole"),
        (step("CreateInstanceProfile", **PROFILE), GIVE),
        worker(ACCOUNT, POWER),
        machine_has_it,
    ),
    Path(
        "a role for a machine, in another's place",
        ("iam:RemoveRoleFromInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:PassRole"),
        (step("RemoveRoleFromInstanceProfile", **PROFILE, RoleName="idler"), GIVE),
        (
            step("CreateInstanceProfile", **PROFILE),
            step("CreateRole", RoleName="idler", AssumeRolePolicyDocument=trust(ACCOUNT)),
            step("AddRoleToInstanceProfile", **PROFILE, RoleName="idler"),
            *worker(ACCOUNT, POWER),
        ),
        machine_has_it,
    ),
]

BY_TAGS = [
    Path(
        "a tag that gives more",
        ("iam:TagUser",),
        (step("TagUser", **ME, Tags=TEAM),),
        (inline(ME, POWER | OF_CHIEFS),),
    ),
    Path(
        "a tag that is denied, taken off",
        ("iam:UntagUser",),
        (step("UntagUser", **ME, TagKeys=["frozen"]),),
        (step("TagUser", **ME, Tags=FROZEN), inline(ME, POWER, IF_FROZEN)),
    ),
    Path(
        "a tag that puts somebody into one's reach",
        ("iam:TagUser",),
        (step("TagUser", **HIM, Tags=TEAM), KEY_OF_BOSS),
        (*THE_BOSS, inline(ME, allow("iam:CreateAccessKey", **ON_CHIEFS))),
    ),
    Path(
        "a tag that kept somebody out of one's reach, taken off",
        ("iam:UntagUser",),
        (step("UntagUser", **HIM, TagKeys=["team"]), KEY_OF_BOSS),
        (
            *THE_BOSS,
            step("TagUser", **HIM, Tags=TEAM),
            inline(ME, allow("iam:CreateAccessKey"), deny("iam:CreateAccessKey", **ON_CHIEFS)),
        ),
    ),
    Path(
        "a tag that puts a policy into one's reach",
        ("iam:TagPolicy",),
        (
            step("TagPolicy", PolicyArn=OWN, Tags=TEAM),
            step("CreatePolicyVersion", PolicyArn=OWN, **NEW_DEFAULT),
        ),
        (*own(HARMLESS), ATTACHED, inline(ME, allow("iam:CreatePolicyVersion", **ON_CHIEFS))),
    ),
    Path(
        "a tag that kept a policy out of one's reach, taken off",
        ("iam:UntagPolicy",),
        (
            step("UntagPolicy", PolicyArn=OWN, TagKeys=["team"]),
            step("CreatePolicyVersion", PolicyArn=OWN, **NEW_DEFAULT),
        ),
        (
            *own(HARMLESS),
            ATTACHED,
            step("TagPolicy", PolicyArn=OWN, Tags=TEAM),
            inline(ME, allow("iam:CreatePolicyVersion"), deny("iam:CreatePolicyVersion", **ON_CHIEFS)),
        ),
    ),
    Path(
        "a tag that puts a machine into one's reach",
        ("iam:TagInstanceProfile", "iam:PassRole"),
        (step("TagInstanceProfile", **PROFILE, Tags=TEAM), GIVE),
        (
            step("CreateInstanceProfile", **PROFILE),
            *worker(ACCOUNT, POWER),
            inline(ME, allow("iam:AddRoleToInstanceProfile", **ON_CHIEFS_AWS)),
        ),
        machine_has_it,
    ),
    Path(
        "a tag that puts a role into one's reach",
        ("iam:TagRole",),
        (step("TagRole", **ROLE, Tags=TEAM), ASSUME),
        (
            *worker(ACCOUNT, POWER),
            inline(ME, allow(ASSUMES, **ON_CHIEFS_AWS)),
        ),
    ),
    Path(
        "a tag that gives a role more",
        ("iam:TagRole",),
        (step("TagRole", **ROLE, Tags=TEAM), ASSUME),
        worker(MALLORY, POWER | OF_CHIEFS),
    ),
    Path(
        "a tag that is denied to a role, taken off",
        ("iam:UntagRole", ASSUMES),
        (step("UntagRole", **ROLE, TagKeys=["frozen"]), ASSUME),
        worker(ACCOUNT, POWER, IF_FROZEN, Tags=FROZEN),
    ),
    Path(
        "a tag that a session brings along",
        (ASSUMES, "sts:TagSession"),
        (step("AssumeRole", RoleArn=WORKER, RoleSessionName="hers", Tags=TEAM),),
        (
            *worker(ACCOUNT, POWER | OF_CHIEFS),
            step("UpdateAssumeRolePolicy", **ROLE, PolicyDocument=trust(ACCOUNT, ASSUMES, "sts:TagSession")),
        ),
    ),
    Path(
        "a source identity that a session brings along",
        (ASSUMES, "sts:SetSourceIdentity"),
        (step("AssumeRole", RoleArn=WORKER, RoleSessionName="hers", SourceIdentity="boss"),),
        (
            *worker(ACCOUNT, POWER | when("StringEquals", "aws:SourceIdentity", "boss")),
            step(
                "UpdateAssumeRolePolicy",
                **ROLE,
                PolicyDocument=trust(ACCOUNT, ASSUMES, "sts:SetSourceIdentity"),
            ),
        ),
    ),
]
