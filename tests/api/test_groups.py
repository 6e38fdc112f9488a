"""Groups and their members, through boto3."""

import re
from typing import Any

import pytest

from tests.api.responses import Refused, call, refused, set_counter
from tests.servers import Account, allow, document

NO_DEVS = Refused("NoSuchEntity", 404, "The group with name Devs cannot be found.")
NO_BOB = Refused("NoSuchEntity", 404, "The user with name Bob cannot be found.")


def group_names(groups: list[dict[str, Any]]) -> list[str]:
    return [group["GroupName"] for group in groups]


def test_group_lifecycle(account: Account) -> None:
    iam = account.iam
    group = iam.create_group(GroupName="Devs", Path="/team/")["Group"]
    assert group["Arn"] == f"arn:aws:iam::{account.account_id}:group/team/Devs"
    assert re.fullmatch(r"AGPA[A-Z2-7]{17}", group["GroupId"])
    response = iam.get_group(GroupName="devs")
    assert (response["Group"], response["Users"], response["IsTruncated"]) == (group, [], False)

    iam.update_group(GroupName="Devs", NewGroupName="Ops", NewPath="/")
    renamed = iam.get_group(GroupName="Ops")["Group"]
    arn = f"arn:aws:iam::{account.account_id}:group/Ops"
    assert renamed == group | {"GroupName": "Ops", "Path": "/", "Arn": arn}

    iam.delete_group(GroupName="Ops")
    assert refused(iam, "GetGroup", GroupName="Ops").code == "NoSuchEntity"


def test_default_path_of_a_group_is_the_root_path(account: Account) -> None:
    group = account.iam.create_group(GroupName="Devs")["Group"]
    assert (group["Path"], group["Arn"]) == ("/", f"arn:aws:iam::{account.account_id}:group/Devs")


GROUP_OPERATIONS: list[tuple[str, dict[str, str]]] = [
    ("GetGroup", {}),
    ("UpdateGroup", {"NewPath": "/x/"}),
    ("DeleteGroup", {}),
    ("AddUserToGroup", {"UserName": "admin"}),
    ("RemoveUserFromGroup", {"UserName": "admin"}),
]


@pytest.mark.parametrize(("operation", "params"), GROUP_OPERATIONS)
def test_missing_group_is_no_such_entity(account: Account, operation: str, params: dict[str, str]) -> None:
    assert refused(account.iam, operation, GroupName="Devs", **params) == NO_DEVS


@pytest.mark.parametrize("operation", ["AddUserToGroup", "RemoveUserFromGroup"])
def test_missing_member_is_no_such_entity(account: Account, operation: str) -> None:
    account.iam.create_group(GroupName="Devs")
    assert refused(account.iam, operation, GroupName="Devs", UserName="Bob") == NO_BOB


def test_list_groups_for_a_missing_user_is_no_such_entity(account: Account) -> None:
    assert refused(account.iam, "ListGroupsForUser", UserName="Bob") == NO_BOB


