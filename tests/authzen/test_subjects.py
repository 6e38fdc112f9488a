"""Subjects of AuthZEN requests: users, roles and sessions, with all policies that apply to them."""

import json
from typing import Any

import pytest

from tests import servers
from tests.authzen.conftest import SERVICE_ARN, Service, create_service, evaluation
from tests.in_process import root_client
from tests.servers import Account, allow, deny, document
from tests.service_client import Response

OBJECT = {"type": "s3", "id": "arn:aws:s3:::bucket/key"}
GET = {"name": "s3:GetObject"}


@pytest.fixture
def library(account: Account) -> Service:
    """Return a service that may ask, in an account without other users."""
    return create_service(
        account, "library", allow("iamd:EvaluateAccess", "iamd:ExplainAccess", resource=SERVICE_ARN)
    )


def ask(service: Service, subject: dict[str, Any], **context: Any) -> Response:
    request = {"subject": subject, "action": GET, "resource": OBJECT, "context": context}
    response = service.evaluate(request)
    assert response.status == 200, response
    return response


def may_read(service: Service, subject: dict[str, Any], **context: Any) -> bool:
    return bool(ask(service, subject, **context).body["decision"])


def create_user(account: Account, name: str, *statements: dict[str, Any], **options: Any) -> dict[str, Any]:
    with root_client(account.server.store, account.account_id) as iam:
        user: dict[str, Any] = iam.create_user(UserName=name, **options)["User"]
        iam.put_user_policy(UserName=name, PolicyName="test", PolicyDocument=document(*statements))
    return user


def test_user_is_named_by_name_id_or_arn(library: Service) -> None:
    user = create_user(library.account, "Alice", allow("s3:GetObject"), Path="/staff/")
    for subject_id in ("Alice", user["UserId"], user["Arn"]):
        assert may_read(library, {"type": "user", "id": subject_id}), subject_id
    other_id = user["UserId"][:-1] + ("3" if user["UserId"].endswith("2") else "2")
    for subject_id in ("Bob", user["Arn"].replace("/staff", ""), other_id, "*"):
        response = ask(library, {"type": "user", "id": subject_id})
        assert response.body["decision"] is False, subject_id
        assert "no such subject" in response.body["context"]["reason"]


def test_name_that_is_the_id_of_another_user_is_nobody(library: Service) -> None:
    powerful = create_user(library.account, "Alice", allow("s3:GetObject"))
    create_user(library.account, powerful["UserId"], allow("s3:PutObject"))
    assert not may_read(library, {"type": "user", "id": powerful["UserId"]})
    assert may_read(library, {"type": "user", "id": powerful["Arn"]})


def test_users_of_other_accounts_are_unknown(library: Service) -> None:
    other = servers.create_account(library.account.server)
    user = create_user(other, "Alice", allow("*"))
    for subject_id in (user["Arn"], user["UserId"], "Alice"):
        assert not may_read(library, {"type": "user", "id": subject_id})


