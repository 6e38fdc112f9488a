"""Users: create, read, rename, list and delete, on both databases."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.responses import Refused, call, refused, set_counter
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_user_is_created_renamed_and_deleted(account: Account) -> None:
    iam = account.iam
    created = iam.create_user(UserName="Bob", Path="/team/", Tags=[{"Key": "Dept", "Value": "x"}])["User"]
    assert created["Arn"] == f"arn:aws:iam::{account.account_id}:user/team/Bob"
    assert iam.get_user(UserName="Bob")["User"] == created

    iam.update_user(UserName="Bob", NewUserName="Robert", NewPath="/")
    renamed = iam.get_user(UserName="Robert")["User"]
    assert renamed == created | {
        "UserName": "Robert",
        "Path": "/",
        "Arn": f"arn:aws:iam::{account.account_id}:user/Robert",
    }

    iam.delete_user(UserName="Robert")
    assert refused(iam, "GetUser", UserName="Robert").code == "NoSuchEntity"


def test_create_user_response_has_every_member(account: Account) -> None:
    created = account.iam.create_user(UserName="Bob", PermissionsBoundary=BOUNDARY)["User"]
    assert created.keys() == {"UserName", "UserId", "Path", "Arn", "CreateDate", "PermissionsBoundary"}
    assert created["Path"] == "/"
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", created["UserId"])
    assert abs((datetime.now(UTC) - created["CreateDate"]).total_seconds()) < 60
    assert created["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": BOUNDARY,
    }


def test_name_and_path_accept_all_characters_that_aws_allows(account: Account) -> None:
    name = "a.B_c+d=e,f@g-9"
    account.iam.create_user(UserName=name, Path="/!\"#$%&'()*;<>?[]^`{|}~/")
    user = account.iam.get_user(UserName=name)["User"]
    assert user["Arn"].endswith(f":user/!\"#$%&'()*;<>?[]^`{{|}}~/{name}")


def test_get_user_without_a_name_returns_the_caller(account: Account) -> None:
    bob = account.user("Bob", allow("iam:GetUser"))
    assert bob.get_user()["User"]["UserName"] == "Bob"


def test_names_are_case_insensitive_and_keep_their_case(account: Account) -> None:
    iam = account.iam
    created = iam.create_user(UserName="Bob")["User"]
    assert iam.get_user(UserName="bOB")["User"] == created
    iam.update_user(UserName="BOB", NewUserName="BoB")
    assert iam.get_user(UserName="bob")["User"]["UserName"] == "BoB"
    iam.delete_user(UserName="bob")
    assert refused(iam, "GetUser", UserName="Bob").code == "NoSuchEntity"


NO_BOB = Refused("NoSuchEntity", 404, "The user with name Bob cannot be found.")


@pytest.mark.parametrize("operation", ["GetUser", "UpdateUser", "DeleteUser"])
def test_missing_user_is_no_such_entity(account: Account, operation: str) -> None:
    assert refused(account.iam, operation, UserName="Bob") == NO_BOB


def test_name_is_unique_regardless_of_case_and_path(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob")
    iam.create_user(UserName="Eve")
    conflict = Refused("EntityAlreadyExists", 409, "User with name BOB already exists.")
    assert refused(iam, "CreateUser", UserName="BOB", Path="/else/") == conflict
    assert refused(iam, "UpdateUser", UserName="Eve", NewUserName="BOB") == conflict


def test_accounts_can_have_users_of_the_same_name(account: Account, other_account: Account) -> None:
    first = account.iam.create_user(UserName="Bob")["User"]
    second = other_account.iam.create_user(UserName="Bob")["User"]
    assert first["UserId"] != second["UserId"]
    other_account.iam.delete_user(UserName="Bob")
    assert account.iam.get_user(UserName="Bob")["User"] == first


INVALID_CREATE_PARAMETERS: list[tuple[dict[str, Any], Refused]] = [
    (
        {"PermissionsBoundary": "arn:aws:iam::aws:policy/NoSuchPolicy"},
        Refused(
            "NoSuchEntity",
            404,
            "Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.",
        ),
    ),
    (
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
        Refused(
            "InvalidInput",
            400,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
    ),
    (
        {"Path": "no-slash"},
        Refused(
            "ValidationError",
            400,
            "1 validation error detected: Value 'no-slash' at 'path' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
        ),
    ),
]


@pytest.mark.parametrize(("params", "expected"), INVALID_CREATE_PARAMETERS)
def test_refused_create_user_stores_no_user(
    account: Account, params: dict[str, Any], expected: Refused
) -> None:
    assert refused(account.iam, "CreateUser", UserName="Bob", **params) == expected
    assert refused(account.iam, "GetUser", UserName="Bob") == NO_BOB


def test_number_of_users_is_limited_by_the_quota(account: Account) -> None:
    iam = account.iam
    set_counter(account, "users", 4999)
    iam.create_user(UserName="Bob")
    limit_exceeded = Refused("LimitExceeded", 409, "Cannot exceed quota for UsersPerAccount: 5000")
    assert refused(iam, "CreateUser", UserName="Eve") == limit_exceeded
    iam.delete_user(UserName="Bob")
    iam.create_user(UserName="Eve")


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
DELETE_CONFLICTS: dict[str, tuple[list[tuple[str, dict[str, Any]]], str]] = {
    "access key": (
        [("CreateAccessKey", {"UserName": "Bob"})],
        "Cannot delete entity, must delete access keys first.",
    ),
    "membership": (
        [
            ("CreateGroup", {"GroupName": "Devs"}),
            ("AddUserToGroup", {"GroupName": "Devs", "UserName": "Bob"}),
        ],
        "Cannot delete entity, must remove users from group first.",
    ),
    "inline policy": (
        [
            (
                "PutUserPolicy",
                {"UserName": "Bob", "PolicyName": "p", "PolicyDocument": document(allow("iam:GetUser"))},
            )
        ],
        "Cannot delete entity, must delete policies first.",
    ),
    "attachment": (
        [("AttachUserPolicy", {"UserName": "Bob", "PolicyArn": ADMINISTRATOR})],
        "Cannot delete entity, must detach all policies first.",
    ),
}


@pytest.mark.parametrize("dependency", DELETE_CONFLICTS)
def test_user_with_dependencies_cannot_be_deleted(account: Account, dependency: str) -> None:
    calls, message = DELETE_CONFLICTS[dependency]
    iam = account.iam
    iam.create_user(UserName="Bob")
    for operation, params in calls:
        call(iam, operation, **params)
    assert refused(iam, "DeleteUser", UserName="Bob") == Refused("DeleteConflict", 409, message)
    assert iam.get_user(UserName="Bob")["User"]["UserName"] == "Bob"


def test_tags_and_boundary_are_deleted_with_the_user(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob", Tags=[{"Key": "a", "Value": "1"}], PermissionsBoundary=BOUNDARY)
    iam.delete_user(UserName="Bob")
    recreated = iam.create_user(UserName="Bob")["User"]
    assert "Tags" not in recreated
    assert "PermissionsBoundary" not in recreated
    assert iam.list_user_tags(UserName="Bob")["Tags"] == []


NAMES_BY_PATH_PREFIX = [
    ("/", ["admin", "Ann", "bob", "Cid", "dan"]),
    ("/team/", ["Ann", "bob"]),
    ("/team/red/", ["bob"]),
    ("/te", ["Ann", "bob", "Cid"]),
    ("/none/", []),
    ("/%/", []),
]


@pytest.mark.parametrize(("prefix", "names"), NAMES_BY_PATH_PREFIX)
def test_list_users_filters_by_path_prefix(account: Account, prefix: str, names: list[str]) -> None:
    iam = account.iam
    for name, path in (("dan", "/"), ("Cid", "/te/"), ("bob", "/team/red/"), ("Ann", "/team/")):
        iam.create_user(UserName=name, Path=path)
    assert [user["UserName"] for user in iam.list_users(PathPrefix=prefix)["Users"]] == names


def test_list_users_omits_tags_and_boundaries(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="Bob", Tags=[{"Key": "a", "Value": "1"}], PermissionsBoundary=BOUNDARY)
    listed = next(user for user in iam.list_users()["Users"] if user["UserName"] == "Bob")
    assert listed.keys() == {"UserName", "UserId", "Path", "Arn", "CreateDate"}
