"""AssumeRole: session duration, names, tags, source identity. Who may assume a role: see `assume_role`."""

import json
from typing import Any

import pytest

from iamd.core import ids
from tests import console_users
from tests.api import sts_sessions
from tests.api.responses import refused
from tests.api.sts_sessions import (
    Session,
    assume_role,
    create_role,
    put_role_policy,
    trust_statement,
    unseal_token,
)
from tests.servers import Account, allow, client

TRUST_EVERYBODY = trust_statement("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
SESSION_NAME = {"RoleSessionName": "work"}


@pytest.fixture
def role(account: Account) -> str:
    """Return the ARN of a role that may read users and groups, and trusts everybody."""
    arn = create_role(account, "reader", TRUST_EVERYBODY, MaxSessionDuration=7200)
    put_role_policy(account, "reader", allow("iam:ListUsers", "iam:ListGroups", "iam:GetUser"))
    return arn


def duration(account: Account, session: Session) -> int:
    """Return the duration of a session in seconds."""
    token = unseal_token(account, session)
    return token.expires_at - token.issued_at


# Session duration.


@pytest.mark.parametrize(
    ("params", "expected_seconds"),
    [({}, 3600), ({"DurationSeconds": 900}, 900), ({"DurationSeconds": 7200}, 7200)],
)
def test_session_duration_is_one_hour_by_default_or_duration_seconds(
    account: Account, role: str, params: dict[str, int], expected_seconds: int
) -> None:
    response = account.sts.assume_role(RoleArn=role, **SESSION_NAME, **params)
    token = unseal_token(account, sts_sessions.credentials_of(response))
    assert token.expires_at - token.issued_at == expected_seconds
    assert int(response["Credentials"]["Expiration"].timestamp()) == token.expires_at


def test_duration_is_limited_by_max_session_duration(account: Account, role: str) -> None:
    error = refused(account.sts, "AssumeRole", RoleArn=role, **SESSION_NAME, DurationSeconds=7201)
    assert error == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    account.iam.update_role(RoleName="reader", MaxSessionDuration=7201)
    assert duration(account, assume_role(account.sts, role, DurationSeconds=7201)) == 7201


@pytest.mark.parametrize(("seconds", "maximum"), [(43_201, "43200"), (43_200_000, "43200")])
def test_duration_is_limited_to_twelve_hours(account: Account, role: str, seconds: int, maximum: str) -> None:
    error = refused(account.sts, "AssumeRole", RoleArn=role, **SESSION_NAME, DurationSeconds=seconds)
    assert error[:2] == ("ValidationError", 400)
    assert f"Member must have value less than or equal to {maximum}" in error.message


def test_role_chaining_is_limited_to_one_hour(account: Account, role: str) -> None:
    first = assume_role(account.sts, role, DurationSeconds=7200).client(account.server, "sts")
    assert duration(account, assume_role(first, role)) == 3600
    assert duration(account, assume_role(first, role, DurationSeconds=3600)) == 3600
    error = refused(first, "AssumeRole", RoleArn=role, **SESSION_NAME, DurationSeconds=3601)
    assert error == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    )


def test_assume_role_with_a_session_token_is_not_role_chaining(account: Account, role: str) -> None:
    session = sts_sessions.credentials_of(account.sts.get_session_token()).client(account.server, "sts")
    assert duration(account, assume_role(session, role, DurationSeconds=7200)) == 7200


# Session names.


