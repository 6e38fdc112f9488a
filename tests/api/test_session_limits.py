"""Restrictions of temporary credentials, which apply regardless of policies, and their durations."""

import time
from typing import Any, NamedTuple

import pytest

from iamd.core.records import SessionToken
from tests import servers
from tests.api import sts_sessions
from tests.api.responses import call, refused, state
from tests.api.sts_sessions import (
    INVALID,
    Session,
    create_role,
    create_role_session,
    seal_session,
    unseal_token,
)
from tests.authenticator import Authenticator
from tests.console_users import OTHER_PASSWORD, PASSWORD
from tests.servers import Account, Server, allow, document

ALLOW_ALL = allow("*")
_HOUR = 3600


class IssuedCredentials(NamedTuple):
    """An account with a root access key and a session of each kind; policies allow them everything."""

    account: Account
    root: Session
    sessions: dict[str, Session]

    def client(self, name: str, service: str) -> Any:
        return self.sessions[name].client(self.account.server, service)


@pytest.fixture(scope="module")
def credentials(root_keys_server: Server) -> IssuedCredentials:
    """Return sessions of a role, of a user and root with and without MFA, and of federated users."""
    account = servers.create_account(root_keys_server)
    root = sts_sessions.create_root_access_key(account)
    key = Session(*account.key_of("bob", ALLOW_ALL), None)
    device = Authenticator.create(account.iam, "phone").enable(account.iam, "bob", -1)
    code = {"SerialNumber": device.serial, "TokenCode": device.code()}
    sts, root_sts = (owner.client(account.server, "sts") for owner in (key, root))
    policy = {"Policy": document(ALLOW_ALL)}
    sessions = {
        "role": create_role_session(account, "job", ALLOW_ALL),
        "user": sts_sessions.credentials_of(sts.get_session_token()),
        "user with MFA": sts_sessions.credentials_of(sts.get_session_token(**code)),
        "federated": sts_sessions.credentials_of(sts.get_federation_token(Name="fay", **policy)),
        "root": sts_sessions.credentials_of(root_sts.get_session_token()),
        "root with MFA": _root_session_with_mfa(account),
        "federated by root": sts_sessions.credentials_of(root_sts.get_federation_token(Name="fay", **policy)),
    }
    return IssuedCredentials(account, root, sessions)


def _root_session_with_mfa(account: Account) -> Session:
    now = int(time.time())
    return seal_session(
        account,
        SessionToken("user", account.account_id, account.account_id, "", "s" * 40, now, now + _HOUR, now),
    )


USERS = ("user", "user with MFA", "root", "root with MFA")
FEDERATED = ("federated", "federated by root")
ALL = ("role", *USERS, *FEDERATED)

# STS operations.

TOKEN_OPERATIONS: dict[str, dict[str, Any]] = {
    "GetSessionToken": {},
    "GetFederationToken": {"Name": "fay"},
}


@pytest.mark.parametrize("name", ALL)
def test_get_caller_identity_is_allowed_for_every_session(credentials: IssuedCredentials, name: str) -> None:
    response = credentials.client(name, "sts").get_caller_identity()
    account_id = credentials.account.account_id
    arns = {
        "role": f"arn:aws:sts::{account_id}:assumed-role/job/work",
        "user": f"arn:aws:iam::{account_id}:user/bob",
        "root": f"arn:aws:iam::{account_id}:root",
        "federated": f"arn:aws:sts::{account_id}:federated-user/fay",
    }
    bob = sts_sessions.user_of(credentials.account, "bob").user_id
    job = sts_sessions.role_of(credentials.account, "job").role_id
    user_ids = {"role": f"{job}:work", "user": bob, "root": account_id, "federated": f"{account_id}:fay"}
    kind = name.partition(" ")[0]
    assert (response["Arn"], response["UserId"]) == (arns[kind], user_ids[kind])
    assert response["Account"] == account_id


@pytest.mark.parametrize("operation", TOKEN_OPERATIONS)
@pytest.mark.parametrize("name", ALL)
def test_token_operations_reject_session_credentials(
    credentials: IssuedCredentials, name: str, operation: str
) -> None:
    error = refused(credentials.client(name, "sts"), operation, **TOKEN_OPERATIONS[operation])
    assert error == ("AccessDenied", 403, f"Cannot call {operation} with session credentials")


@pytest.mark.parametrize("name", [*USERS, *FEDERATED])
def test_get_access_key_info_rejects_user_and_federated_sessions(
    credentials: IssuedCredentials, name: str
) -> None:
    key_id = credentials.account.access_key_id
    error = refused(credentials.client(name, "sts"), "GetAccessKeyInfo", AccessKeyId=key_id)
    assert error == ("AccessDenied", 403, "Cannot call GetAccessKeyInfo with session credentials")


def test_role_session_may_call_get_access_key_info(credentials: IssuedCredentials) -> None:
    response = credentials.client("role", "sts").get_access_key_info(
        AccessKeyId=credentials.account.access_key_id
    )
    assert response["Account"] == credentials.account.account_id


