"""ListPoliciesGrantingServiceAccess: the policies that grant an entity access to a service."""

from typing import Any

import pytest

from tests.api.operation_calls import TRUST
from tests.api.responses import Refused, refused
from tests.servers import Account, allow, deny, document

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def arn_of(account: Account, resource: str) -> str:
    return f"arn:aws:iam::{account.account_id}:{resource}"


def policies_granting(account: Account, resource: str, *services: str) -> dict[str, list[Any]]:
    """Return the policies that grant an entity access to services, by service."""
    response = account.iam.list_policies_granting_service_access(
        Arn=arn_of(account, resource), ServiceNamespaces=list(services)
    )
    assert response["IsTruncated"] is False
    entries = response["PoliciesGrantingServiceAccess"]
    assert [entry["ServiceNamespace"] for entry in entries] == list(services)
    return {entry["ServiceNamespace"]: entry["Policies"] for entry in entries}


def policy_names(policies: list[Any]) -> list[str]:
    return [policy["PolicyName"] for policy in policies]


def inline_policy(name: str, kind: str, owner: str) -> dict[str, str]:
    return {"PolicyName": name, "PolicyType": "INLINE", "EntityType": kind, "EntityName": owner}


def managed_policy(name: str, arn: str) -> dict[str, str]:
    return {"PolicyName": name, "PolicyType": "MANAGED", "PolicyArn": arn}


@pytest.fixture
def bob(account: Account) -> str:
    """Create a user with a boundary in a group, both with policies; return the resource part of its ARN."""
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


def test_policies_of_a_user_include_those_of_its_groups_without_duplicates(
    account: Account, bob: str
) -> None:
    granted = policies_granting(account, bob, "s3", "sqs", "ec2")
    assert granted == {
        "s3": [
            inline_policy("own", "USER", "bob"),
            inline_policy("ours", "GROUP", "team"),
            managed_policy("AmazonS3ReadOnlyAccess", READ_ONLY),
        ],
        "sqs": [inline_policy("ours", "GROUP", "team")],
        "ec2": [],
    }


def test_policies_of_a_group_exclude_those_of_its_members(account: Account, bob: str) -> None:
    assert bob
    granted = policies_granting(account, "group/team", "s3")
    assert granted["s3"] == [
        inline_policy("ours", "GROUP", "team"),
        managed_policy("AmazonS3ReadOnlyAccess", READ_ONLY),
    ]


def test_policies_of_a_role(account: Account) -> None:
    account.iam.create_role(RoleName="job", Path="/x/", AssumeRolePolicyDocument=TRUST)
    account.iam.put_role_policy(RoleName="job", PolicyName="p", PolicyDocument=document(allow("s3:*")))
    assert policies_granting(account, "role/x/job", "s3", "sts") == {
        "s3": [inline_policy("p", "ROLE", "job")],
        "sts": [],
    }


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
def test_services_that_a_statement_grants(
    account: Account, statement: dict[str, Any], services: list[str]
) -> None:
    account.iam.create_user(UserName="bob")
    account.iam.put_user_policy(UserName="bob", PolicyName="p", PolicyDocument=document(statement))
    granted = policies_granting(account, "user/bob", "s3", "iam")
    assert [service for service, policies in granted.items() if policy_names(policies) == ["p"]] == services


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
def test_service_is_not_granted_if_all_of_it_is_denied(
    account: Account, bob: str, statement: dict[str, Any], expected: list[str]
) -> None:
    account.iam.put_user_policy(UserName="bob", PolicyName="zzz", PolicyDocument=document(statement))
    assert policy_names(policies_granting(account, bob, "s3")["s3"]) == expected


def test_service_namespaces_are_returned_as_requested(account: Account, bob: str) -> None:
    assert policy_names(policies_granting(account, bob, "S3", "nowhere")["S3"]) == [
        "own",
        "ours",
        "AmazonS3ReadOnlyAccess",
    ]


def test_services_are_paged(account: Account, bob: str) -> None:
    services = [f"s{number}" for number in range(199, -1, -1)]
    params: dict[str, Any] = {"Arn": arn_of(account, bob), "ServiceNamespaces": services}
    first = account.iam.list_policies_granting_service_access(**params)
    second = account.iam.list_policies_granting_service_access(**params, Marker=first["Marker"])
    namespaces = [
        entry["ServiceNamespace"]
        for page in (first, second)
        for entry in page["PoliciesGrantingServiceAccess"]
    ]
    assert namespaces == services
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)
    policy_counts = {len(entry["Policies"]) for entry in second["PoliciesGrantingServiceAccess"]}
    assert policy_counts == {0, 3}  # three policies grant s3, which is on the second page


def test_invalid_marker_is_rejected(account: Account, bob: str) -> None:
    params: dict[str, Any] = {"Arn": arn_of(account, bob), "ServiceNamespaces": ["s3"], "Marker": "nonsense"}
    error = refused(account.iam, "ListPoliciesGrantingServiceAccess", **params)
    assert error[:2] == ("ValidationError", 400)


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
def test_missing_or_unsupported_entity_is_rejected(
    account: Account, arn: str, expected: tuple[str, int, str]
) -> None:
    code, status, message = expected
    params: dict[str, Any] = {"Arn": arn.replace("{A}", account.account_id), "ServiceNamespaces": ["s3"]}
    error = refused(account.iam, "ListPoliciesGrantingServiceAccess", **params)
    assert error == Refused(code, status, message.replace("{A}", account.account_id))


def test_user_of_another_account_is_rejected(account: Account, other_account: Account) -> None:
    params: dict[str, Any] = {"Arn": arn_of(other_account, "user/admin"), "ServiceNamespaces": ["s3"]}
    error = refused(account.iam, "ListPoliciesGrantingServiceAccess", **params)
    assert error[:2] == ("InvalidInput", 400)
