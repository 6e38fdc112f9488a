"""Roles over loopback, by boto3, on both databases."""

import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api import temporary
from tests.api.answers import Refused, allowed, call, refused, set_counter
from tests.api.served import AUDIT, READ_ONLY, TRUST
from tests.api.temporary import create_role, trust_statement
from tests.servers import Account, allow, document

PATIENCE = 10.0
TAGS = [{"Key": "Dept", "Value": "x"}]
IN_LISTS = {
    "RoleName",
    "RoleId",
    "Path",
    "Arn",
    "CreateDate",
    "AssumeRolePolicyDocument",
    "MaxSessionDuration",
}
NO_JOB = Refused("NoSuchEntity", 404, "The role with name Job cannot be found.")


def made(account: Account, name: str = "Job", **more: Any) -> Any:
    return account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)["Role"]


def got(account: Account, name: str = "Job") -> Any:
    return account.iam.get_role(RoleName=name)["Role"]


def test_create_role_answers_all_that_it_made(account: Account) -> None:
    role = made(account)
    assert role.keys() == IN_LISTS | {"RoleLastUsed"}
    assert (role["RoleName"], role["Path"], role["MaxSessionDuration"]) == ("Job", "/", 3600)
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role/Job"
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", role["RoleId"])
    assert abs((datetime.now(UTC) - role["CreateDate"]).total_seconds()) < 60
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert role["RoleLastUsed"] == {}


def test_a_role_with_everything_is_shown_as_it_was_made(account: Account) -> None:
    more: dict[str, Any] = {"Description": "d\u00e9j\u00e0 vu <&>\n", "MaxSessionDuration": 43200}
    role = made(account, Path="/team/", Tags=TAGS, PermissionsBoundary=READ_ONLY, **more)
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role/team/Job"
    assert {name: role[name] for name in more} == more
    assert role["Tags"] == TAGS
    assert role["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": READ_ONLY,
    }
    assert got(account) == role


def test_lists_show_neither_tags_nor_boundaries_nor_last_use(account: Account) -> None:
    role = made(account, Tags=TAGS, PermissionsBoundary=READ_ONLY, Description="d")
    listed = account.iam.list_roles()["Roles"]
    assert listed == [{name: role[name] for name in IN_LISTS | {"Description"}}]


def test_a_role_tells_when_and_where_it_was_last_used(account: Account) -> None:
    session = temporary.create_role_session(account, "Job", allow("iam:ListUsers"))
    assert got(account)["RoleLastUsed"] == {}  # being assumed is no use
    session.client(account.server, "iam").list_users()
    deadline = time.monotonic() + PATIENCE
    while not (used := got(account)["RoleLastUsed"]) and time.monotonic() < deadline:
        pass
    assert used["Region"] == "us-east-1"
    assert abs((datetime.now(UTC) - used["LastUsedDate"]).total_seconds()) < 60


def test_update_role_changes_what_is_named_and_nothing_else(account: Account) -> None:
    role = made(account, Description="old", Tags=TAGS)
    iam = account.iam
    iam.update_role(RoleName="Job", Description="new")
    assert got(account) == role | {"Description": "new"}
    iam.update_role(RoleName="job", MaxSessionDuration=7200)
    assert got(account) == role | {"Description": "new", "MaxSessionDuration": 7200}
    iam.update_role(RoleName="Job", Description="", MaxSessionDuration=3600)
    assert got(account)["Description"] == ""
    assert got(account)["MaxSessionDuration"] == 3600


def test_update_role_description_answers_the_role_as_lists_show_it(account: Account) -> None:
    role = made(account, Description="old", Tags=TAGS)
    answered = account.iam.update_role_description(RoleName="Job", Description="new")["Role"]
    assert answered == {name: role[name] for name in IN_LISTS} | {"Description": "new"}
    assert got(account) == role | {"Description": "new"}


