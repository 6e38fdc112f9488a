"""What ends a session or takes rights from it at its next request, at every server, and what does not."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from tests.api import temporary
from tests.api.answers import allowed
from tests.api.temporary import (
    INVALID,
    Session,
    assume_role,
    create_role,
    create_role_session,
    put_role_policy,
    seal_session,
    trust_statement,
    unseal_token,
)
from tests.authenticator import Authenticator
from tests.servers import Account, Server, allow, deny, document

pytestmark = pytest.mark.both_databases


_PATIENCE = 10.0  # seconds
S3_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
EVERYBODY = trust_statement("*", "sts:AssumeRole", "sts:TagSession")


class Servers(NamedTuple):
    """Two server processes on one store."""

    account: Account
    second: Server

    def may(self, session: Session, operation: str = "ListUsers") -> bool:
        """Say whether a session may do something, which both servers must agree on."""
        both = [
            allowed(session.client(server, "iam"), operation) for server in (self.account.server, self.second)
        ]
        assert both[0] == both[1]
        return both[0]


@pytest.fixture
def both(account: Account, second_server: Server) -> Servers:
    return Servers(account, second_server)


# A deny of older sessions, as the console of AWS writes it.


def revoking(at: datetime) -> dict[str, Any]:
    """Return the statement of AWSRevokeOlderSessions."""
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": moment}})


def this_second() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def older(account: Account, session: Session, seconds: int = 600) -> Session:
    """Return a session like another that began so much earlier."""
    token = unseal_token(account, session)
    return seal_session(account, token._replace(issued_at=token.issued_at - seconds))


def test_older_sessions_of_a_role_are_revoked(both: Servers) -> None:
    account = both.account
    session = older(account, create_role_session(account, "job", allow("iam:ListUsers")))
    assert both.may(session)
    put_role_policy(account, "job", revoking(this_second()), name="AWSRevokeOlderSessions")
    assert not both.may(session)
    session.client(both.second, "sts").get_caller_identity()
    newer = assume_role(account.sts, f"arn:aws:iam::{account.account_id}:role/job")
    assert both.may(newer)
    assert not both.may(session)


def test_what_was_revoked_comes_back_only_with_the_policy_gone(both: Servers) -> None:
    account = both.account
    session = older(account, create_role_session(account, "job", allow("iam:ListUsers")))
    put_role_policy(account, "job", revoking(this_second()), name="AWSRevokeOlderSessions")
    account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=document(EVERYBODY))
    assert not both.may(session)
    account.iam.delete_role_policy(RoleName="job", PolicyName="AWSRevokeOlderSessions")
    assert both.may(session)


def test_older_sessions_assume_no_other_role(both: Servers) -> None:
    account = both.account
    other = create_role(account, "other", EVERYBODY)
    session = older(account, create_role_session(account, "job", allow("sts:AssumeRole")))
    asked = {"RoleArn": other, "RoleSessionName": "work"}
    assert allowed(session.client(account.server, "sts"), "AssumeRole", **asked)
    put_role_policy(account, "job", revoking(this_second()), name="AWSRevokeOlderSessions")
    for server in (account.server, both.second):
        assert not allowed(session.client(server, "sts"), "AssumeRole", **asked)


def test_older_sessions_of_a_user_are_revoked_and_its_key_is_not(both: Servers) -> None:
    account = both.account
    key = Session(*account.key_of("bob", allow("iam:ListUsers")), None)
    session = older(account, with_mfa(account, key))
    assert both.may(session)
    account.iam.put_user_policy(
        UserName="bob", PolicyName="revoke", PolicyDocument=document(revoking(this_second()))
    )
    assert not both.may(session)
    assert both.may(key)


def with_mfa(account: Account, key: Session) -> Session:
    """Return a session of Bob's that showed a second factor."""
    token = unseal_token(
        account, temporary.credentials_of(key.client(account.server, "sts").get_session_token())
    )
    return seal_session(account, token._replace(mfa_at=token.issued_at))


# What a role loses, its sessions lose.

Change = Callable[[Any, str], object]


