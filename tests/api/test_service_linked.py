"""Service-linked roles: created for a service, not modifiable, deleted through a deletion task."""

import re
from typing import Any

import pytest

from tests.api import sts_sessions
from tests.api.operation_calls import DOCUMENT, READ_ONLY, TRUST
from tests.api.responses import Refused, allowed, call, refused, state
from tests.servers import Account, allow

ECS = "AWSServiceRoleForECS"
ECS_POLICY = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
PROTECTED = Refused(
    "UnmodifiableEntity",
    400,
    f"Cannot perform the operation on the protected role '{ECS}' - this role is only modifiable by AWS",
)
UNKNOWN_TASK = f"task/aws-service-role/ecs.amazonaws.com/{ECS}/00000000-0000-4000-a000-000000000000"


def create_service_linked_role(account: Account, service: str = "ecs.amazonaws.com", **params: Any) -> Any:
    return account.iam.create_service_linked_role(AWSServiceName=service, **params)["Role"]


def get_ecs_role(account: Account) -> Any:
    return account.iam.get_role(RoleName=ECS)["Role"]


def test_create_service_linked_role_returns_the_new_role(account: Account) -> None:
    role = create_service_linked_role(account, Description="d")
    path = "/aws-service-role/ecs.amazonaws.com/"
    assert (role["RoleName"], role["Path"], role["Description"]) == (ECS, path, "d")
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role{path}{ECS}"
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", role["RoleId"])
    assert role["MaxSessionDuration"] == 3600
    assert role["AssumeRolePolicyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    assert get_ecs_role(account) == role
    attached = account.iam.list_attached_role_policies(RoleName=ECS)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [ECS_POLICY]
    assert [listed["RoleName"] for listed in account.iam.list_roles()["Roles"]] == [ECS]


@pytest.mark.parametrize(
    ("service", "suffix", "name"),
    [
        ("autoscaling.amazonaws.com", "Mine", "AWSServiceRoleForAutoScaling_Mine"),
        ("rds.amazonaws.com", None, "AWSServiceRoleForRDS"),
        ("new-thing.amazonaws.com", None, "AWSServiceRoleForNewThing"),
        ("queue.new-thing.amazonaws.com", "x", "AWSServiceRoleForQueueNewThing_x"),
    ],
)
def test_role_name_is_the_service_name_with_the_custom_suffix(
    account: Account, service: str, suffix: str | None, name: str
) -> None:
    role = create_service_linked_role(account, service, **({"CustomSuffix": suffix} if suffix else {}))
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role/aws-service-role/{service}/{name}"


def test_service_has_one_role_per_custom_suffix_ignoring_case(account: Account) -> None:
    create_service_linked_role(account)
    create_service_linked_role(account, CustomSuffix="a")
    for params, name in (({}, ECS), ({"CustomSuffix": "A"}, f"{ECS}_A")):
        error = refused(account.iam, "CreateServiceLinkedRole", AWSServiceName="ecs.amazonaws.com", **params)
        assert error == Refused(
            "InvalidInput",
            400,
            f"Service role name {name} has been taken in this account, please try a different suffix.",
        )


@pytest.mark.parametrize(
    "service", ["ecs", "ECS.amazonaws.com", "ecs.example.com", ".amazonaws.com", "a_b.amazonaws.com"]
)
def test_invalid_service_name_is_rejected(account: Account, service: str) -> None:
    error = refused(account.iam, "CreateServiceLinkedRole", AWSServiceName=service)
    assert error[:2] == ("InvalidInput", 400)
    assert account.iam.list_roles()["Roles"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"AWSServiceName": f"{'a' * 60}.amazonaws.com"},
        {"AWSServiceName": "ecs.amazonaws.com", "CustomSuffix": "s" * 60},
    ],
    ids=["service", "suffix"],
)
def test_too_long_role_name_is_rejected(account: Account, params: dict[str, str]) -> None:
    error = refused(account.iam, "CreateServiceLinkedRole", **params)
    assert error[:2] == ("InvalidInput", 400)


MODIFYING_OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("AddRoleToInstanceProfile", {"InstanceProfileName": "machine"}),
    ("AttachRolePolicy", {"PolicyArn": READ_ONLY}),
    ("DeleteRole", {}),
    ("DeleteRolePermissionsBoundary", {}),
    ("DeleteRolePolicy", {"PolicyName": "p"}),
    ("DetachRolePolicy", {"PolicyArn": ECS_POLICY}),
    ("PutRolePermissionsBoundary", {"PermissionsBoundary": READ_ONLY}),
    ("PutRolePolicy", {"PolicyName": "p", "PolicyDocument": DOCUMENT}),
    ("UpdateAssumeRolePolicy", {"PolicyDocument": TRUST}),
    ("UpdateRole", {"MaxSessionDuration": 7200}),
]


