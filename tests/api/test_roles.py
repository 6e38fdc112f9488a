"""Roles through boto3."""

import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api import sts_sessions
from tests.api.operation_calls import AUDIT, READ_ONLY, TRUST
from tests.api.responses import Refused, allowed, call, refused, set_counter
from tests.api.sts_sessions import trust_statement
from tests.servers import Account, allow, document

TIMEOUT_SECONDS = 10.0
TAGS = [{"Key": "Dept", "Value": "x"}]
LISTED_MEMBERS = {
    "RoleName",
    "RoleId",
    "Path",
    "Arn",
    "CreateDate",
    "AssumeRolePolicyDocument",
    "MaxSessionDuration",
}
NO_JOB = Refused("NoSuchEntity", 404, "The role with name Job cannot be found.")


def create_job_role(account: Account, name: str = "Job", **params: Any) -> Any:
    return account.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **params)["Role"]


def get_role(account: Account, name: str = "Job") -> Any:
    return account.iam.get_role(RoleName=name)["Role"]


def test_create_role_returns_the_new_role(account: Account) -> None:
    role = create_job_role(account)
    assert role.keys() == LISTED_MEMBERS | {"RoleLastUsed"}
    assert (role["RoleName"], role["Path"], role["MaxSessionDuration"]) == ("Job", "/", 3600)
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role/Job"
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", role["RoleId"])
    assert abs((datetime.now(UTC) - role["CreateDate"]).total_seconds()) < 60
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert role["RoleLastUsed"] == {}


def test_get_role_returns_all_attributes_set_at_creation(account: Account) -> None:
    attributes: dict[str, Any] = {"Description": "d\u00e9j\u00e0 vu <&>\n", "MaxSessionDuration": 43200}
    role = create_job_role(account, Path="/team/", Tags=TAGS, PermissionsBoundary=READ_ONLY, **attributes)
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role/team/Job"
    assert {name: role[name] for name in attributes} == attributes
    assert role["Tags"] == TAGS
    assert role["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": READ_ONLY,
    }
    assert get_role(account) == role


def test_list_roles_omits_tags_boundary_and_last_use(account: Account) -> None:
    role = create_job_role(account, Tags=TAGS, PermissionsBoundary=READ_ONLY, Description="d")
    listed = account.iam.list_roles()["Roles"]
    assert listed == [{name: role[name] for name in LISTED_MEMBERS | {"Description"}}]


def test_role_last_used_has_date_and_region(account: Account) -> None:
    session = sts_sessions.create_role_session(account, "Job", allow("iam:ListUsers"))
    assert get_role(account)["RoleLastUsed"] == {}  # AssumeRole does not count as use
    session.client(account.server, "iam").list_users()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (last_used := get_role(account)["RoleLastUsed"]) and time.monotonic() < deadline:
        pass
    assert last_used["Region"] == "us-east-1"
    assert abs((datetime.now(UTC) - last_used["LastUsedDate"]).total_seconds()) < 60


def test_update_role_changes_only_the_specified_members(account: Account) -> None:
    role = create_job_role(account, Description="old", Tags=TAGS)
    iam = account.iam
    iam.update_role(RoleName="Job", Description="new")
    assert get_role(account) == role | {"Description": "new"}
    iam.update_role(RoleName="job", MaxSessionDuration=7200)
    assert get_role(account) == role | {"Description": "new", "MaxSessionDuration": 7200}
    iam.update_role(RoleName="Job", Description="", MaxSessionDuration=3600)
    assert get_role(account)["Description"] == ""
    assert get_role(account)["MaxSessionDuration"] == 3600


def test_update_role_description_returns_the_members_of_list_roles(account: Account) -> None:
    role = create_job_role(account, Description="old", Tags=TAGS)
    updated = account.iam.update_role_description(RoleName="Job", Description="new")["Role"]
    assert updated == {name: role[name] for name in LISTED_MEMBERS} | {"Description": "new"}
    assert get_role(account) == role | {"Description": "new"}


