"""ListPoliciesGrantingServiceAccess: which policies let somebody use a service, on both databases."""

from typing import Any

import pytest

from tests.api.answers import Refused, refused
from tests.api.served import TRUST
from tests.servers import Account, allow, deny, document

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def arn_of(account: Account, resource: str) -> str:
    return f"arn:aws:iam::{account.account_id}:{resource}"


def granting(account: Account, resource: str, *services: str) -> dict[str, list[Any]]:
    """Return the policies that let an entity use services, by service."""
    told = account.iam.list_policies_granting_service_access(
        Arn=arn_of(account, resource), ServiceNamespaces=list(services)
    )
    assert told["IsTruncated"] is False
    entries = told["PoliciesGrantingServiceAccess"]
    assert [entry["ServiceNamespace"] for entry in entries] == list(services)
    return {entry["ServiceNamespace"]: entry["Policies"] for entry in entries}


def names(policies: list[Any]) -> list[str]:
    return [policy["PolicyName"] for policy in policies]


def inline(name: str, kind: str, owner: str) -> dict[str, str]:
    return {"PolicyName": name, "PolicyType": "INLINE", "EntityType": kind, "EntityName": owner}


def managed(name: str, arn: str) -> dict[str, str]:
    return {"PolicyName": name, "PolicyType": "MANAGED", "PolicyArn": arn}


@pytest.fixture
def bob(account: Account) -> str:
    """Make a user in a group, both with policies, and with a boundary; return its resource."""
    iam = account.iam
    iam.create_user(UserName="bob", PermissionsBoundary=ADMIN)
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=document(allow("S3:Get*")))
    iam.put_group_policy(
        GroupName="team", PolicyName="ours", PolicyDocument=document(allow("sqs:*"), allow("s3:ListBucket"))
    )
    iam.attach_user_policy(UserName="bob", PolicyArn=READ_ONLY)
    iam.attach_group_policy(GroupName="team", PolicyArn=READ_ONLY)
    return "user/bob"


def test_a_user_has_its_own_policies_and_its_groups_each_once(account: Account, bob: str) -> None:
    found = granting(account, bob, "s3", "sqs", "ec2")
    assert found == {
        "s3": [
            inline("own", "USER", "bob"),
            inline("ours", "GROUP", "team"),
            managed("AmazonS3ReadOnlyAccess", READ_ONLY),
        ],
        "sqs": [inline("ours", "GROUP", "team")],
        "ec2": [],
    }


def test_a_group_has_its_own_policies_alone(account: Account, bob: str) -> None:
    assert bob
    found = granting(account, "group/team", "s3")
    assert found["s3"] == [
        inline("ours", "GROUP", "team"),
        managed("AmazonS3ReadOnlyAccess", READ_ONLY),
    ]


def test_a_role_has_its_own_policies_alone(account: Account) -> None:
    account.iam.create_role(RoleName="job", Path="/x/", AssumeRolePolicyDocument=TRUST)
    account.iam.put_role_policy(RoleName="job", PolicyName="p", PolicyDocument=document(allow("s3:*")))
    assert granting(account, "role/x/job", "s3", "sts") == {"s3": [inline("p", "ROLE", "job")], "sts": []}


@pytest.mark.parametrize(
    ("statement", "services"),
    [
        (allow("*"), ["s3", "iam"]),
        (allow("*:*"), ["s3", "iam"]),
        (allow("s3:Get?bject"), ["s3"]),
        (allow("s3:GetObject", resource="arn:aws:s3:::nowhere"), ["s3"]),
        (allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}}), ["s3"]),
        (allow("s3-object-lambda:*"), []),
        (deny("s3:*"), []),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, ["s3"]),
        ({"Effect": "Allow", "NotAction": ["iam:Get*", "S3:**"], "Resource": "*"}, ["iam"]),
        ({"Effect": "Allow", "NotAction": "*", "Resource": "*"}, []),
    ],
)
def test_what_a_statement_lets_use(account: Account, statement: dict[str, Any], services: list[str]) -> None:
    account.iam.create_user(UserName="bob")
    account.iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=document(statement))
    found = granting(account, "user/bob", "s3", "iam")
    assert [service for service, policies in found.items() if names(policies) == ["p"]] == services


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (deny("s3:*"), []),
        (deny("*"), []),
        (deny("s3:GetObject"), ["own", "ours", "AmazonS3ReadOnlyAccess"]),
        (deny("s3:*", resource="arn:aws:s3:::box"), ["own", "ours", "AmazonS3ReadOnlyAccess"]),
        (
            deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            ["own", "ours", "AmazonS3ReadOnlyAccess"],
        ),
        (deny("sqs:*"), ["own", "ours", "AmazonS3ReadOnlyAccess"]),
    ],
)
def test_what_is_denied_altogether_no_policy_lets_use(
    account: Account, bob: str, statement: dict[str, Any], expected: list[str]
) -> None:
    account.iam.put_user_policy(UserName="bob", PolicyName="zzz", PolicyDocument=document(statement))
    assert names(granting(account, bob, "s3")["s3"]) == expected


def test_services_are_told_as_they_were_asked_about(account: Account, bob: str) -> None:
    assert names(granting(account, bob, "S3", "nowhere")["S3"]) == ["own", "ours", "AmazonS3ReadOnlyAccess"]


def test_pages_hold_a_hundred_services(account: Account, bob: str) -> None:
    services = [f"s{number}" for number in range(199, -1, -1)]
    asked: dict[str, Any] = {"Arn": arn_of(account, bob), "ServiceNamespaces": services}
    first = account.iam.list_policies_granting_service_access(**asked)
    second = account.iam.list_policies_granting_service_access(**asked, Marker=first["Marker"])
    told = [
        entry["ServiceNamespace"]
        for page in (first, second)
        for entry in page["PoliciesGrantingServiceAccess"]
    ]
    assert told == services
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    granted = {len(entry["Policies"]) for entry in second["PoliciesGrantingServiceAccess"]}
    assert granted == {0, 3}  # s3 is among them


def test_a_marker_that_no_page_gave_is_told(account: Account, bob: str) -> None:
    asked: dict[str, Any] = {"Arn": arn_of(account, bob), "ServiceNamespaces": ["s3"], "Marker": "nonsense"}
    said = refused(account.iam, "ListPoliciesGrantingServiceAccess", **asked)
    assert said[:2] == ("ValidationError", 400)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::{A}:user/none", ("NoSuchEntity", 404, "The user with name none cannot be found.")),
        ("arn:aws:iam::{A}:group/none", ("NoSuchEntity", 404, "The group with name none cannot be found.")),
        (
            "arn:aws:iam::{A}:policy/x",
            (
                "InvalidInput",
                400,
                "Invalid Entity Arn: arn:aws:iam::{A}:policy/x does not clearly define entity type and name.",
            ),
        ),
    ],
)
def test_who_is_not_there(account: Account, arn: str, expected: tuple[str, int, str]) -> None:
    code, status, message = expected
    asked: dict[str, Any] = {"Arn": arn.replace("{A}", account.account_id), "ServiceNamespaces": ["s3"]}
    said = refused(account.iam, "ListPoliciesGrantingServiceAccess", **asked)
    assert said == Refused(code, status, message.replace("{A}", account.account_id))


def test_another_accounts_user_is_none_of_ones_business(account: Account, other_account: Account) -> None:
    asked: dict[str, Any] = {"Arn": arn_of(other_account, "user/admin"), "ServiceNamespaces": ["s3"]}
    said = refused(account.iam, "ListPoliciesGrantingServiceAccess", **asked)
    assert said[:2] == ("InvalidInput", 400)