def _attached(iam: Any, role_name: str) -> str:
    return str(iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"][0]["PolicyArn"])


def _detach(iam: Any, role_name: str) -> None:
    iam.detach_role_policy(RoleName=role_name, PolicyArn=_attached(iam, role_name))


def _new_version(iam: Any, role_name: str) -> None:
    none = document(allow("s3:GetObject"))
    iam.create_policy_version(PolicyArn=_attached(iam, role_name), PolicyDocument=none, SetAsDefault=True)


def _inline_deny(iam: Any, role_name: str) -> None:
    iam.put_role_policy(RoleName=role_name, PolicyName="no", PolicyDocument=document(deny("iam:*")))


def _bound(iam: Any, role_name: str) -> None:
    iam.put_role_permissions_boundary(RoleName=role_name, PermissionsBoundary=S3_ONLY)


def _retag(iam: Any, role_name: str) -> None:
    iam.tag_role(RoleName=role_name, Tags=[{"Key": "team", "Value": "b"}])


def _untag(iam: Any, role_name: str) -> None:
    iam.untag_role(RoleName=role_name, TagKeys=["team"])


def _tag(iam: Any, role_name: str) -> None:
    iam.tag_role(RoleName=role_name, Tags=[{"Key": "team", "Value": "a"}])


def _attach(iam: Any, role_name: str, policy_name: str) -> None:
    """Attach a policy that lets whoever has the tag team=a list users."""
    statement = allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})
    made = iam.create_policy(PolicyName=policy_name, PolicyDocument=document(statement))
    iam.attach_role_policy(RoleName=role_name, PolicyArn=made["Policy"]["Arn"])


LOSSES: dict[str, tuple[Change, Change]] = {
    "detached": (_detach, lambda iam, name: _attach(iam, name, "again")),
    "new version": (
        _new_version,
        lambda iam, name: iam.set_default_policy_version(PolicyArn=_attached(iam, name), VersionId="v1"),
    ),
    "inline deny": (
        _inline_deny,
        lambda iam, name: iam.delete_role_policy(RoleName=name, PolicyName="no"),
    ),
    "boundary": (_bound, lambda iam, name: iam.delete_role_permissions_boundary(RoleName=name)),
    "other tag": (_retag, _tag),
    "no tag": (_untag, _tag),
}


@pytest.mark.parametrize(("lose", "regain"), LOSSES.values(), ids=LOSSES)
def test_a_session_loses_and_regains_with_its_role(both: Servers, lose: Change, regain: Change) -> None:
    iam = both.account.iam
    arn = create_role(both.account, "job", EVERYBODY)
    _tag(iam, "job")
    _attach(iam, "job", "team")
    session = assume_role(both.account.sts, arn)
    assert both.may(session)
    lose(iam, "job")
    assert not both.may(session)
    regain(iam, "job")
    assert both.may(session)


def test_a_session_tag_stays_whatever_the_role_is_tagged(both: Servers) -> None:
    iam = both.account.iam
    arn = create_role(both.account, "job", EVERYBODY)
    _attach(iam, "job", "team")
    session = assume_role(both.account.sts, arn, Tags=[{"Key": "Team", "Value": "a"}])
    assert both.may(session)
    _retag(iam, "job")
    assert both.may(session)


def test_a_users_session_loses_with_the_user(both: Servers) -> None:
    iam = both.account.iam
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=document(allow("iam:ListUsers")))
    session = with_mfa(both.account, Session(*both.account.key_of("bob"), None))
    assert not both.may(session)
    iam.add_user_to_group(GroupName="g", UserName="bob")
    assert both.may(session)
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=S3_ONLY)
    assert not both.may(session)
    iam.delete_user_permissions_boundary(UserName="bob")
    assert both.may(session)
    iam.remove_user_from_group(GroupName="g", UserName="bob")
    assert not both.may(session)


def test_a_deleted_role_ends_its_sessions_at_the_next_request(both: Servers) -> None:
    session = create_role_session(both.account, "job")
    both.account.iam.delete_role(RoleName="job")
    for server in (both.account.server, both.second):
        assert temporary.identity_error(session, server) == INVALID


# What ends no session.


