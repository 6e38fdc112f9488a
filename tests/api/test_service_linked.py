"""Service-linked roles: made for a service, changed by nobody, deleted by a task; on both databases."""

import re
from typing import Any

import pytest

from tests.api import temporary
from tests.api.answers import Refused, allowed, call, refused, state
from tests.api.served import DOCUMENT, READ_ONLY, TRUST
from tests.servers import Account, allow

ECS = "AWSServiceRoleForECS"
ECS_POLICY = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
PROTECTED = Refused(
    "UnmodifiableEntity",
    400,
    f"Cannot perform the operation on the protected role '{ECS}' - this role is only modifiable by AWS",
)
UNKNOWN_TASK = f"task/aws-service-role/ecs.amazonaws.com/{ECS}/00000000-0000-4000-a000-000000000000"


def made(account: Account, service: str = "ecs.amazonaws.com", **more: Any) -> Any:
    return account.iam.create_service_linked_role(AWSServiceName=service, **more)["Role"]


def got(account: Account) -> Any:
    return account.iam.get_role(RoleName=ECS)["Role"]


def test_a_service_linked_role_is_its_services(account: Account) -> None:
    role = made(account, Description="d")
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
    assert got(account) == role
    attached = account.iam.list_attached_role_policies(RoleName=ECS)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [ECS_POLICY]
    assert [held["RoleName"] for held in account.iam.list_roles()["Roles"]] == [ECS]


@pytest.mark.parametrize(
    ("service", "suffix", "name"),
    [
        ("autoscaling.amazonaws.com", "Mine", "AWSServiceRoleForAutoScaling_Mine"),
        ("rds.amazonaws.com", None, "AWSServiceRoleForRDS"),
        ("new-thing.amazonaws.com", None, "AWSServiceRoleForNewThing"),
        ("queue.new-thing.amazonaws.com", "x", "AWSServiceRoleForQueueNewThing_x"),
    ],
)
def test_its_name_is_the_services_with_a_suffix(
    account: Account, service: str, suffix: str | None, name: str
) -> None:
    role = made(account, service, **({"CustomSuffix": suffix} if suffix else {}))
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role/aws-service-role/{service}/{name}"


def test_a_service_has_one_for_each_suffix(account: Account) -> None:
    made(account)
    made(account, CustomSuffix="a")
    for more, name in (({}, ECS), ({"CustomSuffix": "A"}, f"{ECS}_A")):
        said = refused(account.iam, "CreateServiceLinkedRole", AWSServiceName="ecs.amazonaws.com", **more)
        assert said == Refused(
            "InvalidInput",
            400,
            f"Service role name {name} has been taken in this account, please try a different suffix.",
        )


@pytest.mark.parametrize(
    "service", ["ecs", "ECS.amazonaws.com", "ecs.example.com", ".amazonaws.com", "a_b.amazonaws.com"]
)
def test_what_is_not_the_name_of_a_service(account: Account, service: str) -> None:
    said = refused(account.iam, "CreateServiceLinkedRole", AWSServiceName=service)
    assert said[:2] == ("InvalidInput", 400)
    assert account.iam.list_roles()["Roles"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"AWSServiceName": f"{'a' * 60}.amazonaws.com"},
        {"AWSServiceName": "ecs.amazonaws.com", "CustomSuffix": "s" * 60},
    ],
    ids=["service", "suffix"],
)
def test_a_name_that_would_be_too_long_for_a_role_is_refused(
    account: Account, params: dict[str, str]
) -> None:
    said = refused(account.iam, "CreateServiceLinkedRole", **params)
    assert said[:2] == ("InvalidInput", 400)