def test_role_has_its_own_policies(library: Service) -> None:
    trust = document({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
    with root_client(library.account.server.store, library.account.account_id) as iam:
        role = iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=trust)["Role"]
        policy = document(allow("s3:GetObject"))
        iam.put_role_policy(RoleName="Reader", PolicyName="test", PolicyDocument=policy)
    for subject_id in ("Reader", role["RoleId"], role["Arn"]):
        assert may_read(library, {"type": "role", "id": subject_id})
    assert not may_read(library, {"type": "user", "id": role["Arn"]})


def test_session_has_its_session_policies(library: Service) -> None:
    account = library.account
    trust = document(
        {"Effect": "Allow", "Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    )
    iam = account.iam
    role = iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(RoleName="Reader", PolicyName="test", PolicyDocument=document(allow("s3:GetObject")))
    for policy, expected in (({}, True), ({"Policy": document(allow("s3:PutObject"))}, False)):
        credentials = account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="ses", **policy)[
            "Credentials"
        ]
        token = {"session_token": credentials["SessionToken"]}
        subject = {"type": "session", "id": credentials["AccessKeyId"], "properties": token}
        assert may_read(library, subject) is expected
        assert not may_read(library, {"type": "session", "id": credentials["AccessKeyId"]})
        assert not may_read(library, {**subject, "id": "ASIAAAAAAAAAAAAAAAAA"})
        session_arn = f"arn:aws:sts::{account.account_id}:assumed-role/Reader/ses"
        assert not may_read(library, {**subject, "id": session_arn})
    iam.delete_role_policy(RoleName="Reader", PolicyName="test")
    iam.delete_role(RoleName="Reader")
    assert not may_read(library, subject)


def test_boundary_limits_a_user(library: Service) -> None:
    account = library.account
    create_user(account, "alice", allow("s3:GetObject"))
    policy = account.iam.create_policy(PolicyName="b", PolicyDocument=document(allow("s3:PutObject")))
    assert may_read(library, {"type": "user", "id": "alice"})
    account.iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=policy["Policy"]["Arn"])
    response = ask(library, {"type": "user", "id": "alice"})
    assert response.body["decision"] is False
    assert "no permissions boundary allows the s3:GetObject action" in response.body["context"]["reason"]


def test_tags_and_context_are_condition_keys(library: Service) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red", "s3:prefix": "home"}}
    create_user(
        library.account,
        "alice",
        allow("s3:GetObject", Condition=condition),
        Tags=[{"Key": "team", "Value": "red"}],
    )
    alice = {"type": "user", "id": "alice"}
    assert may_read(library, alice, **{"s3:prefix": "home"})
    assert not may_read(library, alice, **{"s3:prefix": "other"})
    assert not may_read(library, alice)


@pytest.mark.parametrize(
    "key",
    ["aws:PrincipalTag/team", "aws:username", "AWS:UserId", "aws:PrincipalArn", "aws:CurrentTime"],
)
def test_what_the_server_knows_cannot_be_given(library: Service, key: str) -> None:
    create_user(library.account, "alice", allow("s3:GetObject"))
    request = {"subject": {"type": "user", "id": "alice"}, "action": GET, "resource": OBJECT}
    for entity in ("subject", "action", "resource"):
        values = {**request, entity: {**request[entity], "properties": {key: "x"}}}
        assert library.evaluate(values).status == 400
    assert library.evaluate({**request, "context": {key: "x"}}).status == 400


@pytest.mark.parametrize("names", [("status", "Status"), ("s3:prefix", "S3:Prefix")])
def test_a_key_given_twice_is_refused(library: Service, names: tuple[str, str]) -> None:
    create_user(library.account, "alice", allow("s3:GetObject"))
    values = {"type": OBJECT["type"], "id": OBJECT["id"], "properties": dict.fromkeys(names, "x")}
    response = library.evaluate(
        {"subject": {"type": "user", "id": "alice"}, "action": GET, "resource": values}
    )
    assert response.status == 400
    assert "given twice" in str(response.body)


VALUES: list[tuple[Any, dict[str, Any], bool]] = [
    ("a", {"StringEquals": {"record:context/value": "a"}}, True),
    (7, {"NumericLessThan": {"record:context/value": "8"}}, True),
    (7.5, {"NumericGreaterThan": {"record:context/value": "8"}}, False),
    (True, {"Bool": {"record:context/value": "true"}}, True),
    (None, {"Null": {"record:context/value": "true"}}, True),
    (["a", "b"], {"ForAnyValue:StringEquals": {"record:context/value": "b"}}, True),
    (["a", "b"], {"ForAllValues:StringEquals": {"record:context/value": "b"}}, False),
    ({"inner": {"name": "a"}}, {"StringEquals": {"record:context/value/inner/name": "a"}}, True),
]


@pytest.mark.parametrize(("value", "condition", "expected"), VALUES)
def test_values_of_context(library: Service, value: Any, condition: dict[str, Any], expected: bool) -> None:
    create_user(library.account, "alice", allow("record:read", Condition=condition))
    response = library.evaluate(evaluation("alice", "read", "1", value=value))
    assert (response.status, response.body["decision"]) == (200, expected)


@pytest.mark.parametrize(
    "value", [{str(number): "x" for number in range(201)}, json.loads('{"a":' * 20 + "1" + "}" * 20)]
)
def test_too_many_or_deeply_nested_properties_are_a_bad_request(library: Service, value: Any) -> None:
    assert library.evaluate(evaluation("alice", "read", "1", value=value)).status == 400


def test_resource_types(library: Service) -> None:
    account_id = library.account.account_id
    create_user(
        library.account,
        "alice",
        allow("record:read", resource=f"arn:aws:record::{account_id}:1"),
        allow("library:Lend", resource=f"arn:aws:library::{account_id}:book/1"),
        deny("library:Lend", resource="arn:aws:library:*:*:book/2"),
    )
    expected = {
        ("read", "record", "1"): True,
        ("record:read", "record", "1"): True,
        ("READ", "record", "1"): True,
        ("read", "record", "2"): False,
        ("Lend", "library:book", "1"): True,
        ("Lend", "library:book", "2"): False,
        ("Lend", "library", "1"): False,
        ("library:Lend", "record", "1"): False,
    }
    for (name, type_, identifier), decision in expected.items():
        request = {
            "subject": {"type": "user", "id": "alice"},
            "action": {"name": name},
            "resource": {"type": type_, "id": identifier},
        }
        assert library.evaluate(request).body["decision"] is decision, (name, type_, identifier)


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", ["user", "role", "session"])
@pytest.mark.parametrize("name", ["a\0b", "arn:aws:iam::123456789012:user/a\0b"])
def test_null_character_names_nobody(library: Service, kind: str, name: str) -> None:
    assert not may_read(library, {"type": kind, "id": name})