def test_a_session_lasts_twelve_hours_at_most(account: Account) -> None:
    role = made(account)
    create = {"RoleName": "Eve", "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 43201}
    assert refused(account.iam, "CreateRole", **create)[:2] == ("ValidationError", 400)
    said = refused(account.iam, "UpdateRole", RoleName="Job", MaxSessionDuration=43201)
    assert said == Refused(
        "ValidationError",
        400,
        "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: "
        "Member must have value less than or equal to 43200",
    )
    assert got(account) == role


def test_names_are_found_in_any_case_and_taken_in_any_case_on_any_path(account: Account) -> None:
    role = made(account)
    assert got(account, "jOB") == role
    taken = Refused("EntityAlreadyExists", 409, "Role with name JOB already exists.")
    create = {"RoleName": "JOB", "AssumeRolePolicyDocument": TRUST}
    assert refused(account.iam, "CreateRole", **create, Path="/else/") == taken
    account.iam.delete_role(RoleName="job")
    assert refused(account.iam, "GetRole", RoleName="Job") == NO_JOB


def test_another_account_and_a_user_may_have_the_name(account: Account, other_account: Account) -> None:
    role = made(account)
    account.iam.create_user(UserName="Job")
    assert made(other_account)["RoleId"] != role["RoleId"]
    other_account.iam.delete_role(RoleName="Job")
    assert got(account) == role


def test_what_a_role_had_does_not_come_back_with_its_name(account: Account) -> None:
    role = made(account, Tags=TAGS, PermissionsBoundary=READ_ONLY, Description="d", MaxSessionDuration=7200)
    account.iam.delete_role(RoleName="Job")
    again = made(account)
    assert again["RoleId"] != role["RoleId"]
    assert got(account) == again
    assert again.keys() == IN_LISTS | {"RoleLastUsed"}


REFUSED_CREATES: list[tuple[dict[str, Any], Refused]] = [
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
    ({"AssumeRolePolicyDocument": "{}"}, Refused("MalformedPolicyDocument", 400, "Syntax errors in policy.")),
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


@pytest.mark.parametrize(("params", "expected"), REFUSED_CREATES)
def test_a_create_that_is_refused_leaves_no_role(
    account: Account, params: dict[str, Any], expected: Refused
) -> None:
    create = {"RoleName": "Job", "AssumeRolePolicyDocument": TRUST, **params}
    assert refused(account.iam, "CreateRole", **create) == expected
    assert refused(account.iam, "GetRole", RoleName="Job") == NO_JOB


@pytest.mark.parametrize("path", ["/aws-service-role/", "/aws-service-role/ecs.amazonaws.com/"])
def test_nobody_makes_a_role_on_the_path_of_service_linked_roles(account: Account, path: str) -> None:
    said = refused(account.iam, "CreateRole", RoleName="Job", AssumeRolePolicyDocument=TRUST, Path=path)
    assert said[:2] == ("InvalidInput", 400)
    assert "/aws-service-role/" in said.message
    assert refused(account.iam, "GetRole", RoleName="Job") == NO_JOB


def test_the_quota_of_roles(account: Account) -> None:
    iam = account.iam
    set_counter(account, "roles", 999)
    made(account)
    full = Refused("LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000")
    assert refused(iam, "CreateRole", RoleName="Eve", AssumeRolePolicyDocument=TRUST) == full
    assert refused(iam, "CreateServiceLinkedRole", AWSServiceName="ecs.amazonaws.com") == full
    iam.delete_role(RoleName="Job")
    made(account, "Eve")


HELD: dict[str, tuple[list[tuple[str, dict[str, Any]]], str]] = {
    "inline policy": (
        [("PutRolePolicy", {"PolicyName": "p", "PolicyDocument": document(allow("s3:*"))})],
        "Cannot delete entity, must delete policies first.",
    ),
    "attachment": (
        [("AttachRolePolicy", {"PolicyArn": READ_ONLY})],
        "Cannot delete entity, must detach all policies first.",
    ),
    "instance profile": (
        [("AddRoleToInstanceProfile", {"InstanceProfileName": "machine"})],
        "Cannot delete entity, must remove roles from instance profile first.",
    ),
}


@pytest.mark.parametrize("held", HELD)
def test_a_role_that_holds_something_is_not_deleted(account: Account, held: str) -> None:
    given, sentence = HELD[held]
    role = made(account)
    account.iam.create_instance_profile(InstanceProfileName="machine")
    for operation, params in given:
        call(account.iam, operation, RoleName="Job", **params)
    assert refused(account.iam, "DeleteRole", RoleName="Job") == Refused("DeleteConflict", 409, sentence)
    assert got(account) == role


PATHS = [
    ("/", ["Ann", "bob", "Cid", "dan"]),
    ("/team/", ["Ann", "bob"]),
    ("/team/red/", ["bob"]),
    ("/te", ["Ann", "bob", "Cid"]),
    ("/none/", []),
    ("/%/", []),
]


@pytest.mark.parametrize(("prefix", "names"), PATHS)
def test_lists_filter_by_the_beginning_of_the_path(account: Account, prefix: str, names: list[str]) -> None:
    for name, path in (("dan", "/"), ("Cid", "/te/"), ("bob", "/team/red/"), ("Ann", "/team/")):
        made(account, name, Path=path)
    found = account.iam.list_roles(PathPrefix=prefix)["Roles"]
    assert [role["RoleName"] for role in found] == names


def test_a_session_ends_with_its_role(account: Account) -> None:
    session = temporary.create_role_session(account, "Job", allow("iam:ListUsers"))
    client = session.client(account.server, "iam")
    client.list_users()
    account.iam.delete_role_policy(RoleName="Job", PolicyName="test")
    account.iam.delete_role(RoleName="Job")
    create_role(account, "Job", trust_statement({"AWS": account.account_id}))
    assert refused(client, "ListUsers") == temporary.INVALID


BOUND = {"ArnEquals": {"iam:PermissionsBoundary": READ_ONLY}}
TAGGED = {"StringEquals": {"aws:RequestTag/Dept": "x"}}
CREATE = {"RoleName": "new", "AssumeRolePolicyDocument": TRUST}
POLICY = {"PolicyName": "p", "PolicyDocument": document(allow("s3:*"))}
CONDITIONS: list[tuple[dict[str, Any], str, dict[str, Any], dict[str, Any]]] = [
    # condition, operation, what it allows, what it does not
    (BOUND, "CreateRole", {**CREATE, "PermissionsBoundary": READ_ONLY}, CREATE),
    (BOUND, "PutRolePolicy", {"RoleName": "bound", **POLICY}, {"RoleName": "free", **POLICY}),
    (BOUND, "UpdateRole", {"RoleName": "bound"}, {"RoleName": "free"}),
    (BOUND, "DeleteRolePermissionsBoundary", {"RoleName": "bound"}, {"RoleName": "free"}),
    (
        BOUND,
        "PutRolePermissionsBoundary",
        {"RoleName": "free", "PermissionsBoundary": READ_ONLY},
        {"RoleName": "bound", "PermissionsBoundary": AUDIT},
    ),
    (
        {"ArnEquals": {"iam:PolicyARN": AUDIT}},
        "AttachRolePolicy",
        {"RoleName": "free", "PolicyArn": AUDIT},
        {"RoleName": "free", "PolicyArn": READ_ONLY},
    ),
    (TAGGED, "CreateRole", {**CREATE, "Tags": TAGS}, CREATE),
    (
        TAGGED,
        "CreateInstanceProfile",
        {"InstanceProfileName": "a", "Tags": TAGS},
        {"InstanceProfileName": "b"},
    ),
    (
        {"ForAllValues:StringEquals": {"aws:TagKeys": "Dept"}},
        "UntagRole",
        {"RoleName": "bound", "TagKeys": ["Dept"]},
        {"RoleName": "bound", "TagKeys": ["Dept", "Cost"]},
    ),
    ({"StringEquals": {"iam:ResourceTag/Dept": "x"}}, "GetRole", {"RoleName": "bound"}, {"RoleName": "free"}),
]


@pytest.mark.parametrize(("condition", "operation", "lets", "lets_not"), CONDITIONS)
def test_leave_may_depend_on_the_role_and_on_what_is_wanted(
    account: Account,
    condition: dict[str, Any],
    operation: str,
    lets: dict[str, Any],
    lets_not: dict[str, Any],
) -> None:
    made(account, "bound", Tags=TAGS, PermissionsBoundary=READ_ONLY)
    made(account, "free")
    tagging = allow("iam:TagRole", "iam:TagInstanceProfile")
    caller = account.user("caller", allow(f"iam:{operation}", Condition=condition), tagging)
    assert not allowed(caller, operation, **lets_not)
    assert allowed(caller, operation, **lets)