CHANGES: list[tuple[str, dict[str, Any]]] = [
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


@pytest.mark.parametrize(("operation", "params"), CHANGES)
def test_nobody_changes_it(account: Account, operation: str, params: dict[str, Any]) -> None:
    made(account)
    account.iam.create_instance_profile(InstanceProfileName="machine")
    before = state(account)
    assert refused(account.iam, operation, RoleName=ECS, **params) == PROTECTED
    assert state(account) == before


def test_it_may_be_described_and_tagged(account: Account) -> None:
    iam = account.iam
    role = made(account)
    iam.update_role(RoleName=ECS, Description="a")
    assert got(account) == role | {"Description": "a"}
    iam.update_role_description(RoleName=ECS, Description="b")
    assert got(account) == role | {"Description": "b"}
    tags = [{"Key": "a", "Value": "1"}]
    iam.tag_role(RoleName=ECS, Tags=tags)
    assert got(account) == role | {"Description": "b", "Tags": tags}
    iam.untag_role(RoleName=ECS, TagKeys=["a"])
    assert got(account) == role | {"Description": "b"}


def test_nobody_but_its_service_assumes_it(account: Account) -> None:
    role = made(account)
    assert not allowed(account.sts, "AssumeRole", RoleArn=role["Arn"], RoleSessionName="work")


def test_it_is_deleted_by_a_task_with_its_policy_and_its_tags(account: Account) -> None:
    iam = account.iam
    role = made(account)
    iam.tag_role(RoleName=ECS, Tags=[{"Key": "a", "Value": "1"}])
    task = iam.delete_service_linked_role(RoleName=ECS.lower())["DeletionTaskId"]
    assert re.fullmatch(rf"task/aws-service-role/ecs\.amazonaws\.com/{ECS}/[0-9a-f-]{{36}}", task)
    answer = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert (answer["Status"], "Reason" in answer) == ("SUCCEEDED", False)
    assert refused(iam, "GetRole", RoleName=ECS).code == "NoSuchEntity"
    assert refused(iam, "DeleteServiceLinkedRole", RoleName=ECS).code == "NoSuchEntity"
    again = made(account)
    assert again["RoleId"] != role["RoleId"]
    assert got(account) == again


def test_no_other_role_is_deleted_by_a_task(account: Account) -> None:
    account.iam.create_role(RoleName=ECS, AssumeRolePolicyDocument=TRUST)
    said = refused(account.iam, "DeleteServiceLinkedRole", RoleName=ECS)
    assert said[:2] == ("NoSuchEntity", 404)
    assert got(account)["Path"] == "/"


@pytest.mark.parametrize(
    "task", [UNKNOWN_TASK, "nonsense", "task/", f"{UNKNOWN_TASK}x", "task/aws-service-role/a/*/b"]
)
def test_a_task_that_nobody_began(account: Account, task: str) -> None:
    assert refused(account.iam, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task) == Refused(
        "NoSuchEntity", 404, f"The deletion task {task} cannot be found."
    )


def test_a_task_is_nobody_elses(account: Account, other_account: Account) -> None:
    made(account)
    task = account.iam.delete_service_linked_role(RoleName=ECS)["DeletionTaskId"]
    said = refused(other_account.iam, "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)
    assert said[:2] == ("NoSuchEntity", 404)


def test_leave_to_make_one_may_depend_on_the_service(account: Account) -> None:
    condition = {"StringEquals": {"iam:AWSServiceName": "ecs.amazonaws.com"}}
    caller = account.user("caller", allow("iam:CreateServiceLinkedRole", Condition=condition))
    assert not allowed(caller, "CreateServiceLinkedRole", AWSServiceName="rds.amazonaws.com")
    assert allowed(caller, "CreateServiceLinkedRole", AWSServiceName="ecs.amazonaws.com")


def test_nobody_who_trusts_it_trusts_the_next_of_its_name(account: Account) -> None:
    role = made(account)
    temporary.create_role(account, "job", temporary.trust_statement({"AWS": role["Arn"]}))
    account.iam.delete_service_linked_role(RoleName=ECS)
    made(account)
    (statement,) = call(account.iam, "GetRole", RoleName="job")["Role"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert statement["Principal"] == {"AWS": role["RoleId"]}
