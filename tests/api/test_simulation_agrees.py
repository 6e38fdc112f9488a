"""Decisions of SimulatePrincipalPolicy agree with what the server allows and denies."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from tests.api import sts_sessions
from tests.api.responses import allowed
from tests.servers import Account, allow, deny, document

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
ANOTHER_USER = {"UserName": "another"}
TAGGED_USER = {"UserName": "tagged"}


class Attempt(NamedTuple):
    """A call, and the resource and context of its simulation; `extra_actions` are needed besides its own."""

    operation: str
    params: dict[str, Any]
    resource: str
    context: Mapping[str, Any] = MappingProxyType({})
    extra_actions: tuple[str, ...] = ()
    service: str = "iam"


def assume_role(role: str) -> Attempt:
    return Attempt(
        "AssumeRole",
        {"RoleArn": f"arn:aws:iam::{{A}}:role/{role}", "RoleSessionName": "one"},
        f"arn:aws:iam::{{A}}:role/{role}",
        {"sts:RoleSessionName": "one"},
        service="sts",
    )


def user_arn(name: str) -> str:
    return f"arn:aws:iam::{{A}}:user/{name}"


# Reads come first, because all attempts are simulated before the first call is made.
ATTEMPTS = [
    Attempt("GetUser", {}, user_arn("alice")),
    Attempt("GetUser", ANOTHER_USER, user_arn("another")),
    Attempt("GetUser", TAGGED_USER, user_arn("tagged"), {"iam:ResourceTag/team": "blue"}),
    Attempt("ListUsers", {}, user_arn("")),
    Attempt("ListUsers", {"PathPrefix": "/alice/"}, user_arn("alice/")),
    Attempt("ListGroups", {}, "arn:aws:iam::{A}:group/"),
    Attempt("ListPolicies", {}, "*"),
    Attempt("GetAccountSummary", {}, "*"),
    Attempt("GetAccountPasswordPolicy", {}, "*"),
    Attempt("GetPolicy", {"PolicyArn": AUDIT}, AUDIT),
    Attempt("ListAccessKeys", {}, user_arn("alice")),
    Attempt("ListAccessKeys", ANOTHER_USER, user_arn("another")),
    Attempt("ListUserTags", ANOTHER_USER, user_arn("another")),
    Attempt("ListMFADevices", {}, user_arn("alice")),
    assume_role("open"),
    assume_role("mine"),
    assume_role("others"),
    assume_role("closed"),
    assume_role("inside"),
    assume_role("nowhere"),
    Attempt("GetCallerIdentity", {}, "*", service="sts"),
    Attempt("GetSessionToken", {}, "*", service="sts"),
    Attempt("CreateUser", {"UserName": "new", "Path": "/alice/"}, user_arn("alice/new")),
    Attempt("CreateUser", {"UserName": "new", "Path": "/bob/"}, user_arn("bob/new")),
    Attempt(
        "CreateUser",
        {"UserName": "red", "Path": "/alice/", "Tags": [{"Key": "team", "Value": "red"}]},
        user_arn("alice/red"),
        {"aws:RequestTag/team": "red", "aws:TagKeys": ["team"]},
        extra_actions=("iam:TagUser",),
    ),
    Attempt(
        "CreateUser",
        {"UserName": "blue", "Path": "/alice/", "Tags": [{"Key": "team", "Value": "blue"}]},
        user_arn("alice/blue"),
        {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]},
        extra_actions=("iam:TagUser",),
    ),
    Attempt(
        "AttachUserPolicy",
        {**ANOTHER_USER, "PolicyArn": AUDIT},
        user_arn("another"),
        {"iam:PolicyARN": AUDIT},
    ),
    Attempt(
        "AttachUserPolicy",
        {**ANOTHER_USER, "PolicyArn": READ_ONLY},
        user_arn("another"),
        {"iam:PolicyARN": READ_ONLY},
    ),
    Attempt("CreateAccessKey", {}, user_arn("alice")),
    Attempt("CreateGroup", {"GroupName": "new"}, "arn:aws:iam::{A}:group/new"),
]


def condition(operator: str, key: str, value: str | list[str]) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def trust_policy(*statements: dict[str, Any]) -> dict[str, str]:
    """Return the CreateRole parameter for a trust policy of these statements."""
    return {"AssumeRolePolicyDocument": document(*statements)}


def trust_statement(account: Account, entity: str, **elements: Any) -> dict[str, Any]:
    """Return a statement that trusts an entity of the account, such as `root` or `user/alice`."""
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:{entity}"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **elements}


@pytest.fixture
def alice(account: Account) -> tuple[str, str]:
    """Return the access key of a user with policies of every kind, some of which deny what others allow."""
    iam, account_id = account.iam, account.account_id
    boundary = iam.create_policy(
        PolicyName="boundary",
        PolicyDocument=document(
            allow("iam:*", "sts:*"),
            deny("iam:CreateAccessKey"),
            deny("iam:List*", **condition("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
        ),
    )["Policy"]["Arn"]
    key = account.key_of(
        "alice",
        allow("iam:CreateAccessKey", "iam:ListAccessKeys", "iam:Get*", resource=_own_user_arn(account_id)),
        allow(
            "iam:CreateUser", "iam:TagUser", resource=f"arn:aws:iam::{account_id}:user/${{aws:username}}/*"
        ),
        deny("iam:*", **condition("StringEquals", "aws:RequestTag/team", "red")),
        allow("iam:AttachUserPolicy", **condition("ArnEquals", "iam:PolicyARN", AUDIT)),
        allow("sts:AssumeRole", resource=f"arn:aws:iam::{account_id}:role/o*"),
        allow("sts:AssumeRole", resource=f"arn:aws:iam::{account_id}:role/inside"),
    )
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="alice")
    iam.put_group_policy(
        GroupName="readers",
        PolicyName="reads",
        PolicyDocument=document(
            allow("iam:ListUsers", resource=f"arn:aws:iam::{account_id}:user/alice/*"),
            allow("iam:GetUser", **condition("StringEquals", "iam:ResourceTag/team", "blue")),
            allow("iam:ListUserTags", **condition("Bool", "aws:SecureTransport", "true")),
            allow("iam:GetAccount*", **condition("DateGreaterThan", "aws:CurrentTime", "2024-01-01")),
            allow("iam:ListGroups", **condition("StringEquals", "aws:PrincipalTag/team", "green")),
            allow("s3:*", "iam:ListPolicies"),
            deny("iam:GetAccountPasswordPolicy", **condition("Null", "aws:MultiFactorAuthAge", "true")),
        ),
    )
    iam.tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "green"}])
    iam.create_user(UserName="another")
    iam.create_user(UserName="tagged", Tags=[{"Key": "team", "Value": "blue"}])
    _create_roles(account)
    return key


def _own_user_arn(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:user/${{aws:username}}"


def _create_roles(account: Account) -> None:
    iam = account.iam
    deny_alice = trust_statement(account, "user/alice") | {"Effect": "Deny"}
    iam.create_role(RoleName="open", **trust_policy(trust_statement(account, "root")))
    iam.create_role(RoleName="mine", **trust_policy(trust_statement(account, "user/alice")))
    iam.create_role(RoleName="others", **trust_policy(trust_statement(account, "user/another")))
    iam.create_role(RoleName="closed", **trust_policy(trust_statement(account, "root"), deny_alice))
    with_mfa = condition("Bool", "aws:MultiFactorAuthPresent", "true")
    iam.create_role(RoleName="inside", **trust_policy(trust_statement(account, "root", **with_mfa)))


def simulator_allows(account: Account, arn: str, attempt: Attempt) -> bool:
    """Return whether the simulator allows every action that an attempt needs."""
    response = account.iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=[f"{attempt.service}:{attempt.operation}", *attempt.extra_actions],
        ResourceArns=[attempt.resource.replace("{A}", account.account_id)],
        ContextEntries=[
            _context_entry(name, value) for name, value in {**REQUEST_CONTEXT, **attempt.context}.items()
        ],
    )
    return all(result["EvalDecision"] == "allowed" for result in response["EvaluationResults"])


REQUEST_CONTEXT = {"aws:SourceIp": "127.0.0.1", "aws:SecureTransport": "false"}


def _context_entry(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"ContextKeyName": name, "ContextKeyValues": value, "ContextKeyType": "stringList"}
    return {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}


def server_allows(client: Any, account: Account, attempt: Attempt) -> bool:
    """Make the call; return whether it was allowed."""
    params = {
        name: value.replace("{A}", account.account_id) if isinstance(value, str) else value
        for name, value in attempt.params.items()
    }
    return allowed(client, attempt.operation, **params)


def test_simulation_of_a_user_agrees_with_the_server(account: Account, alice: tuple[str, str]) -> None:
    arn = f"arn:aws:iam::{account.account_id}:user/alice"
    clients = {service: account.client(service, alice) for service in ("iam", "sts")}
    simulated = [simulator_allows(account, arn, attempt) for attempt in ATTEMPTS]
    actual = [server_allows(clients[attempt.service], account, attempt) for attempt in ATTEMPTS]
    decisions = zip(ATTEMPTS, simulated, actual, strict=True)
    assert [decision for decision in decisions if decision[1] is not decision[2]] == []
    assert {True, False} == set(actual)
    assert 10 <= sum(actual) <= len(actual) - 10


def test_simulation_of_a_role_agrees_with_its_session(account: Account) -> None:
    iam, account_id = account.iam, account.account_id
    iam.create_role(RoleName="job", Path="/x/", **trust_policy(trust_statement(account, "user/admin")))
    iam.tag_role(RoleName="job", Tags=[{"Key": "team", "Value": "green"}])
    iam.put_role_policy(
        RoleName="job",
        PolicyName="p",
        PolicyDocument=document(
            allow("iam:ListUsers", **condition("StringEquals", "aws:PrincipalTag/team", "green")),
            allow("iam:ListRoles", **condition("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/x/job")),
            allow("iam:ListGroups", **condition("StringEquals", "aws:PrincipalType", "AssumedRole")),
            allow("iam:ListPolicies", **condition("StringLike", "aws:username", "*")),
            allow("iam:GetAccountSummary"),
            deny("iam:GetAccountSummary", **condition("Bool", "aws:MultiFactorAuthPresent", "false")),
            allow("iam:ListAccountAliases", **condition("StringEquals", "aws:RequestedRegion", "us-east-1")),
        ),
    )
    arn = f"arn:aws:iam::{account_id}:role/x/job"
    session = sts_sessions.credentials_of(account.sts.assume_role(RoleArn=arn, RoleSessionName="one"))
    client = session.client(account.server, "iam")
    attempts = [
        Attempt("ListUsers", {}, user_arn("")),
        Attempt("ListRoles", {}, "arn:aws:iam::{A}:role/"),
        Attempt("ListGroups", {}, "arn:aws:iam::{A}:group/"),
        Attempt("ListPolicies", {}, "*"),
        Attempt("GetAccountSummary", {}, "*"),
        Attempt("ListAccountAliases", {}, "*"),
        Attempt("ListVirtualMFADevices", {}, "*"),
    ]
    simulated = {attempt.operation: simulator_allows(account, arn, attempt) for attempt in attempts}
    assert simulated == {attempt.operation: server_allows(client, account, attempt) for attempt in attempts}
    assert [name for name, is_allowed in simulated.items() if not is_allowed] == [
        "ListPolicies",
        "GetAccountSummary",
        "ListVirtualMFADevices",
    ]
