"""Condition keys of sessions and of AssumeRole: present with the same values as in AWS, otherwise absent.

Most keys are tested in a trust policy: if a role trusts everybody on one condition, AssumeRole tells whether
the condition is true.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from iamd.core import clock
from iamd.core.records import SessionToken
from tests import console_users, servers
from tests.api import sts_sessions
from tests.api.responses import allowed, refused
from tests.api.sts_sessions import (
    Session,
    assume_role,
    create_role,
    put_role_policy,
    seal_session,
    trust_statement,
    unseal_token,
)
from tests.servers import Account, Server, allow, document

ABSENT, PRESENT = None, ""
_HOUR, _MFA_AGE = 3600, 100  # seconds
SESSION_NAME = {"RoleSessionName": "work"}
TEAM = [{"Key": "Team", "Value": "of user"}, {"Key": "rank", "Value": "1"}]


def condition(key: str, value: str | tuple[str, ...] | None) -> dict[str, Any]:
    """Return a condition that is true if a key has a value, is PRESENT with any value, or is ABSENT."""
    if value is ABSENT:
        return {"Null": {key: "true"}}
    present: dict[str, Any] = {"Null": {key: "false"}}
    if isinstance(value, tuple):
        # The key has only values of the tuple, among them the first.
        subset = {"ForAllValues:StringEquals": {key: list(value)}}
        return {**present, **subset, "ForAnyValue:StringEquals": {key: value[0]}}
    return {**present, "StringEquals": {key: value}} if value else present


class Probe(NamedTuple):
    """A role that trusts everybody on one condition, and callers that try to assume it."""

    account: Account
    iam: Any
    callers: dict[str, Any]
    sessions: dict[str, Session]

    def is_true(
        self, sts: Any, condition: dict[str, Any], action: str = "sts:AssumeRole", **params: Any
    ) -> bool:
        """Return whether a condition on an action is true when a caller assumes the role."""
        others = {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"} - {action}
        trust = document(
            trust_statement("*", *sorted(others)), trust_statement("*", action, Condition=condition)
        )
        self.iam.update_assume_role_policy(RoleName="probe", PolicyDocument=trust)
        role_arn = f"arn:aws:iam::{self.account.account_id}:role/x/probe"
        return allowed(sts, "AssumeRole", **{"RoleArn": role_arn, **SESSION_NAME, **params})


@pytest.fixture(scope="module")
def probe(server: Server) -> Probe:
    """Return a role and its callers: keys and sessions of a user with tags, of roles, and of the console."""
    account = servers.create_account(server)
    trust_everybody = trust_statement("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    create_role(account, "probe", Path="/x/", Tags=[{"Key": "Stage", "Value": "test"}])
    role_tags = [{"Key": "team", "Value": "of role"}, {"Key": "rank", "Value": "2"}]
    arn = create_role(account, "job", trust_everybody, Path="/jobs/", Tags=role_tags)
    plain = create_role(account, "plain", trust_everybody)
    account.iam.create_user(UserName="bob", Path="/team/", Tags=TEAM)
    key = sts_sessions.access_key_of(account.iam.create_access_key(UserName="bob"))
    bob = sts_sessions.user_of(account, "bob").user_id
    now = int(time.time())
    with_mfa = SessionToken(
        "user", account.account_id, bob, "", "s" * 40, now - _MFA_AGE, now + _HOUR, now - _MFA_AGE
    )
    session_params = {"Tags": [{"Key": "TEAM", "Value": "of session"}], "SourceIdentity": "alice"}
    sessions = {
        "key": key,
        "token": sts_sessions.credentials_of(key.client(server, "sts").get_session_token()),
        "token with MFA": seal_session(account, with_mfa),
        "role": assume_role(account.sts, plain),
        "tagged role": assume_role(account.sts, arn, **session_params),
    }
    callers = {name: session.client(server, "sts") for name, session in sessions.items()}
    return Probe(account, account.iam, {**callers, "console": _console(account)}, sessions)


def _console(account: Account) -> Any:
    browser = console_users.create_user(account, "carol")
    browser.sign_in_user(account.account_id, "carol", console_users.PASSWORD)
    browser.confirm()
    return browser.client("sts")


# Keys of the caller.

CallerKeys = dict[str, str | None]
RequestKeys = dict[str, str | tuple[str, ...] | None]

_ABSENT_BY_DEFAULT: CallerKeys = dict.fromkeys(
    (
        "aws:username",
        "aws:PrincipalTag/team",
        "aws:PrincipalTag/rank",
        "aws:SourceIdentity",
        "aws:TokenIssueTime",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:FederatedProvider",
        "aws:PrincipalOrgID",
        "aws:PrincipalServiceName",
        "sts:ExternalId",
        "aws:AssumedRoot",
    ),
    ABSENT,
)
_ALWAYS_PRESENT: CallerKeys = {
    "aws:PrincipalAccount": "{A}",
    "aws:PrincipalIsAWSService": "false",
    "aws:ViaAWSService": "false",
    "aws:ResourceAccount": "{A}",
    "aws:RequestedRegion": "us-east-1",
}
_BOB: CallerKeys = {
    "aws:PrincipalArn": "arn:aws:iam::{A}:user/team/bob",
    "aws:PrincipalType": "User",
    "aws:userid": "{bob}",
    "aws:username": "bob",
    "aws:PrincipalTag/team": "of user",
    "aws:PrincipalTag/rank": "1",
}
_TEMPORARY: CallerKeys = {"aws:TokenIssueTime": PRESENT, "aws:MultiFactorAuthPresent": "false"}
CALLERS: dict[str, CallerKeys] = {
    "key": _BOB,
    "token": {**_BOB, **_TEMPORARY},
    "token with MFA": {
        **_BOB,
        **_TEMPORARY,
        "aws:MultiFactorAuthPresent": "true",
        "aws:MultiFactorAuthAge": PRESENT,
    },
    "role": {
        **_TEMPORARY,
        "aws:PrincipalArn": "arn:aws:iam::{A}:role/plain",
        "aws:PrincipalType": "AssumedRole",
        "aws:userid": "{plain}:work",
    },
    "tagged role": {
        **_TEMPORARY,
        "aws:PrincipalArn": "arn:aws:iam::{A}:role/jobs/job",
        "aws:PrincipalType": "AssumedRole",
        "aws:userid": "{job}:work",
        "aws:PrincipalTag/team": "of session",
        "aws:PrincipalTag/rank": "2",
        "aws:SourceIdentity": "alice",
    },
    "console": {
        **_TEMPORARY,
        "aws:PrincipalArn": "arn:aws:iam::{A}:user/carol",
        "aws:PrincipalType": "User",
        "aws:userid": PRESENT,
        "aws:username": "carol",
    },
}
CALLER_CASES = [
    (caller, key, value)
    for caller, keys in CALLERS.items()
    for key, value in {**_ABSENT_BY_DEFAULT, **_ALWAYS_PRESENT, **keys}.items()
]


@pytest.mark.parametrize(("caller", "key", "value"), CALLER_CASES)
def test_condition_keys_of_the_caller(probe: Probe, caller: str, key: str, value: str | None) -> None:
    if value:
        placeholders = {
            "{A}": probe.account.account_id,
            "{bob}": sts_sessions.user_of(probe.account, "bob").user_id,
        }
        placeholders |= {
            f"{{{role}}}": sts_sessions.role_of(probe.account, role).role_id for role in ("plain", "job")
        }
        for placeholder, replacement in placeholders.items():
            value = value.replace(placeholder, replacement)
    # A session with a source identity needs sts:SetSourceIdentity too, which `is_true` allows everybody.
    assert probe.is_true(probe.callers[caller], condition(key, value))


@pytest.mark.parametrize(("caller", "key", "value"), [case for case in CALLER_CASES if case[2]])
def test_condition_keys_of_the_caller_have_no_other_value(
    probe: Probe, caller: str, key: str, value: str
) -> None:
    assert not probe.is_true(probe.callers[caller], condition(key, "something else"))
    assert not probe.is_true(probe.callers[caller], condition(key, ABSENT))


def test_token_issue_time_is_when_the_session_was_issued(probe: Probe) -> None:
    for name in ("token", "token with MFA", "role"):
        issued = unseal_token(probe.account, probe.sessions[name]).issued_at
        at, before = (clock.iso(datetime.fromtimestamp(moment, UTC)) for moment in (issued, issued - 1))
        key = "aws:TokenIssueTime"
        assert probe.is_true(probe.callers[name], {"DateEquals": {key: at}})
        assert not probe.is_true(probe.callers[name], {"DateLessThanEquals": {key: before}})


def test_multi_factor_auth_age_is_in_seconds_since_mfa(probe: Probe) -> None:
    sts, key = probe.callers["token with MFA"], "aws:MultiFactorAuthAge"
    assert probe.is_true(sts, {"NumericGreaterThanEquals": {key: str(_MFA_AGE)}})
    assert probe.is_true(sts, {"NumericLessThan": {key: str(_MFA_AGE + _HOUR)}})
    assert not probe.is_true(sts, {"NumericLessThan": {key: str(_MFA_AGE)}})


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_requested_region_is_the_region_of_the_signature(probe: Probe, region: str) -> None:
    sts = probe.sessions["role"].client(probe.account.server, "sts", region)
    assert probe.is_true(sts, condition("aws:RequestedRegion", region))


# Keys of the request.

_ABSENT_IN_REQUEST: RequestKeys = dict.fromkeys(
    (
        "sts:ExternalId",
        "sts:SourceIdentity",
        "sts:TransitiveTagKeys",
        "aws:RequestTag/team",
        "aws:TagKeys",
        # AWS sets it for bearer tokens and web identity tokens only.
        "sts:DurationSeconds",
        "sts:AWSServiceName",
        "aws:ResourceTag/team",
        "iam:ResourceTag/team",
    ),
    ABSENT,
)
_TAGS = {"Tags": [{"Key": "Team", "Value": "a"}, {"Key": "cost", "Value": "1"}]}
_TAG_KEYS: RequestKeys = {
    "aws:RequestTag/team": "a",
    "aws:RequestTag/COST": "1",
    "aws:TagKeys": ("Team", "cost"),
}
REQUESTS: list[tuple[dict[str, Any], RequestKeys]] = [
    ({}, {"sts:RoleSessionName": "work", "aws:ResourceTag/stage": "test", "iam:ResourceTag/Stage": "test"}),
    ({"RoleSessionName": "a@b"}, {"sts:RoleSessionName": "a@b"}),
    ({"ExternalId": "Example:987"}, {"sts:ExternalId": "Example:987"}),
    ({"SourceIdentity": "alice"}, {"sts:SourceIdentity": "alice"}),
    ({"DurationSeconds": 900}, {}),
    (_TAGS, _TAG_KEYS),
    ({**_TAGS, "TransitiveTagKeys": ["Team"]}, {**_TAG_KEYS, "sts:TransitiveTagKeys": ("Team",)}),
]
REQUEST_CASES = [
    (params, key, value) for params, keys in REQUESTS for key, value in {**_ABSENT_IN_REQUEST, **keys}.items()
]


@pytest.mark.parametrize(("params", "key", "value"), REQUEST_CASES, ids=str)
def test_condition_keys_of_the_request(
    probe: Probe, params: dict[str, Any], key: str, value: str | tuple[str, ...] | None
) -> None:
    assert probe.is_true(probe.callers["key"], condition(key, value), **params)


@pytest.mark.parametrize(("params", "key", "value"), [case for case in REQUEST_CASES if case[2]], ids=str)
def test_condition_keys_of_the_request_have_no_other_value(
    probe: Probe, params: dict[str, Any], key: str, value: str | tuple[str, ...]
) -> None:
    other = ("something else",) if isinstance(value, tuple) else "something else"
    assert not probe.is_true(probe.callers["key"], condition(key, other), **params)


@pytest.mark.parametrize("key", ["aws:RequestTag/team", "aws:TagKeys", "sts:TransitiveTagKeys"])
def test_conditions_on_tag_session_see_the_tags_of_the_request(probe: Probe, key: str) -> None:
    params = {**_TAGS, "TransitiveTagKeys": ["Team"]}
    for value, expected in ((PRESENT, True), (ABSENT, False)):
        result = probe.is_true(probe.callers["key"], condition(key, value), "sts:TagSession", **params)
        assert result is expected


def test_conditions_on_set_source_identity_see_requested_and_inherited_identity(probe: Probe) -> None:
    params = {"SourceIdentity": "alice"}
    for name, expected in (("alice", True), ("bob", False)):
        on_identity = condition("sts:SourceIdentity", name)
        result = probe.is_true(probe.callers["key"], on_identity, "sts:SetSourceIdentity", **params)
        assert result is expected
    # A source identity inherited from the calling session counts like one in the request.
    assert probe.is_true(
        probe.callers["tagged role"], condition("sts:SourceIdentity", "alice"), "sts:SetSourceIdentity"
    )


@pytest.mark.parametrize(("params", "key", "value"), REQUEST_CASES[:12], ids=str)
def test_conditions_in_the_callers_own_policy_see_the_same_keys(
    account: Account, params: dict[str, Any], key: str, value: Any
) -> None:
    create_role(account, "job", Tags=[{"Key": "Stage", "Value": "test"}])
    role_arn = f"arn:aws:iam::{account.account_id}:role/job"
    for name, on_key, expected in (
        ("bob", condition(key, value), True),
        ("eve", condition(key, ABSENT if value else PRESENT), False),
    ):
        sts = account.client("sts", account.key_of(name, allow("sts:AssumeRole", Condition=on_key)))
        assert allowed(sts, "AssumeRole", **{"RoleArn": role_arn, **SESSION_NAME, **params}) is expected


# IAM has the same condition keys of a session as STS.


def is_true_in_iam(account: Account, session: Session, condition: dict[str, Any]) -> bool:
    """Return whether a condition is true when a session of the role `job` calls ListUsers."""
    put_role_policy(account, "job", allow("iam:ListUsers", Condition=condition))
    return allowed(session.client(account.server, "iam"), "ListUsers")


IAM_KEYS: list[tuple[str, str | None]] = [
    ("aws:PrincipalArn", "arn:aws:iam::{A}:role/jobs/job"),
    ("aws:PrincipalTag/team", "of session"),
    ("aws:PrincipalTag/rank", "2"),
    ("aws:PrincipalType", "AssumedRole"),
    ("aws:SourceIdentity", "alice"),
    ("aws:TokenIssueTime", PRESENT),
    ("aws:MultiFactorAuthPresent", "false"),
    ("aws:MultiFactorAuthAge", ABSENT),
    ("aws:username", ABSENT),
    ("aws:RequestedRegion", "us-east-1"),
    ("sts:RoleSessionName", ABSENT),
    ("sts:SourceIdentity", ABSENT),
]


@pytest.mark.parametrize(("key", "value"), IAM_KEYS)
def test_condition_keys_of_a_role_session_in_iam(probe: Probe, key: str, value: str | None) -> None:
    value = value.replace("{A}", probe.account.account_id) if value else value
    session = probe.sessions["tagged role"]
    assert is_true_in_iam(probe.account, session, condition(key, value))
    assert not is_true_in_iam(probe.account, session, condition(key, PRESENT if value is ABSENT else ABSENT))


def test_policy_variables_have_the_session_tags(account: Account) -> None:
    create_role(account, "job", trust_statement("*", "sts:AssumeRole", "sts:TagSession"))
    same_team = "arn:aws:iam::*:user/${aws:PrincipalTag/team}/*"
    put_role_policy(account, "job", allow("iam:GetUser", resource=same_team))
    for team in ("a", "b"):
        account.iam.create_user(UserName=f"of-{team}", Path=f"/{team}/")
    session = assume_role(account.sts, f"arn:aws:iam::{account.account_id}:role/job", Tags=[TAG_A])
    iam = session.client(account.server, "iam")
    assert allowed(iam, "GetUser", UserName="of-a")
    assert not allowed(iam, "GetUser", UserName="of-b")


TAG_A = {"Key": "team", "Value": "a"}


def test_resource_tag_condition_limits_get_role(account: Account) -> None:
    for team in ("a", "b"):
        create_role(account, f"of-{team}", Tags=[{"Key": "Team", "Value": team}])
    for prefix in ("aws", "iam"):
        team_is_a = {"StringEquals": {f"{prefix}:ResourceTag/team": "a"}}
        caller = account.user(f"bob-{prefix}", allow("iam:GetRole", Condition=team_is_a))
        assert allowed(caller, "GetRole", RoleName="of-a")
        assert not allowed(caller, "GetRole", RoleName="of-b")


# Federated users.

FEDERATION_CASES: list[tuple[Callable[[], dict[str, Any]], dict[str, Any], dict[str, Any]]] = [
    (
        lambda: allow(
            "sts:GetFederationToken", "sts:TagSession", resource="arn:aws:sts::*:federated-user/fay"
        ),
        {"Name": "fay"},
        {"Name": "eve"},
    ),
    (
        lambda: allow("sts:*", Condition={"StringEquals": {"aws:RequestTag/Team": "a"}}),
        {"Name": "fay", "Tags": [TAG_A]},
        {"Name": "fay"},
    ),
    (
        lambda: allow("sts:*", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
        {"Name": "fay", "Tags": [TAG_A]},
        {"Name": "fay", "Tags": [TAG_A, {"Key": "cost", "Value": "1"}]},
    ),
    (
        lambda: allow("sts:GetFederationToken"),
        {"Name": "fay"},
        {"Name": "fay", "Tags": [TAG_A]},
    ),
]


@pytest.mark.parametrize(("statement", "allowed_params", "denied_params"), FEDERATION_CASES)
def test_policies_limit_get_federation_token_by_name_and_tags(
    account: Account,
    statement: Callable[[], dict[str, Any]],
    allowed_params: dict[str, Any],
    denied_params: dict[str, Any],
) -> None:
    sts = account.client("sts", account.key_of("bob", statement()))
    assert allowed(sts, "GetFederationToken", **allowed_params)
    error = refused(sts, "GetFederationToken", **denied_params)
    arn = f"arn:aws:sts::{account.account_id}:federated-user/{denied_params['Name']}"
    assert error.code == "AccessDenied"
    assert f"on resource: {arn} because no identity-based policy allows" in error.message
