"""Revocation of sessions: which changes end or limit a session at its next request on every server."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from tests.api import sts_sessions
from tests.api.responses import allowed
from tests.api.sts_sessions import (
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


_TIMEOUT = 10.0  # seconds
S3_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
TRUST_EVERYBODY = trust_statement("*", "sts:AssumeRole", "sts:TagSession")


class Servers(NamedTuple):
    """Two server processes on one store."""

    account: Account
    second: Server

    def is_allowed(self, session: Session, operation: str = "ListUsers") -> bool:
        """Return whether a session may call an operation; both servers must decide alike."""
        first, second = (
            allowed(session.client(server, "iam"), operation) for server in (self.account.server, self.second)
        )
        assert first == second
        return first


@pytest.fixture
def servers(account: Account, second_server: Server) -> Servers:
    return Servers(account, second_server)


# A policy that denies older sessions, as the AWS console writes it.


def revocation_statement(before: datetime) -> dict[str, Any]:
    """Return the statement of the policy AWSRevokeOlderSessions."""
    time_limit = before.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": time_limit}})


def current_second() -> datetime:
    """Return the current time rounded down to a second, like the issue time of a token."""
    return datetime.now(UTC).replace(microsecond=0)


def backdate(account: Account, session: Session, seconds: int = 600) -> Session:
    """Return a copy of a session that was issued some seconds earlier."""
    token = unseal_token(account, session)
    return seal_session(account, token._replace(issued_at=token.issued_at - seconds))


def test_revoke_older_sessions_denies_older_role_sessions_only(servers: Servers) -> None:
    account = servers.account
    session = backdate(account, create_role_session(account, "job", allow("iam:ListUsers")))
    assert servers.is_allowed(session)
    put_role_policy(account, "job", revocation_statement(current_second()), name="AWSRevokeOlderSessions")
    assert not servers.is_allowed(session)
    session.client(servers.second, "sts").get_caller_identity()
    newer = assume_role(account.sts, f"arn:aws:iam::{account.account_id}:role/job")
    assert servers.is_allowed(newer)
    assert not servers.is_allowed(session)


def test_revoked_session_is_valid_again_only_when_the_policy_is_deleted(servers: Servers) -> None:
    account = servers.account
    session = backdate(account, create_role_session(account, "job", allow("iam:ListUsers")))
    put_role_policy(account, "job", revocation_statement(current_second()), name="AWSRevokeOlderSessions")
    account.iam.update_assume_role_policy(RoleName="job", PolicyDocument=document(TRUST_EVERYBODY))
    assert not servers.is_allowed(session)
    account.iam.delete_role_policy(RoleName="job", PolicyName="AWSRevokeOlderSessions")
    assert servers.is_allowed(session)


def test_revoked_role_session_cannot_assume_another_role(servers: Servers) -> None:
    account = servers.account
    other = create_role(account, "other", TRUST_EVERYBODY)
    session = backdate(account, create_role_session(account, "job", allow("sts:AssumeRole")))
    params = {"RoleArn": other, "RoleSessionName": "work"}
    assert allowed(session.client(account.server, "sts"), "AssumeRole", **params)
    put_role_policy(account, "job", revocation_statement(current_second()), name="AWSRevokeOlderSessions")
    for server in (account.server, servers.second):
        assert not allowed(session.client(server, "sts"), "AssumeRole", **params)


def test_revoke_older_sessions_of_a_user_does_not_deny_its_access_key(servers: Servers) -> None:
    account = servers.account
    key = Session(*account.key_of("bob", allow("iam:ListUsers")), None)
    session = backdate(account, create_mfa_session(account, key))
    assert servers.is_allowed(session)
    account.iam.put_user_policy(
        UserName="bob", PolicyName="revoke", PolicyDocument=document(revocation_statement(current_second()))
    )
    assert not servers.is_allowed(session)
    assert servers.is_allowed(key)


def create_mfa_session(account: Account, key: Session) -> Session:
    """Return a session of the user of an access key, with MFA."""
    token = unseal_token(
        account, sts_sessions.credentials_of(key.client(account.server, "sts").get_session_token())
    )
    return seal_session(account, token._replace(mfa_at=token.issued_at))


# Permission changes of a role apply to its sessions.

Change = Callable[[Any, str], object]


def _attached_policy_arn(iam: Any, role_name: str) -> str:
    return str(iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"][0]["PolicyArn"])


def _detach_policy(iam: Any, role_name: str) -> None:
    iam.detach_role_policy(RoleName=role_name, PolicyArn=_attached_policy_arn(iam, role_name))


def _create_policy_version(iam: Any, role_name: str) -> None:
    without_list_users = document(allow("s3:GetObject"))
    iam.create_policy_version(
        PolicyArn=_attached_policy_arn(iam, role_name), PolicyDocument=without_list_users, SetAsDefault=True
    )


def _put_inline_deny(iam: Any, role_name: str) -> None:
    iam.put_role_policy(RoleName=role_name, PolicyName="no", PolicyDocument=document(deny("iam:*")))


def _put_boundary(iam: Any, role_name: str) -> None:
    iam.put_role_permissions_boundary(RoleName=role_name, PermissionsBoundary=S3_ONLY)


def _change_tag(iam: Any, role_name: str) -> None:
    iam.tag_role(RoleName=role_name, Tags=[{"Key": "team", "Value": "b"}])


def _remove_tag(iam: Any, role_name: str) -> None:
    iam.untag_role(RoleName=role_name, TagKeys=["team"])


def _add_tag(iam: Any, role_name: str) -> None:
    iam.tag_role(RoleName=role_name, Tags=[{"Key": "team", "Value": "a"}])


def _attach_policy(iam: Any, role_name: str, policy_name: str) -> None:
    """Attach a policy that allows ListUsers to principals with the tag team=a."""
    statement = allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})
    policy = iam.create_policy(PolicyName=policy_name, PolicyDocument=document(statement))["Policy"]
    iam.attach_role_policy(RoleName=role_name, PolicyArn=policy["Arn"])


PERMISSION_CHANGES: dict[str, tuple[Change, Change]] = {
    "detached": (_detach_policy, lambda iam, name: _attach_policy(iam, name, "again")),
    "new version": (
        _create_policy_version,
        lambda iam, name: iam.set_default_policy_version(
            PolicyArn=_attached_policy_arn(iam, name), VersionId="v1"
        ),
    ),
    "inline deny": (
        _put_inline_deny,
        lambda iam, name: iam.delete_role_policy(RoleName=name, PolicyName="no"),
    ),
    "boundary": (_put_boundary, lambda iam, name: iam.delete_role_permissions_boundary(RoleName=name)),
    "other tag": (_change_tag, _add_tag),
    "no tag": (_remove_tag, _add_tag),
}


@pytest.mark.parametrize(("revoke", "restore"), PERMISSION_CHANGES.values(), ids=PERMISSION_CHANGES)
def test_permission_changes_of_a_role_apply_to_its_sessions(
    servers: Servers, revoke: Change, restore: Change
) -> None:
    iam = servers.account.iam
    arn = create_role(servers.account, "job", TRUST_EVERYBODY)
    _add_tag(iam, "job")
    _attach_policy(iam, "job", "team")
    session = assume_role(servers.account.sts, arn)
    assert servers.is_allowed(session)
    revoke(iam, "job")
    assert not servers.is_allowed(session)
    restore(iam, "job")
    assert servers.is_allowed(session)


def test_session_tag_overrides_a_later_role_tag(servers: Servers) -> None:
    iam = servers.account.iam
    arn = create_role(servers.account, "job", TRUST_EVERYBODY)
    _attach_policy(iam, "job", "team")
    session = assume_role(servers.account.sts, arn, Tags=[{"Key": "Team", "Value": "a"}])
    assert servers.is_allowed(session)
    _change_tag(iam, "job")
    assert servers.is_allowed(session)


def test_permission_changes_of_a_user_apply_to_its_sessions(servers: Servers) -> None:
    iam = servers.account.iam
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=document(allow("iam:ListUsers")))
    session = create_mfa_session(servers.account, Session(*servers.account.key_of("bob"), None))
    assert not servers.is_allowed(session)
    iam.add_user_to_group(GroupName="g", UserName="bob")
    assert servers.is_allowed(session)
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=S3_ONLY)
    assert not servers.is_allowed(session)
    iam.delete_user_permissions_boundary(UserName="bob")
    assert servers.is_allowed(session)
    iam.remove_user_from_group(GroupName="g", UserName="bob")
    assert not servers.is_allowed(session)


def test_deleting_a_role_ends_its_sessions_at_the_next_request(servers: Servers) -> None:
    session = create_role_session(servers.account, "job")
    servers.account.iam.delete_role(RoleName="job")
    for server in (servers.account.server, servers.second):
        assert sts_sessions.identity_error(session, server) == INVALID


# Changes that do not end sessions.


def _remove_trust(iam: Any, _key: str) -> None:
    trust = document(trust_statement({"Service": "ec2.amazonaws.com"}))
    iam.update_assume_role_policy(RoleName="job", PolicyDocument=trust)


HARMLESS_CHANGES: dict[str, Change] = {
    "another trust policy": _remove_trust,
    "an inactive key": lambda iam, key: iam.update_access_key(
        UserName="bob", AccessKeyId=key, Status="Inactive"
    ),
    "a deleted key": lambda iam, key: iam.delete_access_key(UserName="bob", AccessKeyId=key),
    "a shorter session length": lambda iam, _: iam.update_role(RoleName="job", MaxSessionDuration=3600),
    "another description": lambda iam, _: iam.update_role(RoleName="job", Description="x"),
}


@pytest.mark.parametrize("change", HARMLESS_CHANGES.values(), ids=HARMLESS_CHANGES)
def test_session_survives_changes_of_its_trust_policy_key_and_role_settings(
    servers: Servers, change: Change
) -> None:
    account = servers.account
    arn = create_role(account, "job", TRUST_EVERYBODY, MaxSessionDuration=7200)
    put_role_policy(account, "job", allow("iam:ListUsers"))
    key = Session(*account.key_of("bob", allow("iam:ListUsers", "sts:*")), None)
    sessions = [
        assume_role(key.client(account.server, "sts"), arn, DurationSeconds=7200),
        create_mfa_session(account, key),
    ]
    assert [servers.is_allowed(session) for session in sessions] == [True, True]
    change(account.iam, key.access_key_id)
    assert [servers.is_allowed(session) for session in sessions] == [True, True]


def test_assume_role_is_denied_after_the_trust_policy_changes(account: Account) -> None:
    arn = create_role(account, "job", TRUST_EVERYBODY)
    session = assume_role(account.sts, arn).client(account.server, "sts")
    _remove_trust(account.iam, "")
    params = {"RoleArn": arn, "RoleSessionName": "work"}
    assert not allowed(account.sts, "AssumeRole", **params)
    assert not allowed(session, "AssumeRole", **params)


def test_role_session_survives_deletion_of_the_user_that_assumed_the_role(servers: Servers) -> None:
    account = servers.account
    arn = create_role(account, "job", TRUST_EVERYBODY)
    put_role_policy(account, "job", allow("iam:ListUsers"))
    key = Session(*account.key_of("bob"), None)
    session = assume_role(key.client(account.server, "sts"), arn)
    account.iam.delete_access_key(UserName="bob", AccessKeyId=key.access_key_id)
    account.iam.delete_user(UserName="bob")
    assert servers.is_allowed(session)


def test_session_with_mfa_survives_deactivation_of_the_device(servers: Servers) -> None:
    account = servers.account
    key = Session(*account.key_of("bob", allow("iam:ListUsers")), None)
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "bob", -1)
    sts = key.client(account.server, "sts")
    session = sts_sessions.credentials_of(
        sts.get_session_token(SerialNumber=device.serial, TokenCode=device.code())
    )
    account.iam.deactivate_mfa_device(UserName="bob", SerialNumber=device.serial)
    assert servers.is_allowed(session)


# RoleLastUsed.


def last_used(account: Account) -> dict[str, Any]:
    """Return RoleLastUsed of the role `job`; wait for the batched writer (up to 50 ms)."""
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline:
        role_last_used: dict[str, Any] = account.iam.get_role(RoleName="job")["Role"]["RoleLastUsed"]
        if role_last_used:
            return role_last_used
    return {}


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize("is_allowed", [True, False])
def test_role_last_used_is_set_by_allowed_and_denied_requests(
    account: Account, region: str, is_allowed: bool
) -> None:
    session = create_role_session(account, "job", *([allow("iam:ListUsers")] if is_allowed else []))
    assert account.iam.get_role(RoleName="job")["Role"]["RoleLastUsed"] == {}
    assert allowed(session.client(account.server, "iam", region), "ListUsers") is is_allowed
    role_last_used = last_used(account)
    assert role_last_used["Region"] == region
    assert abs(role_last_used["LastUsedDate"].timestamp() - time.time()) < 60


def test_role_last_used_is_empty_after_the_role_is_recreated(account: Account) -> None:
    session = create_role_session(account, "job")
    session.client(account.server, "sts").get_caller_identity()
    assert last_used(account)
    account.iam.delete_role(RoleName="job")
    create_role(account, "job")
    assert account.iam.get_role(RoleName="job")["Role"]["RoleLastUsed"] == {}
