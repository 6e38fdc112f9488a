"""Privilege escalation paths through roles, iam:PassRole, and tags that conditions compare."""

from tests.api.escalation_paths import (
    ACCOUNT_ARN,
    ADMIN,
    ALLOW_ALL_AS_DEFAULT,
    ALLOW_ALL_INLINE,
    ALLOW_GOAL,
    ASSUME_WORKER,
    ATTACH_OWN_POLICY,
    BOSS,
    BOSS_ARN,
    BOUNDARY,
    CREATE_ADMIN_BOSS,
    CREATE_BOSS,
    CREATE_KEY_OF_BOSS,
    DENY_GOAL,
    HARMLESS_DOCUMENT,
    MALLORY,
    MALLORY_ARN,
    OWN_POLICY,
    WORKER,
    WORKER_ARN,
    condition,
    create_boundary,
    create_own_policy,
    create_worker,
    put_inline_policy,
    trust_policy,
)
from tests.api.escalations import Attack, Path, step
from tests.api.responses import call
from tests.servers import allow, deny, document

ASSUME_ROLE = "sts:AssumeRole"
PROFILE = {"InstanceProfileName": "machine"}
ATTACH_ADMIN_POLICY = step("AttachRolePolicy", **WORKER, PolicyArn=ADMIN)
PUT_ALLOW_ALL = step("PutRolePolicy", **WORKER, **ALLOW_ALL_INLINE)
TRUST_MALLORY = step("UpdateAssumeRolePolicy", **WORKER, PolicyDocument=trust_policy(MALLORY_ARN))
TRUST_ACCOUNT = step("UpdateAssumeRolePolicy", **WORKER, PolicyDocument=trust_policy(ACCOUNT_ARN))
CHIEFS_TAGS = [{"Key": "team", "Value": "chiefs"}]
PRINCIPAL_TAG_IS_CHIEFS = condition("StringEquals", "aws:PrincipalTag/team", "chiefs")
IAM_RESOURCE_TAG_IS_CHIEFS = condition("StringEquals", "iam:ResourceTag/team", "chiefs")
AWS_RESOURCE_TAG_IS_CHIEFS = condition("StringEquals", "aws:ResourceTag/team", "chiefs")
FROZEN_TAGS = [{"Key": "frozen", "Value": "yes"}]
DENY_GOAL_IF_FROZEN = DENY_GOAL | condition("StringEquals", "aws:PrincipalTag/frozen", "yes")
ADD_WORKER_TO_PROFILE = step("AddRoleToInstanceProfile", **PROFILE, **WORKER)