def test_group_names_are_unique_across_paths_and_case_insensitive(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_group(GroupName="Ops")
    expected = Refused("EntityAlreadyExists", 409, "Group with name DEVS already exists.")
    assert refused(iam, "CreateGroup", GroupName="DEVS", Path="/else/") == expected
    assert refused(iam, "UpdateGroup", GroupName="Ops", NewGroupName="DEVS") == expected


def test_user_and_group_may_have_the_same_name(account: Account) -> None:
    account.iam.create_user(UserName="Same")
    account.iam.create_group(GroupName="Same")


def test_add_and_remove_members(account: Account) -> None:
    iam = account.iam
    for group in ("Devs", "ops"):
        iam.create_group(GroupName=group)
    for user in ("bob", "Ann"):
        iam.create_user(UserName=user)
        iam.add_user_to_group(GroupName="devs", UserName=user.upper())
    iam.add_user_to_group(GroupName="ops", UserName="bob")
    assert [user["UserName"] for user in iam.get_group(GroupName="Devs")["Users"]] == ["Ann", "bob"]
    assert group_names(iam.list_groups_for_user(UserName="bob")["Groups"]) == ["Devs", "ops"]

    iam.remove_user_from_group(GroupName="Devs", UserName="bob")
    assert [user["UserName"] for user in iam.get_group(GroupName="Devs")["Users"]] == ["Ann"]
    assert group_names(iam.list_groups_for_user(UserName="bob")["Groups"]) == ["ops"]


def test_adding_a_member_twice_changes_nothing(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_user(UserName="Bob")
    for _ in range(2):
        iam.add_user_to_group(GroupName="Devs", UserName="Bob")
    assert len(iam.get_group(GroupName="Devs")["Users"]) == 1


def test_removing_a_user_who_is_not_a_member_is_no_such_entity(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_user(UserName="Bob")
    assert refused(iam, "RemoveUserFromGroup", GroupName="Devs", UserName="Bob")[:2] == ("NoSuchEntity", 404)


def test_membership_persists_when_group_and_user_are_renamed(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_user(UserName="Bob")
    iam.add_user_to_group(GroupName="Devs", UserName="Bob")
    iam.update_group(GroupName="Devs", NewGroupName="Ops")
    iam.update_user(UserName="Bob", NewUserName="Rob")
    assert [user["UserName"] for user in iam.get_group(GroupName="Ops")["Users"]] == ["Rob"]


def test_groups_per_user_quota(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    for number in range(10):
        iam.create_group(GroupName=f"g{number}")
        iam.add_user_to_group(GroupName=f"g{number}", UserName="Bob")
    iam.create_group(GroupName="more")
    quota_error = Refused("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10")
    assert refused(iam, "AddUserToGroup", GroupName="more", UserName="Bob") == quota_error
    iam.add_user_to_group(GroupName="g0", UserName="Bob")
    assert len(iam.list_groups_for_user(UserName="Bob")["Groups"]) == 10


def test_groups_per_account_quota(account: Account) -> None:
    iam = account.iam
    set_counter(account, "groups", 299)
    iam.create_group(GroupName="Devs")
    quota_error = Refused("LimitExceeded", 409, "Cannot exceed quota for GroupsPerAccount: 300")
    assert refused(iam, "CreateGroup", GroupName="Ops") == quota_error
    iam.delete_group(GroupName="Devs")
    iam.create_group(GroupName="Ops")


DELETE_CONFLICTS: dict[str, tuple[str, dict[str, str], str]] = {
    "member": (
        "AddUserToGroup",
        {"UserName": "admin"},
        "Cannot delete entity, must remove users from group first.",
    ),
    "inline policy": (
        "PutGroupPolicy",
        {"PolicyName": "p", "PolicyDocument": document(allow("iam:GetUser"))},
        "Cannot delete entity, must delete policies first.",
    ),
    "attachment": (
        "AttachGroupPolicy",
        {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        "Cannot delete entity, must detach all policies first.",
    ),
}


@pytest.mark.parametrize("reason", DELETE_CONFLICTS)
def test_delete_group_in_use_is_delete_conflict(account: Account, reason: str) -> None:
    operation, params, message = DELETE_CONFLICTS[reason]
    iam = account.iam
    iam.create_group(GroupName="Devs")
    call(iam, operation, GroupName="Devs", **params)
    assert refused(iam, "DeleteGroup", GroupName="Devs") == Refused("DeleteConflict", 409, message)


GROUPS_BY_PATH_PREFIX = [
    ("/", ["Administrators", "Bees", "cats", "Devs"]),
    ("/team/", ["Bees", "cats"]),
    ("/team/red/", ["cats"]),
    ("/none/", []),
]


@pytest.mark.parametrize(("prefix", "expected"), GROUPS_BY_PATH_PREFIX)
def test_list_groups_filters_by_path_prefix(account: Account, prefix: str, expected: list[str]) -> None:
    iam = account.iam
    for name, path in (("Devs", "/"), ("cats", "/team/red/"), ("Bees", "/team/")):
        iam.create_group(GroupName=name, Path=path)
    assert group_names(iam.list_groups(PathPrefix=prefix)["Groups"]) == expected