def test_assumed_role_arn_contains_role_and_session_name(account: Account) -> None:
    arn = create_role(account, "Reader", TRUST_EVERYBODY, Path="/team/a/")
    response = account.sts.assume_role(RoleArn=arn, RoleSessionName="a+b=c,d.e@f-g_H")
    role_id = sts_sessions.role_of(account, "Reader").role_id
    session_arn = f"arn:aws:sts::{account.account_id}:assumed-role/Reader/a+b=c,d.e@f-g_H"
    assert response["AssumedRoleUser"] == {"AssumedRoleId": f"{role_id}:a+b=c,d.e@f-g_H", "Arn": session_arn}
    identity = sts_sessions.credentials_of(response).client(account.server, "sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (session_arn, f"{role_id}:a+b=c,d.e@f-g_H")
    assert identity["Account"] == account.account_id


def test_session_belongs_to_the_account_of_its_role(account: Account, other_account: Account) -> None:
    role_arn = create_role(other_account, "reader", TRUST_EVERYBODY)
    session = assume_role(account.sts, role_arn)
    assert session.client(account.server, "sts").get_caller_identity()["Account"] == other_account.account_id
    assert ids.account_id_of_key(session.access_key_id) == other_account.account_id


def test_two_sessions_with_the_same_name_have_different_credentials(account: Account, role: str) -> None:
    first, second = (assume_role(account.sts, role) for _ in range(2))
    assert not set(first) & set(second)
    for session in (first, second):
        session.client(account.server, "iam").list_users()


@pytest.mark.parametrize("name", ["a b", "a/b", "a:b", "ä-name", "x" * 65])
def test_invalid_role_session_name_is_rejected(account: Account, role: str, name: str) -> None:
    error = refused(account.sts, "AssumeRole", RoleArn=role, RoleSessionName=name)
    assert error[:2] == ("ValidationError", 400)
    assert "'roleSessionName' failed to satisfy constraint" in error.message


INVALID_ARNS = [
    "arn:aws:iam::{A}:user/admin",
    "arn:aws:iam::{A}:role/",
    "arn:aws:iam::{A}:role/team/",
    "arn:aws:iam::{A}:role/a b",
    "arn:aws:iam::1234:role/reader",
    "arn:aws:sts::{A}:assumed-role/reader/work",
    "arn:aws-cn:iam::{A}:role/reader",
    "arn:aws:iam:us-east-1:{A}:role/reader",
    "a role that has no arn at all",
]


@pytest.mark.parametrize("arn", INVALID_ARNS)
def test_invalid_role_arn_is_rejected(account: Account, arn: str) -> None:
    arn = arn.replace("{A}", account.account_id)
    error = refused(account.sts, "AssumeRole", RoleArn=arn, **SESSION_NAME)
    assert error == ("ValidationError", 400, f"{arn} is invalid")


def test_missing_role_is_refused_like_a_role_that_does_not_trust_the_caller(
    account: Account, other_account: Account
) -> None:
    caller = account.client("sts", account.key_of("bob", allow("sts:*")))
    unprivileged = client(account.server.url, "sts", account.key_of("eve"))
    trust = trust_statement({"Service": "ec2.amazonaws.com"})
    for owner in (account, other_account):
        arn = create_role(owner, "closed", trust)
        for sts in (caller, unprivileged):
            error = refused(sts, "AssumeRole", RoleArn=arn, **SESSION_NAME)
            missing_error = refused(
                sts, "AssumeRole", RoleArn=arn.replace("closed", "nobody"), **SESSION_NAME
            )
            assert error == missing_error._replace(message=missing_error.message.replace("nobody", "closed"))


# Session tags, source identity, provided contexts.


def assume_role_error(account: Account, role: str, **params: Any) -> tuple[str, int, str]:
    """Call AssumeRole with parameters that must be refused; return the error."""
    return refused(account.sts, "AssumeRole", RoleArn=role, **SESSION_NAME, **params)


def test_duplicate_session_tag_keys_are_rejected(account: Account, role: str) -> None:
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]
    assert assume_role_error(account, role, Tags=tags) == (
        "ValidationError",
        400,
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )


@pytest.mark.parametrize("key", ["aws:team", "AWS:Team"])
def test_session_tag_keys_with_the_aws_prefix_are_rejected(account: Account, role: str, key: str) -> None:
    assert assume_role_error(account, role, Tags=[{"Key": key, "Value": "a"}]) == (
        "ValidationError",
        400,
        "Tag keys that begin with aws: are reserved for AWS use.",
    )


