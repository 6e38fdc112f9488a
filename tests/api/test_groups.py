"""Groups and who is in them, by boto3, on both databases."""

import re
from typing import Any

import pytest

from tests.api.answers import Refused, call, refused, set_counter
from tests.servers import Account, allow, document

NO_DEVS = Refused("NoSuchEntity", 404, "The group with name Devs cannot be found.")
NO_BOB = Refused("NoSuchEntity", 404, "The user with name Bob cannot be found.")


def names(groups: list[dict[str, Any]]) -> list[str]:
    return [group["GroupName"] for group in groups]


def test_a_group_lives_from_create_to_delete(account: Account) -> None:
    iam = account.iam
    made = iam.create_group(GroupName="Devs", Path="/team/")["Group"]
    assert made["Arn"] == f"arn:aws:iam::{account.account_id}:group/team/Devs"
    assert re.fullmatch(r"AGPA[A-Z2-7]{17}", made["GroupId"])
    found = iam.get_group(GroupName="devs")
    assert (found["Group"], found["Users"], found["IsTruncated"]) == (made, [], False)

    iam.update_group(GroupName="Devs", NewGroupName="Ops", NewPath="/")
    renamed = iam.get_group(GroupName="Ops")["Group"]
    arn = f"arn:aws:iam::{account.account_id}:group/Ops"
    assert renamed == made | {"GroupName": "Ops", "Path": "/", "Arn": arn}

    iam.delete_group(GroupName="Ops")
    assert refused(iam, "GetGroup", GroupName="Ops").code == "NoSuchEntity"


def test_a_group_on_the_root_path(account: Account) -> None:
    made = account.iam.create_group(GroupName="Devs")["Group"]
    assert (made["Path"], made["Arn"]) == ("/", f"arn:aws:iam::{account.account_id}:group/Devs")


MISSING: list[tuple[str, dict[str, str]]] = [
    ("GetGroup", {}),
    ("UpdateGroup", {"NewPath": "/x/"}),
    ("DeleteGroup", {}),
    ("AddUserToGroup", {"UserName": "admin"}),
    ("RemoveUserFromGroup", {"UserName": "admin"}),
]


@pytest.mark.parametrize(("operation", "more"), MISSING)
def test_a_missing_group_is_no_such_entity(account: Account, operation: str, more: dict[str, str]) -> None:
    assert refused(account.iam, operation, GroupName="Devs", **more) == NO_DEVS


@pytest.mark.parametrize("operation", ["AddUserToGroup", "RemoveUserFromGroup"])
def test_a_missing_member_is_no_such_entity(account: Account, operation: str) -> None:
    account.iam.create_group(GroupName="Devs")
    assert refused(account.iam, operation, GroupName="Devs", UserName="Bob") == NO_BOB


def test_the_groups_of_a_missing_user(account: Account) -> None:
    assert refused(account.iam, "ListGroupsForUser", UserName="Bob") == NO_BOB


def test_a_name_is_taken_in_any_case_and_on_any_path(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_group(GroupName="Ops")
    taken = Refused("EntityAlreadyExists", 409, "Group with name DEVS already exists.")
    assert refused(iam, "CreateGroup", GroupName="DEVS", Path="/else/") == taken
    assert refused(iam, "UpdateGroup", GroupName="Ops", NewGroupName="DEVS") == taken


def test_a_user_and_a_group_may_have_one_name(account: Account) -> None:
    account.iam.create_user(UserName="Same")
    account.iam.create_group(GroupName="Same")


def test_members_come_and_go(account: Account) -> None:
    iam = account.iam
    for group in ("Devs", "ops"):
        iam.create_group(GroupName=group)
    for user in ("bob", "Ann"):
        iam.create_user(UserName=user)
        iam.add_user_to_group(GroupName="devs", UserName=user.upper())
    iam.add_user_to_group(GroupName="ops", UserName="bob")
    assert [user["UserName"] for user in iam.get_group(GroupName="Devs")["Users"]] == ["Ann", "bob"]
    assert names(iam.list_groups_for_user(UserName="bob")["Groups"]) == ["Devs", "ops"]

    iam.remove_user_from_group(GroupName="Devs", UserName="bob")
    assert [user["UserName"] for user in iam.get_group(GroupName="Devs")["Users"]] == ["Ann"]
    assert names(iam.list_groups_for_user(UserName="bob")["Groups"]) == ["ops"]


def test_adding_a_member_again_changes_nothing(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_user(UserName="Bob")
    for _ in range(2):
        iam.add_user_to_group(GroupName="Devs", UserName="Bob")
    assert len(iam.get_group(GroupName="Devs")["Users"]) == 1


def test_who_is_not_a_member_cannot_be_removed(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_user(UserName="Bob")
    assert refused(iam, "RemoveUserFromGroup", GroupName="Devs", UserName="Bob")[:2] == ("NoSuchEntity", 404)


def test_members_stay_when_group_and_user_are_renamed(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="Devs")
    iam.create_user(UserName="Bob")
    iam.add_user_to_group(GroupName="Devs", UserName="Bob")
    iam.update_group(GroupName="Devs", NewGroupName="Ops")
    iam.update_user(UserName="Bob", NewUserName="Rob")
    assert [user["UserName"] for user in iam.get_group(GroupName="Ops")["Users"]] == ["Rob"]


def test_the_quota_of_groups_of_a_user(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    for number in range(10):
        iam.create_group(GroupName=f"g{number}")
        iam.add_user_to_group(GroupName=f"g{number}", UserName="Bob")
    iam.create_group(GroupName="more")
    full = Refused("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10")
    assert refused(iam, "AddUserToGroup", GroupName="more", UserName="Bob") == full
    iam.add_user_to_group(GroupName="g0", UserName="Bob")
    assert len(iam.list_groups_for_user(UserName="Bob")["Groups"]) == 10


def test_the_quota_of_groups(account: Account) -> None:
    iam = account.iam
    set_counter(account, "groups", 299)
    iam.create_group(GroupName="Devs")
    full = Refused("LimitExceeded", 409, "Cannot exceed quota for GroupsPerAccount: 300")
    assert refused(iam, "CreateGroup", GroupName="Ops") == full
    iam.delete_group(GroupName="Devs")
    iam.create_group(GroupName="Ops")


HELD: dict[str, tuple[str, dict[str, str], str]] = {
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


@pytest.mark.parametrize("held", HELD)
def test_a_group_that_holds_something_is_not_deleted(account: Account, held: str) -> None:
    operation, params, sentence = HELD[held]
    iam = account.iam
    iam.create_group(GroupName="Devs")
    call(iam, operation, GroupName="Devs", **params)
    assert refused(iam, "DeleteGroup", GroupName="Devs") == Refused("DeleteConflict", 409, sentence)


PATHS = [
    ("/", ["Administrators", "Bees", "cats", "Devs"]),
    ("/team/", ["Bees", "cats"]),
    ("/team/red/", ["cats"]),
    ("/none/", []),
]


@pytest.mark.parametrize(("prefix", "expected"), PATHS)
def test_lists_filter_by_the_beginning_of_the_path(
    account: Account, prefix: str, expected: list[str]
) -> None:
    iam = account.iam
    for name, path in (("Devs", "/"), ("cats", "/team/red/"), ("Bees", "/team/")):
        iam.create_group(GroupName=name, Path=path)
    assert names(iam.list_groups(PathPrefix=prefix)["Groups"]) == expected