def test_user_session_may_assume_roles_with_or_without_mfa(credentials: IssuedCredentials) -> None:
    arn = create_role(credentials.account, "assumed")
    for name in ("user", "user with MFA"):
        sts_sessions.assume_role(credentials.client(name, "sts"), arn)


@pytest.mark.parametrize("name", FEDERATED)
def test_federated_user_cannot_assume_roles(credentials: IssuedCredentials, name: str) -> None:
    params = {"RoleArn": f"arn:aws:iam::{credentials.account.account_id}:role/job", "RoleSessionName": "work"}
    error = refused(credentials.client(name, "sts"), "AssumeRole", **params)
    assert error == ("AccessDenied", 403, "Cannot call AssumeRole with session credentials")


# IAM, and iamd's own service, which acts on the same resources.

READ_OPERATIONS = [("iam", "ListUsers"), ("iam", "GetAccountSummary"), ("iamd", "GetSecuritySettings")]


@pytest.mark.parametrize(("service", "operation"), READ_OPERATIONS)
@pytest.mark.parametrize("name", ALL)
def test_iam_accepts_only_role_sessions_and_user_sessions_with_mfa(
    credentials: IssuedCredentials, name: str, service: str, operation: str
) -> None:
    client = credentials.client(name, service)
    if name in ("role", "user with MFA", "root with MFA"):
        call(client, operation)
    else:
        assert refused(client, operation) == INVALID


def test_iam_rejects_a_federated_user_even_with_mfa(credentials: IssuedCredentials) -> None:
    token = unseal_token(credentials.account, credentials.sessions["federated"])
    session = seal_session(credentials.account, token._replace(mfa_at=token.issued_at))
    assert refused(session.client(credentials.account.server, "iam"), "ListUsers") == INVALID


def test_user_session_with_mfa_has_only_the_permissions_of_the_user(account: Account) -> None:
    account.key_of("eve", allow("iam:ListUsers"))
    now = int(time.time())
    eve = sts_sessions.user_of(account, "eve").user_id
    token = SessionToken("user", account.account_id, eve, "", "s" * 40, now, now + _HOUR, now)
    iam = seal_session(account, token).client(account.server, "iam")
    iam.list_users()
    assert refused(iam, "ListGroups").code == "AccessDenied"


def test_user_name_defaults_to_the_user_of_a_session_with_mfa(credentials: IssuedCredentials) -> None:
    iam = credentials.client("user with MFA", "iam")
    assert iam.get_user()["User"]["UserName"] == "bob"
    key = iam.create_access_key()["AccessKey"]
    assert key["UserName"] == "bob"
    iam.delete_access_key(AccessKeyId=key["AccessKeyId"])


# Session policies of federated users.


def test_iam_rejects_a_federated_user_with_or_without_session_policies(account: Account) -> None:
    sts = account.client("sts", account.key_of("bob", ALLOW_ALL))
    for params, has_policies in (({}, False), ({"Policy": document(allow("iam:*"))}, True)):
        session = sts_sessions.credentials_of(sts.get_federation_token(Name="fay", **params))
        assert unseal_token(account, session).has_session_policies is has_policies
        assert refused(session.client(account.server, "iam"), "ListUsers") == INVALID
        session.client(account.server, "sts").get_caller_identity()


# Without UserName, sessions of roles and federated users act on no user, in particular not on root.

USER_NAME_OPTIONAL: list[tuple[str, dict[str, str]]] = [
    ("CreateAccessKey", {}),
    ("ListAccessKeys", {}),
    ("UpdateAccessKey", {"AccessKeyId": "{ROOT}", "Status": "Inactive"}),
    ("DeleteAccessKey", {"AccessKeyId": "{ROOT}"}),
    ("GetUser", {}),
    ("ListMFADevices", {}),
    ("GetMFADevice", {"SerialNumber": "arn:aws:iam::{A}:mfa/phone"}),
    ("DeactivateMFADevice", {"SerialNumber": "arn:aws:iam::{A}:mfa/phone"}),
    ("CreateLoginProfile", {"Password": PASSWORD}),
    ("GetLoginProfile", {}),
    ("DeleteLoginProfile", {}),
]


@pytest.mark.parametrize(("operation", "params"), USER_NAME_OPTIONAL)
def test_role_session_must_specify_user_name(
    credentials: IssuedCredentials, operation: str, params: dict[str, str]
) -> None:
    placeholders = {"{ROOT}": credentials.root.access_key_id, "{A}": credentials.account.account_id}
    request = {
        key: placeholders.get(value, value.replace("{A}", credentials.account.account_id))
        for key, value in params.items()
    }
    before = state(credentials.account)
    error = refused(credentials.client("role", "iam"), operation, **request)
    assert error == ("ValidationError", 400, "Must specify userName when calling with non-User credentials")
    assert state(credentials.account) == before
    for name in FEDERATED:
        assert refused(credentials.client(name, "iam"), operation, **request) == INVALID
    assert state(credentials.account) == before


def test_role_session_cannot_change_a_password(credentials: IssuedCredentials) -> None:
    params = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    error = refused(credentials.client("role", "iam"), "ChangePassword", **params)
    assert error == ("InvalidUserType", 400, "Only IAM Users can change their own password")
    for name in FEDERATED:
        assert refused(credentials.client(name, "iam"), "ChangePassword", **params) == INVALID