ROLE_PATHS = [
    Path(
        "AssumeRole: role with more permissions",
        (ASSUME_ROLE,),
        (ASSUME_WORKER,),
        create_worker(ACCOUNT_ARN, ALLOW_GOAL),
    ),
    Path(
        "AttachRolePolicy: role that trusts the caller",
        ("iam:AttachRolePolicy",),
        (ATTACH_ADMIN_POLICY, ASSUME_WORKER),
        create_worker(MALLORY_ARN),
    ),
    Path(
        "AttachRolePolicy: role that trusts the account",
        ("iam:AttachRolePolicy", ASSUME_ROLE),
        (ATTACH_ADMIN_POLICY, ASSUME_WORKER),
        create_worker(ACCOUNT_ARN),
    ),
    Path(
        "PutRolePolicy: role that trusts the caller",
        ("iam:PutRolePolicy",),
        (PUT_ALLOW_ALL, ASSUME_WORKER),
        create_worker(MALLORY_ARN),
    ),
    Path(
        "PutRolePolicy: role that trusts the account",
        ("iam:PutRolePolicy", ASSUME_ROLE),
        (PUT_ALLOW_ALL, ASSUME_WORKER),
        create_worker(ACCOUNT_ARN),
    ),
    Path(
        "CreatePolicyVersion: policy of a role that trusts the account",
        ("iam:CreatePolicyVersion", ASSUME_ROLE),
        (step("CreatePolicyVersion", PolicyArn=OWN_POLICY, **ALLOW_ALL_AS_DEFAULT), ASSUME_WORKER),
        (
            *create_worker(ACCOUNT_ARN),
            *create_own_policy(HARMLESS_DOCUMENT),
            step("AttachRolePolicy", **WORKER, PolicyArn=OWN_POLICY),
        ),
    ),
    Path(
        "UpdateAssumeRolePolicy: trust the caller",
        ("iam:UpdateAssumeRolePolicy",),
        (TRUST_MALLORY, ASSUME_WORKER),
        (*CREATE_BOSS, *create_worker(BOSS_ARN, ALLOW_GOAL)),
    ),
    Path(
        "UpdateAssumeRolePolicy: trust the account",
        ("iam:UpdateAssumeRolePolicy", ASSUME_ROLE),
        (TRUST_ACCOUNT, ASSUME_WORKER),
        (*CREATE_BOSS, *create_worker(BOSS_ARN, ALLOW_GOAL)),
    ),
    Path(
        "AttachRolePolicy and UpdateAssumeRolePolicy: trust the caller",
        ("iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"),
        (ATTACH_ADMIN_POLICY, TRUST_MALLORY, ASSUME_WORKER),
        (*CREATE_BOSS, *create_worker(BOSS_ARN)),
    ),
    Path(
        "PutRolePolicy and UpdateAssumeRolePolicy: trust the caller",
        ("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
        (PUT_ALLOW_ALL, TRUST_MALLORY, ASSUME_WORKER),
        (*CREATE_BOSS, *create_worker(BOSS_ARN)),
    ),
    Path(
        "CreatePolicyVersion and UpdateAssumeRolePolicy: trust the caller",
        ("iam:CreatePolicyVersion", "iam:UpdateAssumeRolePolicy"),
        (
            step("CreatePolicyVersion", PolicyArn=OWN_POLICY, **ALLOW_ALL_AS_DEFAULT),
            TRUST_MALLORY,
            ASSUME_WORKER,
        ),
        (
            *CREATE_BOSS,
            *create_worker(BOSS_ARN),
            *create_own_policy(HARMLESS_DOCUMENT),
            step("AttachRolePolicy", **WORKER, PolicyArn=OWN_POLICY),
        ),
    ),
    Path(
        "CreateRole and AttachRolePolicy: role that trusts the caller",
        ("iam:CreateRole", "iam:AttachRolePolicy"),
        (*create_worker(MALLORY_ARN), ATTACH_ADMIN_POLICY, ASSUME_WORKER),
    ),
    Path(
        "CreateRole and AttachRolePolicy: role that trusts the account",
        ("iam:CreateRole", "iam:AttachRolePolicy", ASSUME_ROLE),
        (*create_worker(ACCOUNT_ARN), ATTACH_ADMIN_POLICY, ASSUME_WORKER),
    ),
    Path(
        "CreateRole and PutRolePolicy: role that trusts the caller",
        ("iam:CreateRole", "iam:PutRolePolicy"),
        (*create_worker(MALLORY_ARN), PUT_ALLOW_ALL, ASSUME_WORKER),
    ),
    Path(
        "DetachRolePolicy: policy that denies",
        ("iam:DetachRolePolicy",),
        (step("DetachRolePolicy", **WORKER, PolicyArn=OWN_POLICY), ASSUME_WORKER),
        (
            *create_worker(MALLORY_ARN, ALLOW_GOAL),
            *create_own_policy(document(DENY_GOAL)),
            step("AttachRolePolicy", **WORKER, PolicyArn=OWN_POLICY),
        ),
    ),
    Path(
        "DeleteRolePolicy: policy that denies",
        ("iam:DeleteRolePolicy",),
        (step("DeleteRolePolicy", **WORKER, PolicyName="deny"), ASSUME_WORKER),
        (*create_worker(MALLORY_ARN, ALLOW_GOAL), put_inline_policy(WORKER, DENY_GOAL, name="deny")),
    ),
    Path(
        "DeleteRolePermissionsBoundary: role that trusts the caller",
        ("iam:DeleteRolePermissionsBoundary",),
        (step("DeleteRolePermissionsBoundary", **WORKER), ASSUME_WORKER),
        (create_boundary("s3:*"), *create_worker(MALLORY_ARN, ALLOW_GOAL, PermissionsBoundary=BOUNDARY)),
    ),
    Path(
        "PutRolePermissionsBoundary: broader boundary for a role",
        ("iam:PutRolePermissionsBoundary", ASSUME_ROLE),
        (step("PutRolePermissionsBoundary", **WORKER, PermissionsBoundary=ADMIN), ASSUME_WORKER),
        (create_boundary("s3:*"), *create_worker(ACCOUNT_ARN, ALLOW_GOAL, PermissionsBoundary=BOUNDARY)),
    ),
]


def profile_has_worker(attack: Attack) -> bool:
    """Return whether instances with the profile `machine` get the role."""
    profiles = call(attack.admin, "ListInstanceProfilesForRole", **WORKER)["InstanceProfiles"]
    return [profile["InstanceProfileName"] for profile in profiles] == ["machine"]


PASS_ROLE_PATHS = [
    Path(
        "AddRoleToInstanceProfile: existing profile",
        ("iam:AddRoleToInstanceProfile", "iam:PassRole"),
        (ADD_WORKER_TO_PROFILE,),
        (step("CreateInstanceProfile", **PROFILE), *create_worker(ACCOUNT_ARN, ALLOW_GOAL)),
        profile_has_worker,
    ),
    Path(
        "AddRoleToInstanceProfile: new profile",
        ("iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:PassRole"),
        (step("CreateInstanceProfile", **PROFILE), ADD_WORKER_TO_PROFILE),
        create_worker(ACCOUNT_ARN, ALLOW_GOAL),
        profile_has_worker,
    ),
    Path(
        "AddRoleToInstanceProfile: role of a profile replaced",
        ("iam:RemoveRoleFromInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:PassRole"),
        (step("RemoveRoleFromInstanceProfile", **PROFILE, RoleName="idle"), ADD_WORKER_TO_PROFILE),
        (
            step("CreateInstanceProfile", **PROFILE),
            step("CreateRole", RoleName="idle", AssumeRolePolicyDocument=trust_policy(ACCOUNT_ARN)),
            step("AddRoleToInstanceProfile", **PROFILE, RoleName="idle"),
            *create_worker(ACCOUNT_ARN, ALLOW_GOAL),
        ),
        profile_has_worker,
    ),
]

TAG_PATHS = [
    Path(
        "TagUser: caller allowed by a principal tag",
        ("iam:TagUser",),
        (step("TagUser", **MALLORY, Tags=CHIEFS_TAGS),),
        (put_inline_policy(MALLORY, ALLOW_GOAL | PRINCIPAL_TAG_IS_CHIEFS),),
    ),
    Path(
        "UntagUser: caller denied by a principal tag",
        ("iam:UntagUser",),
        (step("UntagUser", **MALLORY, TagKeys=["frozen"]),),
        (
            step("TagUser", **MALLORY, Tags=FROZEN_TAGS),
            put_inline_policy(MALLORY, ALLOW_GOAL, DENY_GOAL_IF_FROZEN),
        ),
    ),
    Path(
        "TagUser: administrator allowed by a resource tag",
        ("iam:TagUser",),
        (step("TagUser", **BOSS, Tags=CHIEFS_TAGS), CREATE_KEY_OF_BOSS),
        (
            *CREATE_ADMIN_BOSS,
            put_inline_policy(MALLORY, allow("iam:CreateAccessKey", **IAM_RESOURCE_TAG_IS_CHIEFS)),
        ),
    ),
    Path(
        "UntagUser: administrator protected by a resource tag",
        ("iam:UntagUser",),
        (step("UntagUser", **BOSS, TagKeys=["team"]), CREATE_KEY_OF_BOSS),
        (
            *CREATE_ADMIN_BOSS,
            step("TagUser", **BOSS, Tags=CHIEFS_TAGS),
            put_inline_policy(
                MALLORY,
                allow("iam:CreateAccessKey"),
                deny("iam:CreateAccessKey", **IAM_RESOURCE_TAG_IS_CHIEFS),
            ),
        ),
    ),
    Path(
        "TagPolicy: attached policy allowed by a resource tag",
        ("iam:TagPolicy",),
        (
            step("TagPolicy", PolicyArn=OWN_POLICY, Tags=CHIEFS_TAGS),
            step("CreatePolicyVersion", PolicyArn=OWN_POLICY, **ALLOW_ALL_AS_DEFAULT),
        ),
        (
            *create_own_policy(HARMLESS_DOCUMENT),
            ATTACH_OWN_POLICY,
            put_inline_policy(MALLORY, allow("iam:CreatePolicyVersion", **IAM_RESOURCE_TAG_IS_CHIEFS)),
        ),
    ),
    Path(
        "UntagPolicy: attached policy protected by a resource tag",
        ("iam:UntagPolicy",),
        (
            step("UntagPolicy", PolicyArn=OWN_POLICY, TagKeys=["team"]),
            step("CreatePolicyVersion", PolicyArn=OWN_POLICY, **ALLOW_ALL_AS_DEFAULT),
        ),
        (
            *create_own_policy(HARMLESS_DOCUMENT),
            ATTACH_OWN_POLICY,
            step("TagPolicy", PolicyArn=OWN_POLICY, Tags=CHIEFS_TAGS),
            put_inline_policy(
                MALLORY,
                allow("iam:CreatePolicyVersion"),
                deny("iam:CreatePolicyVersion", **IAM_RESOURCE_TAG_IS_CHIEFS),
            ),
        ),
    ),
    Path(
        "TagInstanceProfile: profile allowed by a resource tag",
        ("iam:TagInstanceProfile", "iam:PassRole"),
        (step("TagInstanceProfile", **PROFILE, Tags=CHIEFS_TAGS), ADD_WORKER_TO_PROFILE),
        (
            step("CreateInstanceProfile", **PROFILE),
            *create_worker(ACCOUNT_ARN, ALLOW_GOAL),
            put_inline_policy(MALLORY, allow("iam:AddRoleToInstanceProfile", **AWS_RESOURCE_TAG_IS_CHIEFS)),
        ),
        profile_has_worker,
    ),
    Path(
        "TagRole: role allowed by a resource tag",
        ("iam:TagRole",),
        (step("TagRole", **WORKER, Tags=CHIEFS_TAGS), ASSUME_WORKER),
        (
            *create_worker(ACCOUNT_ARN, ALLOW_GOAL),
            put_inline_policy(MALLORY, allow(ASSUME_ROLE, **AWS_RESOURCE_TAG_IS_CHIEFS)),
        ),
    ),
    Path(
        "TagRole: role allowed by a principal tag",
        ("iam:TagRole",),
        (step("TagRole", **WORKER, Tags=CHIEFS_TAGS), ASSUME_WORKER),
        create_worker(MALLORY_ARN, ALLOW_GOAL | PRINCIPAL_TAG_IS_CHIEFS),
    ),
    Path(
        "UntagRole: role denied by a principal tag",
        ("iam:UntagRole", ASSUME_ROLE),
        (step("UntagRole", **WORKER, TagKeys=["frozen"]), ASSUME_WORKER),
        create_worker(ACCOUNT_ARN, ALLOW_GOAL, DENY_GOAL_IF_FROZEN, Tags=FROZEN_TAGS),
    ),
    Path(
        "AssumeRole: session tag",
        (ASSUME_ROLE, "sts:TagSession"),
        (step("AssumeRole", RoleArn=WORKER_ARN, RoleSessionName="work", Tags=CHIEFS_TAGS),),
        (
            *create_worker(ACCOUNT_ARN, ALLOW_GOAL | PRINCIPAL_TAG_IS_CHIEFS),
            step(
                "UpdateAssumeRolePolicy",
                **WORKER,
                PolicyDocument=trust_policy(ACCOUNT_ARN, ASSUME_ROLE, "sts:TagSession"),
            ),
        ),
    ),
    Path(
        "AssumeRole: source identity",
        (ASSUME_ROLE, "sts:SetSourceIdentity"),
        (step("AssumeRole", RoleArn=WORKER_ARN, RoleSessionName="work", SourceIdentity="boss"),),
        (
            *create_worker(ACCOUNT_ARN, ALLOW_GOAL | condition("StringEquals", "aws:SourceIdentity", "boss")),
            step(
                "UpdateAssumeRolePolicy",
                **WORKER,
                PolicyDocument=trust_policy(ACCOUNT_ARN, ASSUME_ROLE, "sts:SetSourceIdentity"),
            ),
        ),
    ),
]
