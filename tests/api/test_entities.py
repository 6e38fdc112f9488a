"""ListEntitiesForPolicy: the groups, users and roles that use a policy, on both databases."""

from typing import Any

import pytest

from tests.api.responses import Refused, refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = document(allow("s3:GetObject"))
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)


@pytest.fixture
def policy(account: Account) -> str:
    """Return the ARN of a policy that is attached and used as a permissions boundary.

    It is attached to the group `g`, the user `u` and the role `r`, which have the path `/x/`, and is
    the boundary of the user `bound` and the role `Bound`.
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


EntityNames = tuple[list[str], list[str], list[str]]


def entity_names(account: Account, policy: str, **params: Any) -> EntityNames:
    """Return the names of the listed groups, users and roles."""
    response = account.iam.list_entities_for_policy(PolicyArn=policy, **params)
    return (
        [group["GroupName"] for group in response["PolicyGroups"]],
        [user["UserName"] for user in response["PolicyUsers"]],
        [role["RoleName"] for role in response["PolicyRoles"]],
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
def test_entities_are_filtered_by_type_path_and_usage(
    account: Account, policy: str, params: dict[str, str], expected: EntityNames
) -> None:
    assert entity_names(account, policy, **params) == expected


def test_role_with_the_policy_attached_and_as_boundary_is_listed_once(account: Account, policy: str) -> None:
    account.iam.put_role_permissions_boundary(RoleName="r", PermissionsBoundary=policy)
    assert entity_names(account, policy, EntityFilter="Role") == ([], [], ["Bound", "r"])


def test_role_is_listed_by_name_and_id(account: Account, policy: str) -> None:
    role = account.iam.get_role(RoleName="r")["Role"]
    response = account.iam.list_entities_for_policy(PolicyArn=policy, PathPrefix="/x/")
    assert response["PolicyRoles"] == [{"RoleName": "r", "RoleId": role["RoleId"]}]


def test_role_is_not_listed_after_the_policy_is_detached(account: Account, policy: str) -> None:
    account.iam.detach_role_policy(RoleName="r", PolicyArn=policy)
    account.iam.delete_role_permissions_boundary(RoleName="Bound")
    assert entity_names(account, policy, EntityFilter="Role") == ([], [], [])


def test_pages_list_groups_then_users_then_roles(account: Account, policy: str) -> None:
    lists: list[str] = []
    page = account.iam.list_entities_for_policy(PolicyArn=policy, MaxItems=1)
    while page["IsTruncated"]:
        lists += [key for key in ("PolicyGroups", "PolicyUsers", "PolicyRoles") for _ in page[key]]
        page = account.iam.list_entities_for_policy(PolicyArn=policy, MaxItems=1, Marker=page["Marker"])
    lists += [key for key in ("PolicyGroups", "PolicyUsers", "PolicyRoles") for _ in page[key]]
    assert lists == ["PolicyGroups", "PolicyUsers", "PolicyUsers", "PolicyRoles", "PolicyRoles"]


def test_aws_managed_policy_lists_only_roles_of_the_account(account: Account, other_account: Account) -> None:
    for owner in (account, other_account):
        owner.iam.create_role(RoleName=f"of-{owner.account_id}", AssumeRolePolicyDocument=TRUST)
        owner.iam.attach_role_policy(RoleName=f"of-{owner.account_id}", PolicyArn=READ_ONLY)
    assert entity_names(account, READ_ONLY) == ([], [], [f"of-{account.account_id}"])


def test_delete_policy_used_by_a_role_is_a_delete_conflict(account: Account) -> None:
    iam = account.iam
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, PermissionsBoundary=arn)
    error = refused(iam, "DeletePolicy", PolicyArn=arn)
    assert error == Refused("DeleteConflict", 409, "Cannot delete a policy attached to entities.")