def test_transitive_tag_key_without_a_session_tag_is_rejected(account: Account, role: str) -> None:
    team = [{"Key": "team", "Value": "a"}]
    for params in ({"TransitiveTagKeys": ["team"]}, {"Tags": team, "TransitiveTagKeys": ["team", "cost"]}):
        assert assume_role_error(account, role, **params) == (
            "ValidationError",
            400,
            "The specified transitive tag key must be included in the requested tags.",
        )
    session = assume_role(account.sts, role, Tags=team, TransitiveTagKeys=["TEAM"])
    chained = assume_role(session.client(account.server, "sts"), role)
    assert unseal_token(account, chained).tags == unseal_token(account, session).tags


def test_session_has_at_most_fifty_tags_including_inherited_ones(account: Account, role: str) -> None:
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    assert assume_role_error(account, role, Tags=tags)[:2] == ("ValidationError", 400)
    first = assume_role(account.sts, role, Tags=tags[:30], TransitiveTagKeys=[f"k{n}" for n in range(30)])
    chained = first.client(account.server, "sts")
    assert len(unseal_token(account, assume_role(chained, role, Tags=tags[30:50])).tags) == 50
    error = refused(chained, "AssumeRole", RoleArn=role, **SESSION_NAME, Tags=tags[30:])
    assert error == ("ValidationError", 400, "A session can have at most 50 session tags.")


def test_transitive_tags_and_source_identity_persist_through_role_chaining(
    account: Account, role: str
) -> None:
    params = {"Tags": [{"Key": "team", "Value": "a"}], "TransitiveTagKeys": ["team"]}
    session = assume_role(account.sts, role, SourceIdentity="alice", **params)
    for _ in range(3):
        sts = session.client(account.server, "sts")
        response = sts.assume_role(RoleArn=role, **SESSION_NAME)
        assert response["SourceIdentity"] == "alice"
        session = sts_sessions.credentials_of(response)
        token = unseal_token(account, session)
        assert (token.tags, token.transitive_tag_keys) == ((("team", "a"),), ("team",))
        error = refused(sts, "AssumeRole", RoleArn=role, **SESSION_NAME, SourceIdentity="bob")
        assert error == ("AccessDenied", 403, "The source identity of a session cannot be changed.")


@pytest.mark.parametrize("identity", ["aws:alice", "a b", "x" * 65])
def test_invalid_source_identity_is_rejected(account: Account, role: str, identity: str) -> None:
    assert assume_role_error(account, role, SourceIdentity=identity)[:2] == ("ValidationError", 400)


def test_context_assertions_are_refused(account: Account, role: str) -> None:
    provider = "arn:aws:iam::aws:contextProvider/IdentityCenter"
    params = {"ProvidedContexts": [{"ProviderArn": provider, "ContextAssertion": "abcd"}]}
    assert assume_role_error(account, role, **params)[:2] == ("ValidationError", 400)


# Regions, console sessions, and the role itself.


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_sessions_are_valid_in_every_region(account: Account, role: str, region: str) -> None:
    key = Session(account.access_key_id, account.secret_access_key, None)
    session = assume_role(key.client(account.server, "sts", region), role)
    for other in ("us-east-1", "eu-west-1"):
        assert session.client(account.server, "sts", other).get_caller_identity()["UserId"].endswith(":work")
        session.client(account.server, "iam", other).list_users()


def test_console_session_must_confirm_identity_before_assume_role(account: Account, role: str) -> None:
    browser = console_users.create_user(account, "alice")
    browser.sign_in_user(account.account_id, "alice", console_users.PASSWORD)
    browser.forget_confirmation()
    error = refused(browser.client("sts"), "AssumeRole", RoleArn=role, **SESSION_NAME)
    assert error == ("ConfirmationRequired", 403, "Confirm your identity and try again.")
    browser.confirm()
    browser.client("sts").assume_role(RoleArn=role, **SESSION_NAME)


def test_assume_role_does_not_change_the_role(account: Account, role: str) -> None:
    before = json.dumps(account.iam.get_role(RoleName="reader")["Role"], default=str)
    assume_role(account.sts, role)
    assert json.dumps(account.iam.get_role(RoleName="reader")["Role"], default=str) == before