@pytest.mark.parametrize("operation", ["ListSessions", "EndSession"])
def test_role_session_must_specify_user_name_for_console_sessions(
    credentials: IssuedCredentials, operation: str
) -> None:
    params = {"SessionId": "x" * 32} if operation == "EndSession" else {}
    error = refused(credentials.client("role", "iamd"), operation, **params)
    assert error == ("ValidationError", 400, "Must specify userName when calling with non-User credentials")


CONSOLE_ONLY: list[tuple[str, dict[str, str]]] = [
    ("GetSession", {}),
    ("CreateRecoveryCodes", {}),
    ("StartPasskeyRegistration", {}),
    ("RegisterPasskey", {"DeviceName": "key", "Credential": "{}"}),
]


@pytest.mark.parametrize(("operation", "params"), CONSOLE_ONLY)
@pytest.mark.parametrize("name", ["role", "user with MFA", "root with MFA"])
def test_console_operations_reject_session_tokens(
    credentials: IssuedCredentials, name: str, operation: str, params: dict[str, str]
) -> None:
    before = state(credentials.account)
    assert refused(credentials.client(name, "iamd"), operation, **params)[:2] == ("SessionRequired", 403)
    assert state(credentials.account) == before


ROOT_ONLY: list[tuple[str, dict[str, str]]] = [
    ("ChangeRootPassword", {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}),
    ("UpdateRootEmail", {"RootEmail": "mallory@example.org"}),
    (
        "EnableRootMFADevice",
        {"SerialNumber": "a" * 9, "AuthenticationCode1": "000000", "AuthenticationCode2": "000000"},
    ),
    (
        "ResyncRootMFADevice",
        {"SerialNumber": "a" * 9, "AuthenticationCode1": "000000", "AuthenticationCode2": "000000"},
    ),
    ("DeactivateRootMFADevice", {"SerialNumber": "a" * 9}),
]


@pytest.mark.parametrize(("operation", "params"), ROOT_ONLY)
def test_root_only_operations_reject_sessions_and_change_nothing(
    credentials: IssuedCredentials, operation: str, params: dict[str, str]
) -> None:
    before = state(credentials.account)
    for name in ("role", "user with MFA"):
        error = refused(credentials.client(name, "iamd"), operation, **params)
        assert error[:2] == ("AccessDenied", 403)
        assert error.message.endswith("because only the root user can perform it")
    for name in ("user", "root", *FEDERATED):
        assert refused(credentials.client(name, "iamd"), operation, **params).code in (
            "AccessDenied",
            "InvalidClientTokenId",
        )
    assert state(credentials.account) == before


# Sessions of the root user.


def test_root_sessions_are_invalid_on_servers_without_root_access_keys(
    credentials: IssuedCredentials, server: Server
) -> None:
    for name in ("root", "root with MFA", "federated by root"):
        error = refused(credentials.sessions[name].client(server, "sts"), "GetCallerIdentity")
        assert error == INVALID


def test_get_user_by_a_root_session_with_mfa_returns_root(credentials: IssuedCredentials) -> None:
    assert credentials.client("root with MFA", "iam").get_user()["User"]["Arn"].endswith(":root")


# Session duration.

DEFAULT_DURATION, MAX_DURATION = 12 * _HOUR, 36 * _HOUR


@pytest.fixture
def bob(account: Account) -> Any:
    """Return an STS client of a user who is allowed everything."""
    return account.client("sts", account.key_of("bob", ALLOW_ALL))


def duration(account: Account, response: Any) -> int:
    """Return the duration of the session of a response in seconds."""
    token = unseal_token(account, sts_sessions.credentials_of(response))
    return token.expires_at - token.issued_at


@pytest.mark.parametrize("operation", TOKEN_OPERATIONS)
def test_user_session_duration_is_12_hours_by_default_or_duration_seconds(
    account: Account, bob: Any, operation: str
) -> None:
    for params, seconds in (
        ({}, DEFAULT_DURATION),
        *(({"DurationSeconds": n}, n) for n in (900, MAX_DURATION)),
    ):
        assert duration(account, call(bob, operation, **TOKEN_OPERATIONS[operation], **params)) == seconds
    error = refused(bob, operation, **TOKEN_OPERATIONS[operation], DurationSeconds=MAX_DURATION + 1)
    assert error[:2] == ("ValidationError", 400)
    assert "'durationSeconds' failed to satisfy constraint" in error.message


@pytest.mark.parametrize("operation", TOKEN_OPERATIONS)
def test_root_session_duration_is_at_most_one_hour(credentials: IssuedCredentials, operation: str) -> None:
    sts = credentials.root.client(credentials.account.server, "sts")
    for params, seconds in (
        ({}, _HOUR),
        *(({"DurationSeconds": n}, min(n, _HOUR)) for n in (900, MAX_DURATION)),
    ):
        response = call(sts, operation, **TOKEN_OPERATIONS[operation], **params)
        assert duration(credentials.account, response) == seconds