def test_max_session_duration_is_at_most_twelve_hours(account: Account) -> None:
    role = create_job_role(account)
    create = {"RoleName": "Eve", "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 43201}
    assert refused(account.iam, "CreateRole", **create)[:2] == ("ValidationError", 400)
    error = refused(account.iam, "UpdateRole", RoleName="Job", MaxSessionDuration=43201)
    assert error == Refused(
        "ValidationError",
        400,
        "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: "
        "Member must have value less than or equal to 43200",
    )
    assert get_role(account) == role


def test_role_names_are_case_insensitive_and_unique_across_paths(account: Account) -> None:
    role = create_job_role(account)
    assert get_role(account, "jOB") == role
    expected = Refused("EntityAlreadyExists", 409, "Role with name JOB already exists.")
    create = {"RoleName": "JOB", "AssumeRolePolicyDocument": TRUST}
    assert refused(account.iam, "CreateRole", **create, Path="/else/") == expected
    account.iam.delete_role(RoleName="job")
    assert refused(account.iam, "GetRole", RoleName="Job") == NO_JOB


def test_role_name_may_be_used_by_a_user_and_in_another_account(
    account: Account, other_account: Account
) -> None:
    role = create_job_role(account)
    account.iam.create_user(UserName="Job")
    assert create_job_role(other_account)["RoleId"] != role["RoleId"]
    other_account.iam.delete_role(RoleName="Job")
    assert get_role(account) == role


def test_recreated_role_inherits_nothing(account: Account) -> None:
    role = create_job_role(
        account, Tags=TAGS, PermissionsBoundary=READ_ONLY, Description="d", MaxSessionDuration=7200
    )
    account.iam.delete_role(RoleName="Job")
    recreated = create_job_role(account)
    assert recreated["RoleId"] != role["RoleId"]
    assert get_role(account) == recreated
    assert recreated.keys() == LISTED_MEMBERS | {"RoleLastUsed"}


INVALID_CREATE_ROLE_PARAMS: list[tuple[dict[str, Any], Refused]] = [
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


@pytest.mark.parametrize(("params", "expected"), INVALID_CREATE_ROLE_PARAMS)
def test_refused_create_role_creates_no_role(
    account: Account, params: dict[str, Any], expected: Refused
) -> None:
    create = {"RoleName": "Job", "AssumeRolePolicyDocument": TRUST, **params}
    assert refused(account.iam, "CreateRole", **create) == expected
    assert refused(account.iam, "GetRole", RoleName="Job") == NO_JOB


@pytest.mark.parametrize("path", ["/aws-service-role/", "/aws-service-role/ecs.amazonaws.com/"])
def test_create_role_rejects_the_path_of_service_linked_roles(account: Account, path: str) -> None:
    error = refused(account.iam, "CreateRole", RoleName="Job", AssumeRolePolicyDocument=TRUST, Path=path)
    assert error[:2] == ("InvalidInput", 400)
    assert "/aws-service-role/" in error.message
    assert refused(account.iam, "GetRole", RoleName="Job") == NO_JOB


def test_roles_per_account_quota(account: Account) -> None:
    iam = account.iam
    set_counter(account, "roles", 999)
    create_job_role(account)
    expected = Refused("LimitExceeded", 409, "Cannot exceed quota for RolesPerAccount: 1000")
    assert refused(iam, "CreateRole", RoleName="Eve", AssumeRolePolicyDocument=TRUST) == expected
    assert refused(iam, "CreateServiceLinkedRole", AWSServiceName="ecs.amazonaws.com") == expected
    iam.delete_role(RoleName="Job")
    create_job_role(account, "Eve")


DELETE_CONFLICTS: dict[str, tuple[list[tuple[str, dict[str, Any]]], str]] = {
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


@pytest.mark.parametrize("conflict", DELETE_CONFLICTS)
def test_role_in_use_cannot_be_deleted(account: Account, conflict: str) -> None:
    calls, message = DELETE_CONFLICTS[conflict]
    role = create_job_role(account)
    account.iam.create_instance_profile(InstanceProfileName="machine")
    for operation, params in calls:
        call(account.iam, operation, RoleName="Job", **params)
    assert refused(account.iam, "DeleteRole", RoleName="Job") == Refused("DeleteConflict", 409, message)
    assert get_role(account) == role


PATH_PREFIXES = [
    ("/", ["Ann", "bob", "Cid", "dan"]),
    ("/team/", ["Ann", "bob"]),
    ("/team/red/", ["bob"]),
    ("/te", ["Ann", "bob", "Cid"]),
    ("/none/", []),
    ("/%/", []),
]


@pytest.mark.parametrize(("prefix", "expected"), PATH_PREFIXES)
def test_list_roles_filters_by_path_prefix(account: Account, prefix: str, expected: list[str]) -> None:
    for name, path in (("dan", "/"), ("Cid", "/te/"), ("bob", "/team/red/"), ("Ann", "/team/")):
        create_job_role(account, name, Path=path)
    roles = account.iam.list_roles(PathPrefix=prefix)["Roles"]
    assert [role["RoleName"] for role in roles] == expected


def test_session_of_a_deleted_role_is_invalid_even_if_the_role_is_recreated(account: Account) -> None:
    session = sts_sessions.create_role_session(account, "Job", allow("iam:ListUsers"))
    client = session.client(account.server, "iam")
    client.list_users()
    account.iam.delete_role_policy(RoleName="Job", PolicyName="test")
    account.iam.delete_role(RoleName="Job")
    sts_sessions.create_role(account, "Job", trust_statement({"AWS": account.account_id}))
    assert refused(client, "ListUsers") == sts_sessions.INVALID


WITH_BOUNDARY = {"ArnEquals": {"iam:PermissionsBoundary": READ_ONLY}}
WITH_TAG = {"StringEquals": {"aws:RequestTag/Dept": "x"}}
CREATE = {"RoleName": "new", "AssumeRolePolicyDocument": TRUST}
POLICY = {"PolicyName": "p", "PolicyDocument": document(allow("s3:*"))}
CONDITIONS: list[tuple[dict[str, Any], str, dict[str, Any], dict[str, Any]]] = [
    # condition, operation, parameters that it allows, parameters that it does not
    (WITH_BOUNDARY, "CreateRole", {**CREATE, "PermissionsBoundary": READ_ONLY}, CREATE),
    (WITH_BOUNDARY, "PutRolePolicy", {"RoleName": "bound", **POLICY}, {"RoleName": "free", **POLICY}),
    (WITH_BOUNDARY, "UpdateRole", {"RoleName": "bound"}, {"RoleName": "free"}),
    (WITH_BOUNDARY, "DeleteRolePermissionsBoundary", {"RoleName": "bound"}, {"RoleName": "free"}),
    (
        WITH_BOUNDARY,
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
    (WITH_TAG, "CreateRole", {**CREATE, "Tags": TAGS}, CREATE),
    (
        WITH_TAG,
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


@pytest.mark.parametrize(("condition", "operation", "allowed_params", "denied_params"), CONDITIONS)
def test_policy_conditions_on_roles_and_request_parameters(
    account: Account,
    condition: dict[str, Any],
    operation: str,
    allowed_params: dict[str, Any],
    denied_params: dict[str, Any],
) -> None:
    create_job_role(account, "bound", Tags=TAGS, PermissionsBoundary=READ_ONLY)
    create_job_role(account, "free")
    allow_tagging = allow("iam:TagRole", "iam:TagInstanceProfile")
    caller = account.user("caller", allow(f"iam:{operation}", Condition=condition), allow_tagging)
    assert not allowed(caller, operation, **denied_params)
    assert allowed(caller, operation, **allowed_params)
