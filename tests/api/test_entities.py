"""ListEntitiesForPolicy: the groups, users and roles that hold a policy, on both databases."""

from typing import Any

import pytest

from tests.api.answers import Refused, refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = document(allow("s3:GetObject"))
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)


@pytest.fixture
def policy(account: Account) -> str:
    """Return the ARN of a policy that entities hold in every way there is.

    It is attached to the group `g`, the user `u` and the role `r`, which are under `/x/`, and bounds the user
    `bound` and the role `Bound`.
    """
    iam = account.iam
    arn = str(iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"])
    iam.create_group(GroupName="g", Path="/x/")
    iam.create_user(UserName="u", Path="/x/")
    iam.create_role(RoleName="r", Path="/x/", AssumeRolePolicyDocument=TRUST)
    iam.attach_group_policy(GroupName="g", PolicyArn=arn)
    iam.attach_user_policy(UserName="u", PolicyArn=arn)
    iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    iam.create_user(UserName="bound", PermissionsBoundary=arn)
    iam.create_role(RoleName="Bound", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    for name in ("other", "another"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    return arn


Listed = tuple[list[str], list[str], list[str]]


def listed(account: Account, policy: str, **params: Any) -> Listed:
    """Return the names of the groups, the users and the roles."""
    found = account.iam.list_entities_for_policy(PolicyArn=policy, **params)
    return (
        [group["GroupName"] for group in found["PolicyGroups"]],
        [user["UserName"] for user in found["PolicyUsers"]],
        [role["RoleName"] for role in found["PolicyRoles"]],
    )


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (["g"], ["bound", "u"], ["Bound", "r"])),
        ({"EntityFilter": "Group"}, (["g"], [], [])),
        ({"EntityFilter": "User"}, ([], ["bound", "u"], [])),
        ({"EntityFilter": "Role"}, ([], [], ["Bound", "r"])),
        ({"PathPrefix": "/x/"}, (["g"], ["u"], ["r"])),
        ({"PathPrefix": "/y/"}, ([], [], [])),
        ({"PolicyUsageFilter": "PermissionsPolicy"}, (["g"], ["u"], ["r"])),
        ({"PolicyUsageFilter": "PermissionsBoundary"}, ([], ["bound"], ["Bound"])),
        ({"EntityFilter": "Role", "PolicyUsageFilter": "PermissionsBoundary"}, ([], [], ["Bound"])),
        ({"EntityFilter": "Group", "PolicyUsageFilter": "PermissionsBoundary"}, ([], [], [])),
    ],
)
def test_who_holds_a_policy(account: Account, policy: str, params: dict[str, str], expected: Listed) -> None:
    assert listed(account, policy, **params) == expected


def test_a_role_that_a_policy_is_attached_to_and_bounds_is_listed_once(account: Account, policy: str) -> None:
    account.iam.put_role_permissions_boundary(RoleName="r", PermissionsBoundary=policy)
    assert listed(account, policy, EntityFilter="Role") == ([], [], ["Bound", "r"])


def test_a_role_is_told_by_name_and_id(account: Account, policy: str) -> None:
    role = account.iam.get_role(RoleName="r")["Role"]
    found = account.iam.list_entities_for_policy(PolicyArn=policy, PathPrefix="/x/")
    assert found["PolicyRoles"] == [{"RoleName": "r", "RoleId": role["RoleId"]}]


def test_a_role_that_lost_a_policy_is_not_listed(account: Account, policy: str) -> None:
    account.iam.detach_role_policy(RoleName="r", PolicyArn=policy)
    account.iam.delete_role_permissions_boundary(RoleName="Bound")
    assert listed(account, policy, EntityFilter="Role") == ([], [], [])


def test_pages_go_from_groups_to_users_to_roles(account: Account, policy: str) -> None:
    seen: list[str] = []
    page = account.iam.list_entities_for_policy(PolicyArn=policy, MaxItems=1)
    while page["IsTruncated"]:
        seen += [key for key in ("PolicyGroups", "PolicyUsers", "PolicyRoles") for _ in page[key]]
        page = account.iam.list_entities_for_policy(PolicyArn=policy, MaxItems=1, Marker=page["Marker"])
    seen += [key for key in ("PolicyGroups", "PolicyUsers", "PolicyRoles") for _ in page[key]]
    assert seen == ["PolicyGroups", "PolicyUsers", "PolicyUsers", "PolicyRoles", "PolicyRoles"]


def test_a_policy_of_aws_lists_this_accounts_roles_alone(account: Account, other_account: Account) -> None:
    for each in (account, other_account):
        each.iam.create_role(RoleName=f"of-{each.account_id}", AssumeRolePolicyDocument=TRUST)
        each.iam.attach_role_policy(RoleName=f"of-{each.account_id}", PolicyArn=READ_ONLY)
    assert listed(account, READ_ONLY) == ([], [], [f"of-{account.account_id}"])


def test_a_policy_that_roles_hold_is_not_deleted(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    said = refused(iam, "DeletePolicy", PolicyArn=arn)
    assert said == Refused("DeleteConflict", 409, "Cannot delete a policy attached to entities.")
