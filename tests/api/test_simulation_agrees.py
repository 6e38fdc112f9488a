"""What SimulatePrincipalPolicy says is what the server then does, on both databases."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from tests.api import temporary
from tests.api.answers import allowed
from tests.servers import Account, allow, deny, document

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
ANOTHER = {"UserName": "another"}
TAGGED = {"UserName": "tagged"}


class Attempt(NamedTuple):
    """A call, and how it is asked about; `also` are the actions that it needs besides its own."""

    operation: str
    params: dict[str, Any]
    resource: str
    context: Mapping[str, Any] = MappingProxyType({})
    also: tuple[str, ...] = ()
    service: str = "iam"


def assume(role: str) -> Attempt:
    return Attempt(
        "AssumeRole",
        {"RoleArn": f"arn:aws:iam::{{A}}:role/{role}", "RoleSessionName": "one"},
        f"arn:aws:iam::{{A}}:role/{role}",
        {"sts:RoleSessionName": "one"},
        service="sts",
    )


def user(name: str) -> str:
    return f"arn:aws:iam::{{A}}:user/{name}"


# Those that change nothing come first: each is asked about before any is made.
ATTEMPTS = [
    Attempt("GetUser", {}, user("alice")),
    Attempt("GetUser", ANOTHER, user("another")),
    Attempt("GetUser", TAGGED, user("tagged"), {"iam:ResourceTag/team": "blue"}),
    Attempt("ListUsers", {}, user("")),
    Attempt("ListUsers", {"PathPrefix": "/alice/"}, user("alice/")),
    Attempt("ListGroups", {}, "arn:aws:iam::{A}:group/"),
    Attempt("ListPolicies", {}, "*"),
    Attempt("GetAccountSummary", {}, "*"),
    Attempt("GetAccountPasswordPolicy", {}, "*"),
    Attempt("GetPolicy", {"PolicyArn": AUDIT}, AUDIT),
    Attempt("ListAccessKeys", {}, user("alice")),
    Attempt("ListAccessKeys", ANOTHER, user("another")),
    Attempt("ListUserTags", ANOTHER, user("another")),
    Attempt("ListMFADevices", {}, user("alice")),
    assume("open"),
    assume("mine"),
    assume("others"),
    assume("closed"),
    assume("inside"),
    assume("nowhere"),
    Attempt("GetCallerIdentity", {}, "*", service="sts"),
    Attempt("GetSessionToken", {}, "*", service="sts"),
    Attempt("CreateUser", {"UserName": "new", "Path": "/alice/"}, user("alice/new")),
    Attempt("CreateUser", {"UserName": "new", "Path": "/bob/"}, user("bob/new")),
    Attempt(
        "CreateUser",
        {"UserName": "red", "Path": "/alice/", "Tags": [{"Key": "team", "Value": "red"}]},
        user("alice/red"),
        {"aws:RequestTag/team": "red", "aws:TagKeys": ["team"]},
        also=("iam:TagUser",),
    ),
    Attempt(
        "CreateUser",
        {"UserName": "blue", "Path": "/alice/", "Tags": [{"Key": "team", "Value": "blue"}]},
        user("alice/blue"),
        {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]},
        also=("iam:TagUser",),
    ),
    Attempt("AttachUserPolicy", {**ANOTHER, "PolicyArn": AUDIT}, user("another"), {"iam:PolicyARN": AUDIT}),
    Attempt(
        "AttachUserPolicy",
        {**ANOTHER, "PolicyArn": READ_ONLY},
        user("another"),
        {"iam:PolicyARN": READ_ONLY},
    ),
    Attempt("CreateAccessKey", {}, user("alice")),
    Attempt("CreateGroup", {"GroupName": "new"}, "arn:aws:iam::{A}:group/new"),
]


def when(operator: str, key: str, value: str | list[str]) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def trusting(*statements: dict[str, Any]) -> dict[str, str]:
    return {"AssumeRolePolicyDocument": document(*statements)}


def trusts(account: Account, who: str, **more: Any) -> dict[str, Any]:
    principal = {"AWS": f"arn:aws:iam::{account.account_id}:{who}"}
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


@pytest.fixture
def alice(account: Account) -> tuple[str, str]:
    """Return the key of a user with policies of every kind, some of which take back what others give."""
    iam, account_id = account.iam, account.account_id
    bound = iam.create_policy(
        PolicyName="bound",
        PolicyDocument=document(
            allow("iam:*", "sts:*"),
            deny("iam:CreateAccessKey"),
            deny("iam:List*", **when("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
        ),
    )["Policy"]["Arn"]
    key = account.key_of(
        "alice",
        allow("iam:CreateAccessKey", "iam:ListAccessKeys", "iam:Get*", resource=_own(account_id)),
        allow(
            "iam:CreateUser", "iam:TagUser", resource=f"arn:aws:iam::{account_id}:user/${{aws:username}}/*"
        ),
        deny("iam:*", **when("StringEquals", "aws:RequestTag/team", "red")),
        allow("iam:AttachUserPolicy", **when("ArnEquals", "iam:PolicyARN", AUDIT)),
        allow("sts:AssumeRole", resource=f"arn:aws:iam::{account_id}:role/o*"),
        allow("sts:AssumeRole", resource=f"arn:aws:iam::{account_id}:role/inside"),
    )
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=bound)
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="alice")
    iam.put_group_policy(
        GroupName="readers",
        PolicyName="reads",
        PolicyDocument=document(
            allow("iam:ListUsers", resource=f"arn:aws:iam::{account_id}:user/alice/*"),
            allow("iam:GetUser", **when("StringEquals", "iam:ResourceTag/team", "blue")),
            allow("iam:ListUserTags", **when("Bool", "aws:SecureTransport", "true")),
            allow("iam:GetAccount*", **when("DateGreaterThan", "aws:CurrentTime", "2024-01-01")),
            allow("iam:ListGroups", **when("StringEquals", "aws:PrincipalTag/team", "green")),
            allow("s3:*", "iam:ListPolicies"),
            deny("iam:GetAccountPasswordPolicy", **when("Null", "aws:MultiFactorAuthAge", "true")),
        ),
    )
    iam.tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "green"}])
    iam.create_user(UserName="another")
    iam.create_user(UserName="tagged", Tags=[{"Key": "team", "Value": "blue"}])
    _make_roles(account)
    return key


def _own(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:user/${{aws:username}}"


def _make_roles(account: Account) -> None:
    iam = account.iam
    closing = trusts(account, "user/alice") | {"Effect": "Deny"}
    iam.create_role(RoleName="open", **trusting(trusts(account, "root")))
    iam.create_role(RoleName="mine", **trusting(trusts(account, "user/alice")))
    iam.create_role(RoleName="others", **trusting(trusts(account, "user/another")))
    iam.create_role(RoleName="closed", **trusting(trusts(account, "root"), closing))
    with_mfa = when("Bool", "aws:MultiFactorAuthPresent", "true")
    iam.create_role(RoleName="inside", **trusting(trusts(account, "root", **with_mfa)))


def simulated(account: Account, arn: str, attempt: Attempt) -> bool:
    """Say whether the simulator allows all that an attempt needs."""
    answer = account.iam.simulate_principal_policy(
        PolicySourceArn=arn,
        ActionNames=[f"{attempt.service}:{attempt.operation}", *attempt.also],
        ResourceArns=[attempt.resource.replace("{A}", account.account_id)],
        ContextEntries=[_entry(name, value) for name, value in {**AROUND, **attempt.context}.items()],
    )
    return all(result["EvalDecision"] == "allowed" for result in answer["EvaluationResults"])


AROUND = {"aws:SourceIp": "127.0.0.1", "aws:SecureTransport": "false"}


def _entry(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"ContextKeyName": name, "ContextKeyValues": value, "ContextKeyType": "stringList"}
    return {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}


def done(client: Any, account: Account, attempt: Attempt) -> bool:
    """Make the call; say whether it was allowed."""
    params = {
        name: value.replace("{A}", account.account_id) if isinstance(value, str) else value
        for name, value in attempt.params.items()
    }
    return allowed(client, attempt.operation, **params)


def test_a_user_may_do_what_the_simulator_says(account: Account, alice: tuple[str, str]) -> None:
    arn = f"arn:aws:iam::{account.account_id}:user/alice"
    clients = {service: account.client(service, alice) for service in ("iam", "sts")}
    told = [simulated(account, arn, attempt) for attempt in ATTEMPTS]
    made = [done(clients[attempt.service], account, attempt) for attempt in ATTEMPTS]
    told_and_made = list(zip(ATTEMPTS, told, made, strict=True))
    assert [each for each in told_and_made if each[1] is not each[2]] == []
    assert {True, False} == set(made)
    assert 10 <= sum(made) <= len(made) - 10


def test_a_session_of_a_role_may_do_what_the_simulator_says(account: Account) -> None:
    iam, account_id = account.iam, account.account_id
    iam.create_role(RoleName="job", Path="/x/", **trusting(trusts(account, "user/admin")))
    iam.tag_role(RoleName="job", Tags=[{"Key": "team", "Value": "green"}])
    iam.put_role_policy(
        RoleName="job",
        PolicyName="p",
        PolicyDocument=document(
            allow("iam:ListUsers", **when("StringEquals", "aws:PrincipalTag/team", "green")),
            allow("iam:ListRoles", **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/x/job")),
            allow("iam:ListGroups", **when("StringEquals", "aws:PrincipalType", "AssumedRole")),
            allow("iam:ListPolicies", **when("StringLike", "aws:username", "*")),
            allow("iam:GetAccountSummary"),
            deny("iam:GetAccountSummary", **when("Bool", "aws:MultiFactorAuthPresent", "false")),
            allow("iam:ListAccountAliases", **when("StringEquals", "aws:RequestedRegion", "us-east-1")),
        ),
    )
    arn = f"arn:aws:iam::{account_id}:role/x/job"
    session = temporary.credentials_of(account.sts.assume_role(RoleArn=arn, RoleSessionName="one"))
    client = session.client(account.server, "iam")
    attempts = [
        Attempt("ListUsers", {}, user("")),
        Attempt("ListRoles", {}, "arn:aws:iam::{A}:role/"),
        Attempt("ListGroups", {}, "arn:aws:iam::{A}:group/"),
        Attempt("ListPolicies", {}, "*"),
        Attempt("GetAccountSummary", {}, "*"),
        Attempt("ListAccountAliases", {}, "*"),
        Attempt("ListVirtualMFADevices", {}, "*"),
    ]
    told = {attempt.operation: simulated(account, arn, attempt) for attempt in attempts}
    assert told == {attempt.operation: done(client, account, attempt) for attempt in attempts}
    assert [name for name, is_allowed in told.items() if not is_allowed] == [
        "ListPolicies",
        "GetAccountSummary",
        "ListVirtualMFADevices",
    ]
