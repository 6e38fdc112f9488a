"""Condition keys of sessions and of AssumeRole: there where AWS has them, with its values, and nowhere else.

Each is asked of a trust policy: a role that lets everybody in on one condition tells whether it holds.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from iamd.core import clock
from iamd.core.records import SessionToken
from tests import people, servers
from tests.api import temporary
from tests.api.answers import allowed, refused
from tests.api.temporary import (
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
WORK = {"RoleSessionName": "work"}
TEAM = [{"Key": "Team", "Value": "of user"}, {"Key": "rank", "Value": "1"}]


def condition(key: str, value: str | tuple[str, ...] | None) -> dict[str, Any]:
    """Return a condition that holds where a key has a value, or is there at all, or is absent."""
    if value is ABSENT:
        return {"Null": {key: "true"}}
    there: dict[str, Any] = {"Null": {key: "false"}}
    if isinstance(value, tuple):
        # All of these and no others.
        each = {"ForAllValues:StringEquals": {key: list(value)}}
        return {**there, **each, "ForAnyValue:StringEquals": {key: value[0]}}
    return {**there, "StringEquals": {key: value}} if value else there


class Probe(NamedTuple):
    """A role that lets everybody in on one condition."""

    account: Account
    iam: Any
    callers: dict[str, Any]
    sessions: dict[str, Session]

    def holds(self, sts: Any, wanted: dict[str, Any], action: str = "sts:AssumeRole", **asked: Any) -> bool:
        """Say whether a condition on an action holds when somebody assumes the role."""
        others = {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"} - {action}
        trust = document(
            trust_statement("*", *sorted(others)), trust_statement("*", action, Condition=wanted)
        )
        self.iam.update_assume_role_policy(RoleName="probe", PolicyDocument=trust)
        role_arn = f"arn:aws:iam::{self.account.account_id}:role/x/probe"
        return allowed(sts, "AssumeRole", **{"RoleArn": role_arn, **WORK, **asked})


@pytest.fixture(scope="module")
def probe(server: Server) -> Probe:
    account = servers.found(server)
    everybody = trust_statement("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    create_role(account, "probe", Path="/x/", Tags=[{"Key": "Stage", "Value": "test"}])
    of_role = [{"Key": "team", "Value": "of role"}, {"Key": "rank", "Value": "2"}]
    arn = create_role(account, "job", everybody, Path="/jobs/", Tags=of_role)
    plain = create_role(account, "plain", everybody)
    account.iam.create_user(UserName="bob", Path="/team/", Tags=TEAM)
    key = temporary.access_key_of(account.iam.create_access_key(UserName="bob"))
    bob = temporary.user_of(account, "bob").user_id
    now = int(time.time())
    with_mfa = SessionToken(
        "user", account.account_id, bob, "", "s" * 40, now - _MFA_AGE, now + _HOUR, now - _MFA_AGE
    )
    tagged = {"Tags": [{"Key": "TEAM", "Value": "of session"}], "SourceIdentity": "alice"}
    sessions = {
        "key": key,
        "token": temporary.credentials_of(key.client(server, "sts").get_session_token()),
        "token with MFA": seal_session(account, with_mfa),
        "role": assume_role(account.sts, plain),
        "tagged role": assume_role(account.sts, arn, **tagged),
    }
    callers = {name: session.client(server, "sts") for name, session in sessions.items()}
    return Probe(account, account.iam, {**callers, "console": _console(account)}, sessions)


def _console(account: Account) -> Any:
    browser = people.person(account, "carol")
    browser.sign_in_user(account.account_id, "carol", people.PASSWORD)
    browser.confirm()
    return browser.client("sts")


# Who calls.

Keys = dict[str, str | None]
Asked = dict[str, str | tuple[str, ...] | None]

_ABSENT: Keys = dict.fromkeys(
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
_ALWAYS: Keys = {
    "aws:PrincipalAccount": "{A}",
    "aws:PrincipalIsAWSService": "false",
    "aws:ViaAWSService": "false",
    "aws:ResourceAccount": "{A}",
    "aws:RequestedRegion": "us-east-1",
}
_BOB: Keys = {
    "aws:PrincipalArn": "arn:aws:iam::{A}:user/team/bob",
    "aws:PrincipalType": "User",
    "aws:userid": "{bob}",
    "aws:username": "bob",
    "aws:PrincipalTag/team": "of user",
    "aws:PrincipalTag/rank": "1",
}
_TEMPORARY: Keys = {"aws:TokenIssueTime": PRESENT, "aws:MultiFactorAuthPresent": "false"}
CALLERS: dict[str, Keys] = {
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
OF_CALLERS = [
    (caller, key, value)
    for caller, keys in CALLERS.items()
    for key, value in {**_ABSENT, **_ALWAYS, **keys}.items()
]


@pytest.mark.parametrize(("caller", "key", "value"), OF_CALLERS)
def test_what_is_known_of_a_caller(probe: Probe, caller: str, key: str, value: str | None) -> None:
    if value:
        names = {"{A}": probe.account.account_id, "{bob}": temporary.user_of(probe.account, "bob").user_id}
        names |= {f"{{{role}}}": temporary.role_of(probe.account, role).role_id for role in ("plain", "job")}
        for name, held in names.items():
            value = value.replace(name, held)
    # A source identity is asked of the role as well, which `holds` lets everybody set.
    assert probe.holds(probe.callers[caller], condition(key, value))


@pytest.mark.parametrize(("caller", "key", "value"), [one for one in OF_CALLERS if one[2]])
def test_and_nothing_else_is(probe: Probe, caller: str, key: str, value: str) -> None:
    assert not probe.holds(probe.callers[caller], condition(key, "something else"))
    assert not probe.holds(probe.callers[caller], condition(key, ABSENT))


def test_a_session_knows_since_when_it_is_there(probe: Probe) -> None:
    for name in ("token", "token with MFA", "role"):
        issued = unseal_token(probe.account, probe.sessions[name]).issued_at
        at, before = (clock.iso(datetime.fromtimestamp(moment, UTC)) for moment in (issued, issued - 1))
        key = "aws:TokenIssueTime"
        assert probe.holds(probe.callers[name], {"DateEquals": {key: at}})
        assert not probe.holds(probe.callers[name], {"DateLessThanEquals": {key: before}})


def test_a_session_knows_how_old_its_second_factor_is(probe: Probe) -> None:
    sts, key = probe.callers["token with MFA"], "aws:MultiFactorAuthAge"
    assert probe.holds(sts, {"NumericGreaterThanEquals": {key: str(_MFA_AGE)}})
    assert probe.holds(sts, {"NumericLessThan": {key: str(_MFA_AGE + _HOUR)}})
    assert not probe.holds(sts, {"NumericLessThan": {key: str(_MFA_AGE)}})


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_region_is_the_one_that_is_signed_for(probe: Probe, region: str) -> None:
    sts = probe.sessions["role"].client(probe.account.server, "sts", region)
    assert probe.holds(sts, condition("aws:RequestedRegion", region))


# What is asked for.

_NOT_ASKED: Asked = dict.fromkeys(
    (
        "sts:ExternalId",
        "sts:SourceIdentity",
        "sts:TransitiveTagKeys",
        "aws:RequestTag/team",
        "aws:TagKeys",
        # AWS has it of bearer tokens and web identity tokens.
        "sts:DurationSeconds",
        "sts:AWSServiceName",
        "aws:ResourceTag/team",
        "iam:ResourceTag/team",
    ),
    ABSENT,
)
_TAGS = {"Tags": [{"Key": "Team", "Value": "a"}, {"Key": "cost", "Value": "1"}]}
_OF_TAGS: Asked = {"aws:RequestTag/team": "a", "aws:RequestTag/COST": "1", "aws:TagKeys": ("Team", "cost")}
ASKED: list[tuple[dict[str, Any], Asked]] = [
    ({}, {"sts:RoleSessionName": "work", "aws:ResourceTag/stage": "test", "iam:ResourceTag/Stage": "test"}),
    ({"RoleSessionName": "a@b"}, {"sts:RoleSessionName": "a@b"}),
    ({"ExternalId": "Example:987"}, {"sts:ExternalId": "Example:987"}),
    ({"SourceIdentity": "alice"}, {"sts:SourceIdentity": "alice"}),
    ({"DurationSeconds": 900}, {}),
    (_TAGS, _OF_TAGS),
    ({**_TAGS, "TransitiveTagKeys": ["Team"]}, {**_OF_TAGS, "sts:TransitiveTagKeys": ("Team",)}),
]
OF_REQUESTS = [(asked, key, value) for asked, keys in ASKED for key, value in {**_NOT_ASKED, **keys}.items()]


@pytest.mark.parametrize(("asked", "key", "value"), OF_REQUESTS, ids=str)
def test_what_is_known_of_a_request(
    probe: Probe, asked: dict[str, Any], key: str, value: str | tuple[str, ...] | None
) -> None:
    assert probe.holds(probe.callers["key"], condition(key, value), **asked)


@pytest.mark.parametrize(
    ("asked", "key", "value"), [(asked, key, value) for asked, key, value in OF_REQUESTS if value], ids=str
)
def test_and_nothing_else_is_asked(
    probe: Probe, asked: dict[str, Any], key: str, value: str | tuple[str, ...]
) -> None:
    other = ("something else",) if isinstance(value, tuple) else "something else"
    assert not probe.holds(probe.callers["key"], condition(key, other), **asked)


@pytest.mark.parametrize("key", ["aws:RequestTag/team", "aws:TagKeys", "sts:TransitiveTagKeys"])
def test_tagging_a_session_is_judged_by_its_tags(probe: Probe, key: str) -> None:
    asked = {**_TAGS, "TransitiveTagKeys": ["Team"]}
    for wanted, holds in ((condition(key, PRESENT), True), (condition(key, ABSENT), False)):
        assert probe.holds(probe.callers["key"], wanted, "sts:TagSession", **asked) is holds


def test_setting_a_source_identity_is_judged_by_it(probe: Probe) -> None:
    asked = {"SourceIdentity": "alice"}
    for name, holds in (("alice", True), ("bob", False)):
        wanted = condition("sts:SourceIdentity", name)
        assert probe.holds(probe.callers["key"], wanted, "sts:SetSourceIdentity", **asked) is holds
    # What is inherited is judged like what is asked for.
    assert probe.holds(
        probe.callers["tagged role"], condition("sts:SourceIdentity", "alice"), "sts:SetSourceIdentity"
    )


@pytest.mark.parametrize(("asked", "key", "value"), OF_REQUESTS[:12], ids=str)
def test_the_callers_own_policy_is_judged_by_the_same(
    account: Account, asked: dict[str, Any], key: str, value: Any
) -> None:
    create_role(account, "job", Tags=[{"Key": "Stage", "Value": "test"}])
    role_arn = f"arn:aws:iam::{account.account_id}:role/job"
    for name, wanted, holds in (
        ("bob", condition(key, value), True),
        ("eve", condition(key, ABSENT if value else PRESENT), False),
    ):
        sts = account.client("sts", account.key_of(name, allow("sts:AssumeRole", Condition=wanted)))
        assert allowed(sts, "AssumeRole", **{"RoleArn": role_arn, **WORK, **asked}) is holds


# IAM sees the same of a session as STS.


def sees(account: Account, session: Session, wanted: dict[str, Any]) -> bool:
    """Say whether a condition holds when a session of the role `job` lists users."""
    put_role_policy(account, "job", allow("iam:ListUsers", Condition=wanted))
    return allowed(session.client(account.server, "iam"), "ListUsers")


SEEN: list[tuple[str, str | None]] = [
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


@pytest.mark.parametrize(("key", "value"), SEEN)
def test_iam_sees_what_a_session_is(probe: Probe, key: str, value: str | None) -> None:
    value = value.replace("{A}", probe.account.account_id) if value else value
    session = probe.sessions["tagged role"]
    assert sees(probe.account, session, condition(key, value))
    assert not sees(probe.account, session, condition(key, PRESENT if value is ABSENT else ABSENT))


def test_variables_stand_for_the_session(account: Account) -> None:
    create_role(account, "job", trust_statement("*", "sts:AssumeRole", "sts:TagSession"))
    own = "arn:aws:iam::*:user/${aws:PrincipalTag/team}/*"
    put_role_policy(account, "job", allow("iam:GetUser", resource=own))
    for team in ("a", "b"):
        account.iam.create_user(UserName=f"of-{team}", Path=f"/{team}/")
    session = assume_role(account.sts, f"arn:aws:iam::{account.account_id}:role/job", Tags=[TAG_A])
    iam = session.client(account.server, "iam")
    assert allowed(iam, "GetUser", UserName="of-a")
    assert not allowed(iam, "GetUser", UserName="of-b")


TAG_A = {"Key": "team", "Value": "a"}


def test_a_roles_own_tags_decide_over_it(account: Account) -> None:
    for team in ("a", "b"):
        create_role(account, f"of-{team}", Tags=[{"Key": "Team", "Value": team}])
    for prefix in ("aws", "iam"):
        having = {"StringEquals": {f"{prefix}:ResourceTag/team": "a"}}
        caller = account.user(f"bob-{prefix}", allow("iam:GetRole", Condition=having))
        assert allowed(caller, "GetRole", RoleName="of-a")
        assert not allowed(caller, "GetRole", RoleName="of-b")


# Federated users.

FEDERATING: list[tuple[Callable[[], dict[str, Any]], dict[str, Any], dict[str, Any]]] = [
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


@pytest.mark.parametrize(("statement", "right", "wrong"), FEDERATING)
def test_a_federated_user_is_judged_by_name_and_tags(
    account: Account,
    statement: Callable[[], dict[str, Any]],
    right: dict[str, Any],
    wrong: dict[str, Any],
) -> None:
    sts = account.client("sts", account.key_of("bob", statement()))
    assert allowed(sts, "GetFederationToken", **right)
    said = refused(sts, "GetFederationToken", **wrong)
    arn = f"arn:aws:sts::{account.account_id}:federated-user/{wrong['Name']}"
    assert said.code == "AccessDenied"
    assert f"on resource: {arn} because no identity-based policy allows" in said.message