@pytest.mark.parametrize(("operation", "params"), MODIFYING_OPERATIONS)
def test_service_linked_role_cannot_be_modified(
    account: Account, operation: str, params: dict[str, Any]
) -> None:
    create_service_linked_role(account)
    account.iam.create_instance_profile(InstanceProfileName="machine")
    before = state(account)
    assert refused(account.iam, operation, RoleName=ECS, **params) == PROTECTED
    assert state(account) == before


def test_service_linked_role_can_be_described_and_tagged(account: Account) -> None:
    iam = account.iam
    role = create_service_linked_role(account)
    iam.update_role(RoleName=ECS, Description="a")
    assert get_ecs_role(account) == role | {"Description": "a"}
    iam.update_role_description(RoleName=ECS, Description="b")
    assert get_ecs_role(account) == role | {"Description": "b"}
    tags = [{"Key": "a", "Value": "1"}]
    iam.tag_role(RoleName=ECS, Tags=tags)
    assert get_ecs_role(account) == role | {"Description": "b", "Tags": tags}
    iam.untag_role(RoleName=ECS, TagKeys=["a"])
    assert get_ecs_role(account) == role | {"Description": "b"}


def test_user_cannot_assume_a_service_linked_role(account: Account) -> None:
    role = create_service_linked_role(account)
    assert not allowed(account.sts, "AssumeRole", RoleArn=role["Arn"], RoleSessionName="work")


def test_delete_service_linked_role_deletes_its_policy_and_tags(account: Account) -> None:
    iam = account.iam
    role = create_service_linked_role(account)
    iam.tag_role(RoleName=ECS, Tags=[{"Key": "a", "Value": "1"}])
    task = iam.delete_service_linked_role(RoleName=ECS.lower())["DeletionTaskId"]
    assert re.fullmatch(rf"task/aws-service-role/ecs\.amazonaws\.com/{ECS}/[0-9a-f-]{{36}}", task)
    response = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert (response["Status"], "Reason" in response) == ("SUCCEEDED", False)
    assert refused(iam, "GetRole", RoleName=ECS).code == "NoSuchEntity"
    assert refused(iam, "DeleteServiceLinkedRole", RoleName=ECS).code == "NoSuchEntity"
    recreated = create_service_linked_role(account)
    assert recreated["RoleId"] != role["RoleId"]
    assert get_ecs_role(account) == recreated


def test_delete_service_linked_role_rejects_other_roles(account: Account) -> None:
    account.iam.create_role(RoleName=ECS, AssumeRolePolicyDocument=TRUST)
    error = refused(account.iam, "DeleteServiceLinkedRole", RoleName=ECS)
    assert error[:2] == ("NoSuchEntity", 404)
    assert get_ecs_role(account)["Path"] == "/"


@pytest.mark.parametrize(
    "task", [UNKNOWN_TASK, "nonsense", "task/", f"{UNKNOWN_TASK}x", "task/aws-service-role/a/*/b"]
)
def test_unknown_deletion_task_is_no_such_entity(account: Account, task: str) -> None:
    assert refused(account.iam, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task) == Refused(
        "NoSuchEntity", 404, f"The deletion task {task} cannot be found."
    )


def test_deletion_task_of_another_account_is_no_such_entity(account: Account, other_account: Account) -> None:
    create_service_linked_role(account)
    task = account.iam.delete_service_linked_role(RoleName=ECS)["DeletionTaskId"]
    error = refused(other_account.iam, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert error[:2] == ("NoSuchEntity", 404)


def test_policy_condition_on_aws_service_name(account: Account) -> None:
    condition = {"StringEquals": {"iam:AWSServiceName": "ecs.amazonaws.com"}}
    caller = account.user("caller", allow("iam:CreateServiceLinkedRole", Condition=condition))
    assert not allowed(caller, "CreateServiceLinkedRole", AWSServiceName="rds.amazonaws.com")
    assert allowed(caller, "CreateServiceLinkedRole", AWSServiceName="ecs.amazonaws.com")


def test_trust_policy_does_not_trust_a_recreated_service_linked_role(account: Account) -> None:
    role = create_service_linked_role(account)
    sts_sessions.create_role(account, "job", sts_sessions.trust_statement({"AWS": role["Arn"]}))
    account.iam.delete_service_linked_role(RoleName=ECS)
    create_service_linked_role(account)
    (statement,) = call(account.iam, "GetRole", RoleName="job")["Role"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert statement["Principal"] == {"AWS": role["RoleId"]}
