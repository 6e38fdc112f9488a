"""AssumeRole: how long, under which name, with which tags. Who may is told in `assuming`."""

import json
from typing import Any

import pytest

from iamd.core import ids
from tests import people
from tests.api import temporary
from tests.api.answers import refused
from tests.api.temporary import Session, assumed, make_role, opened, put, trusting
from tests.servers import Account, allow, client

EVERYBODY = trusting("*", "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
WORK = {"RoleSessionName": "work"}


@pytest.fixture
def role(account: Account) -> str:
    """Return the ARN of a role that may read users and groups, and lets everybody in."""
    arn = make_role(account, "reader", EVERYBODY, MaxSessionDuration=7200)
    put(account, "reader", allow("iam:ListUsers", "iam:ListGroups", "iam:GetUser"))
    return arn


def seconds(account: Account, session: Session) -> int:
    """Return how long a session lasts."""
    token = opened(account, session)
    return token.expires_at - token.issued_at


# How long.


@pytest.mark.parametrize(
    ("asked", "lasts"), [({}, 3600), ({"DurationSeconds": 900}, 900), ({"DurationSeconds": 7200}, 7200)]
)
def test_a_session_lasts_an_hour_or_as_long_as_asked(
    account: Account, role: str, asked: dict[str, int], lasts: int
) -> None:
    reply = account.sts.assume_role(RoleArn=role, **WORK, **asked)
    token = opened(account, temporary.of(reply))
    assert token.expires_at - token.issued_at == lasts
    assert int(reply["Credentials"]["Expiration"].timestamp()) == token.expires_at


def test_a_session_is_never_longer_than_its_role_allows(account: Account, role: str) -> None:
    said = refused(account.sts, "AssumeRole", RoleArn=role, **WORK, DurationSeconds=7201)
    assert said == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    )
    account.iam.update_role(RoleName="reader", MaxSessionDuration=7201)
    assert seconds(account, assumed(account.sts, role, DurationSeconds=7201)) == 7201


@pytest.mark.parametrize(("wanted", "bound"), [(43_201, "43200"), (43_200_000, "43200")])
def test_no_session_is_longer_than_half_a_day(account: Account, role: str, wanted: int, bound: str) -> None:
    said = refused(account.sts, "AssumeRole", RoleArn=role, **WORK, DurationSeconds=wanted)
    assert said[:2] == ("ValidationError", 400)
    assert f"Member must have value less than or equal to {bound}" in said.message


def test_a_chain_lasts_an_hour_at_most(account: Account, role: str) -> None:
    first = assumed(account.sts, role, DurationSeconds=7200).client(account.server, "sts")
    assert seconds(account, assumed(first, role)) == 3600
    assert seconds(account, assumed(first, role, DurationSeconds=3600)) == 3600
    said = refused(first, "AssumeRole", RoleArn=role, **WORK, DurationSeconds=3601)
    assert said == (
        "ValidationError",
        400,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    )


def test_a_users_own_session_begins_no_chain(account: Account, role: str) -> None:
    session = temporary.of(account.sts.get_session_token()).client(account.server, "sts")
    assert seconds(account, assumed(session, role, DurationSeconds=7200)) == 7200


# Under which name.


def test_a_session_is_named_by_role_and_session(account: Account) -> None:
    arn = make_role(account, "Reader", EVERYBODY, Path="/team/a/")
    reply = account.sts.assume_role(RoleArn=arn, RoleSessionName="a+b=c,d.e@f-g_H")
    role_id = temporary.role_of(account, "Reader").role_id
    shown = f"arn:aws:sts::{account.account_id}:assumed-role/Reader/a+b=c,d.e@f-g_H"
    assert reply["AssumedRoleUser"] == {"AssumedRoleId": f"{role_id}:a+b=c,d.e@f-g_H", "Arn": shown}
    identity = temporary.of(reply).client(account.server, "sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (shown, f"{role_id}:a+b=c,d.e@f-g_H")
    assert identity["Account"] == account.account_id


def test_a_session_is_of_its_roles_account(account: Account, other_account: Account) -> None:
    theirs = make_role(other_account, "reader", EVERYBODY)
    session = assumed(account.sts, theirs)
    assert session.client(account.server, "sts").get_caller_identity()["Account"] == other_account.account_id
    assert ids.account_id_of_key(session.access_key_id) == other_account.account_id


def test_two_sessions_of_one_name_are_two(account: Account, role: str) -> None:
    first, second = (assumed(account.sts, role) for _ in range(2))
    assert not set(first) & set(second)
    for session in (first, second):
        session.client(account.server, "iam").list_users()


@pytest.mark.parametrize("name", ["a b", "a/b", "a:b", "ä-name", "x" * 65])
def test_a_sessions_name_has_few_characters(account: Account, role: str, name: str) -> None:
    said = refused(account.sts, "AssumeRole", RoleArn=role, RoleSessionName=name)
    assert said[:2] == ("ValidationError", 400)
    assert "'roleSessionName' failed to satisfy constraint" in said.message


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
def test_what_is_no_roles_arn_is_invalid(account: Account, arn: str) -> None:
    arn = arn.replace("{A}", account.account_id)
    said = refused(account.sts, "AssumeRole", RoleArn=arn, **WORK)
    assert said == ("ValidationError", 400, f"{arn} is invalid")


def test_a_role_that_is_not_there_is_refused_like_one_that_does_not_trust(
    account: Account, other_account: Account
) -> None:
    caller = account.client("sts", account.key_of("bob", allow("sts:*")))
    nobody = client(account.server.url, "sts", account.key_of("eve"))
    service = trusting({"Service": "ec2.amazonaws.com"})
    for one in (account, other_account):
        there = make_role(one, "closed", service)
        for sts in (caller, nobody):
            said = refused(sts, "AssumeRole", RoleArn=there, **WORK)
            other = refused(sts, "AssumeRole", RoleArn=there.replace("closed", "nobody"), **WORK)
            assert said == other._replace(message=other.message.replace("nobody", "closed"))


# Tags, source identity, contexts.


def told(account: Account, role: str, **asked: Any) -> tuple[str, int, str]:
    """Have AssumeRole refused by what it was asked for; return how."""
    return refused(account.sts, "AssumeRole", RoleArn=role, **WORK, **asked)


def test_a_tag_is_passed_once(account: Account, role: str) -> None:
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]
    assert told(account, role, Tags=tags) == (
        "ValidationError",
        400,
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )


@pytest.mark.parametrize("key", ["aws:team", "AWS:Team"])
def test_no_tag_is_aws_own(account: Account, role: str, key: str) -> None:
    assert told(account, role, Tags=[{"Key": key, "Value": "a"}]) == (
        "ValidationError",
        400,
        "Tag keys that begin with aws: are reserved for AWS use.",
    )


def test_a_transitive_key_has_its_tag(account: Account, role: str) -> None:
    team = [{"Key": "team", "Value": "a"}]
    for asked in ({"TransitiveTagKeys": ["team"]}, {"Tags": team, "TransitiveTagKeys": ["team", "cost"]}):
        assert told(account, role, **asked) == (
            "ValidationError",
            400,
            "The specified transitive tag key must be included in the requested tags.",
        )
    session = assumed(account.sts, role, Tags=team, TransitiveTagKeys=["TEAM"])
    again = assumed(session.client(account.server, "sts"), role)
    assert opened(account, again).tags == opened(account, session).tags


def test_a_session_has_fifty_tags_at_most_inherited_ones_counted(account: Account, role: str) -> None:
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    assert told(account, role, Tags=tags)[:2] == ("ValidationError", 400)
    first = assumed(account.sts, role, Tags=tags[:30], TransitiveTagKeys=[f"k{n}" for n in range(30)])
    chained = first.client(account.server, "sts")
    assert len(opened(account, assumed(chained, role, Tags=tags[30:50])).tags) == 50
    said = refused(chained, "AssumeRole", RoleArn=role, **WORK, Tags=tags[30:])
    assert said == ("ValidationError", 400, "A session can have at most 50 session tags.")


def test_transitive_tags_and_a_source_identity_go_down_a_whole_chain(account: Account, role: str) -> None:
    asked = {"Tags": [{"Key": "team", "Value": "a"}], "TransitiveTagKeys": ["team"]}
    session = assumed(account.sts, role, SourceIdentity="alice", **asked)
    for _ in range(3):
        sts = session.client(account.server, "sts")
        reply = sts.assume_role(RoleArn=role, **WORK)
        assert reply["SourceIdentity"] == "alice"
        session = temporary.of(reply)
        token = opened(account, session)
        assert (token.tags, token.transitive_tag_keys) == ((("team", "a"),), ("team",))
        said = refused(sts, "AssumeRole", RoleArn=role, **WORK, SourceIdentity="bob")
        assert said == ("AccessDenied", 403, "The source identity of a session cannot be changed.")


@pytest.mark.parametrize("identity", ["aws:alice", "a b", "x" * 65])
def test_a_source_identity_has_few_characters(account: Account, role: str, identity: str) -> None:
    assert told(account, role, SourceIdentity=identity)[:2] == ("ValidationError", 400)


def test_context_assertions_are_refused(account: Account, role: str) -> None:
    provider = "arn:aws:iam::aws:contextProvider/IdentityCenter"
    asked = {"ProvidedContexts": [{"ProviderArn": provider, "ContextAssertion": "abcd"}]}
    assert told(account, role, **asked)[:2] == ("ValidationError", 400)


# From where.


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_regions_make_no_difference(account: Account, role: str, region: str) -> None:
    key = Session(account.access_key_id, account.secret_access_key, None)
    session = assumed(key.client(account.server, "sts", region), role)
    for other in ("us-east-1", "eu-west-1"):
        assert session.client(account.server, "sts", other).get_caller_identity()["UserId"].endswith(":work")
        session.client(account.server, "iam", other).list_users()


def test_somebody_who_is_signed_in_confirms_first(account: Account, role: str) -> None:
    browser = people.person(account, "alice")
    browser.sign_in_user(account.account_id, "alice", people.PASSWORD)
    said = refused(browser.client("sts"), "AssumeRole", RoleArn=role, **WORK)
    assert said == ("ConfirmationRequired", 403, "Confirm your identity and try again.")
    browser.confirm()
    browser.client("sts").assume_role(RoleArn=role, **WORK)


def test_assuming_a_role_changes_nothing_but_the_audit(account: Account, role: str) -> None:
    before = json.dumps(account.iam.get_role(RoleName="reader")["Role"], default=str)
    assumed(account.sts, role)
    assert json.dumps(account.iam.get_role(RoleName="reader")["Role"], default=str) == before