def _new_trust(iam: Any, _key: str) -> None:
    trust = document(trust_statement({"Service": "ec2.amazonaws.com"}))
    iam.update_assume_role_policy(RoleName="job", PolicyDocument=trust)


KEEPS: dict[str, Change] = {
    "another trust policy": _new_trust,
    "an inactive key": lambda iam, key: iam.update_access_key(
        UserName="bob", AccessKeyId=key, Status="Inactive"
    ),
    "a deleted key": lambda iam, key: iam.delete_access_key(UserName="bob", AccessKeyId=key),
    "a shorter session length": lambda iam, _: iam.update_role(RoleName="job", MaxSessionDuration=3600),
    "another description": lambda iam, _: iam.update_role(RoleName="job", Description="x"),
}


@pytest.mark.parametrize("change", KEEPS.values(), ids=KEEPS)
def test_what_let_a_session_begin_may_change(both: Servers, change: Change) -> None:
    account = both.account
    arn = create_role(account, "job", EVERYBODY, MaxSessionDuration=7200)
    put_role_policy(account, "job", allow("iam:ListUsers"))
    key = Session(*account.key_of("bob", allow("iam:ListUsers", "sts:*")), None)
    sessions = [
        assume_role(key.client(account.server, "sts"), arn, DurationSeconds=7200),
        with_mfa(account, key),
    ]
    assert [both.may(session) for session in sessions] == [True, True]
    change(account.iam, key.access_key_id)
    assert [both.may(session) for session in sessions] == [True, True]


def test_who_lost_the_trust_begins_no_new_session(account: Account) -> None:
    arn = create_role(account, "job", EVERYBODY)
    session = assume_role(account.sts, arn).client(account.server, "sts")
    _new_trust(account.iam, "")
    asked = {"RoleArn": arn, "RoleSessionName": "work"}
    assert not allowed(account.sts, "AssumeRole", **asked)
    assert not allowed(session, "AssumeRole", **asked)


def test_a_role_session_outlives_the_user_who_began_it(both: Servers) -> None:
    account = both.account
    arn = create_role(account, "job", EVERYBODY)
    put_role_policy(account, "job", allow("iam:ListUsers"))
    key = Session(*account.key_of("bob"), None)
    session = assume_role(key.client(account.server, "sts"), arn)
    account.iam.delete_access_key(UserName="bob", AccessKeyId=key.access_key_id)
    account.iam.delete_user(UserName="bob")
    assert both.may(session)


def test_a_session_with_mfa_outlives_its_device(both: Servers) -> None:
    account = both.account
    key = Session(*account.key_of("bob", allow("iam:ListUsers")), None)
    device = Authenticator.make(account.iam, "phone").enable(account.iam, "bob", -1)
    sts = key.client(account.server, "sts")
    session = temporary.credentials_of(
        sts.get_session_token(SerialNumber=device.serial, TokenCode=device.code())
    )
    account.iam.deactivate_mfa_device(UserName="bob", SerialNumber=device.serial)
    assert both.may(session)


# When a role was used last.


def last_used(account: Account) -> dict[str, Any]:
    """Return a role's last use, which the batched writer notes within 50 ms, given ample time."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        used: dict[str, Any] = account.iam.get_role(RoleName="job")["Role"]["RoleLastUsed"]
        if used:
            return used
    return {}


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize("may", [True, False])
def test_a_role_tells_when_and_where_it_was_used(account: Account, region: str, may: bool) -> None:
    session = create_role_session(account, "job", *([allow("iam:ListUsers")] if may else []))
    assert account.iam.get_role(RoleName="job")["Role"]["RoleLastUsed"] == {}
    assert allowed(session.client(account.server, "iam", region), "ListUsers") is may
    used = last_used(account)
    assert used["Region"] == region
    assert abs(used["LastUsedDate"].timestamp() - time.time()) < 60


def test_a_role_that_is_made_anew_was_never_used(account: Account) -> None:
    session = create_role_session(account, "job")
    session.client(account.server, "sts").get_caller_identity()
    assert last_used(account)
    account.iam.delete_role(RoleName="job")
    create_role(account, "job")
    assert account.iam.get_role(RoleName="job")["Role"]["RoleLastUsed"] == {}
