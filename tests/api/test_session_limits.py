"""What sessions may not do whatever policies allow, and how long they last."""

import time
from typing import Any, NamedTuple

import pytest

from iamd.core.records import SessionToken
from tests import servers
from tests.api import temporary
from tests.api.answers import call, refused, state
from tests.api.temporary import INVALID, Session, create_role, create_role_session, seal_session, unseal_token
from tests.authenticator import Authenticator
from tests.people import OTHER_PASSWORD, PASSWORD
from tests.servers import Account, Server, allow, document

EVERYTHING = allow("*")
_HOUR = 3600


class Held(NamedTuple):
    """An account with a root key and a session of each kind; whoever has them may do everything."""

    account: Account
    root: Session
    sessions: dict[str, Session]

    def client(self, name: str, service: str) -> Any:
        return self.sessions[name].client(self.account.server, service)


@pytest.fixture(scope="module")
def held(root_keys_server: Server) -> Held:
    """Return sessions of a role, of a user with and without MFA, of a federated user, and root's."""
    account = servers.found(root_keys_server)
    root = temporary.create_root_access_key(account)
    key = Session(*account.key_of("bob", EVERYTHING), None)
    device = Authenticator.make(account.iam, "phone").enable(account.iam, "bob", -1)
    code = {"SerialNumber": device.serial, "TokenCode": device.code()}
    sts, of_root = (one.client(account.server, "sts") for one in (key, root))
    policy = {"Policy": document(EVERYTHING)}
    sessions = {
        "role": create_role_session(account, "job", EVERYTHING),
        "user": temporary.credentials_of(sts.get_session_token()),
        "user with MFA": temporary.credentials_of(sts.get_session_token(**code)),
        "federated": temporary.credentials_of(sts.get_federation_token(Name="fay", **policy)),
        "root": temporary.credentials_of(of_root.get_session_token()),
        "root with MFA": _root_with_mfa(account),
        "federated by root": temporary.credentials_of(of_root.get_federation_token(Name="fay", **policy)),
    }
    return Held(account, root, sessions)


def _root_with_mfa(account: Account) -> Session:
    now = int(time.time())
    return seal_session(
        account,
        SessionToken("user", account.account_id, account.account_id, "", "s" * 40, now, now + _HOUR, now),
    )


USERS = ("user", "user with MFA", "root", "root with MFA")
FEDERATED = ("federated", "federated by root")
ALL = ("role", *USERS, *FEDERATED)

# STS.

ISSUING: dict[str, dict[str, Any]] = {
    "GetSessionToken": {},
    "GetFederationToken": {"Name": "fay"},
}


@pytest.mark.parametrize("name", ALL)
def test_every_session_is_told_who_it_is(held: Held, name: str) -> None:
    reply = held.client(name, "sts").get_caller_identity()
    account_id = held.account.account_id
    shown = {
        "role": f"arn:aws:sts::{account_id}:assumed-role/job/work",
        "user": f"arn:aws:iam::{account_id}:user/bob",
        "root": f"arn:aws:iam::{account_id}:root",
        "federated": f"arn:aws:sts::{account_id}:federated-user/fay",
    }
    bob, job = temporary.user_of(held.account, "bob").user_id, temporary.role_of(held.account, "job").role_id
    user_ids = {"role": f"{job}:work", "user": bob, "root": account_id, "federated": f"{account_id}:fay"}
    kind = name.partition(" ")[0]
    assert (reply["Arn"], reply["UserId"], reply["Account"]) == (shown[kind], user_ids[kind], account_id)


@pytest.mark.parametrize("operation", ISSUING)
@pytest.mark.parametrize("name", ALL)
def test_no_session_makes_another_for_its_user(held: Held, name: str, operation: str) -> None:
    said = refused(held.client(name, "sts"), operation, **ISSUING[operation])
    assert said == ("AccessDenied", 403, f"Cannot call {operation} with session credentials")


@pytest.mark.parametrize("name", [*USERS, *FEDERATED])
def test_users_sessions_call_no_more_of_sts(held: Held, name: str) -> None:
    asked = {"AccessKeyId": held.account.access_key_id}
    said = refused(held.client(name, "sts"), "GetAccessKeyInfo", **asked)
    assert said == ("AccessDenied", 403, "Cannot call GetAccessKeyInfo with session credentials")


def test_a_role_session_calls_the_rest_of_sts(held: Held) -> None:
    asked = {"AccessKeyId": held.account.access_key_id}
    assert held.client("role", "sts").get_access_key_info(**asked)["Account"] == held.account.account_id


def test_a_users_session_assumes_roles_with_or_without_mfa(held: Held) -> None:
    arn = create_role(held.account, "assumed")
    for name in ("user", "user with MFA"):
        temporary.assume_role(held.client(name, "sts"), arn)


@pytest.mark.parametrize("name", FEDERATED)
def test_a_federated_user_assumes_no_role(held: Held, name: str) -> None:
    asked = {"RoleArn": f"arn:aws:iam::{held.account.account_id}:role/job", "RoleSessionName": "work"}
    said = refused(held.client(name, "sts"), "AssumeRole", **asked)
    assert said == ("AccessDenied", 403, "Cannot call AssumeRole with session credentials")


# IAM, and our own service, which acts on the same things.

READS = [("iam", "ListUsers"), ("iam", "GetAccountSummary"), ("iamd", "GetSecuritySettings")]


@pytest.mark.parametrize(("service", "operation"), READS)
@pytest.mark.parametrize("name", ALL)
def test_iam_is_for_roles_and_for_users_with_mfa(held: Held, name: str, service: str, operation: str) -> None:
    client = held.client(name, service)
    if name in ("role", "user with MFA", "root with MFA"):
        call(client, operation)
    else:
        assert refused(client, operation) == INVALID


def test_a_federated_user_with_mfa_behind_it_calls_no_iam_either(held: Held) -> None:
    token = unseal_token(held.account, held.sessions["federated"])
    session = seal_session(held.account, token._replace(mfa_at=token.issued_at))
    assert refused(session.client(held.account.server, "iam"), "ListUsers") == INVALID


def test_a_users_session_with_mfa_has_no_more_than_the_user(account: Account) -> None:
    account.key_of("eve", allow("iam:ListUsers"))
    now = int(time.time())
    eve = temporary.user_of(account, "eve").user_id
    token = SessionToken("user", account.account_id, eve, "", "s" * 40, now, now + _HOUR, now)
    iam = seal_session(account, token).client(account.server, "iam")
    iam.list_users()
    assert refused(iam, "ListGroups").code == "AccessDenied"


def test_a_users_session_with_mfa_acts_on_itself_without_a_name(held: Held) -> None:
    iam = held.client("user with MFA", "iam")
    assert iam.get_user()["User"]["UserName"] == "bob"
    made = iam.create_access_key()["AccessKey"]
    assert made["UserName"] == "bob"
    iam.delete_access_key(AccessKeyId=made["AccessKeyId"])


# What has no session policies.


def test_a_federated_user_without_policies_may_do_nothing(account: Account) -> None:
    sts = account.client("sts", account.key_of("bob", EVERYTHING))
    for asked, length in (({}, 0), ({"Policy": document(allow("iam:*"))}, 1)):
        session = temporary.credentials_of(sts.get_federation_token(Name="fay", **asked))
        assert unseal_token(account, session).has_session_policies == bool(length)
        assert refused(session.client(account.server, "iam"), "ListUsers") == INVALID
        session.client(account.server, "sts").get_caller_identity()


# No session of a role or of a federated user acts on the root user, or on anybody, by saying no name.

BY_NO_NAME: list[tuple[str, dict[str, str]]] = [
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


@pytest.mark.parametrize(("operation", "params"), BY_NO_NAME)
def test_a_role_session_is_nobody_by_no_name(held: Held, operation: str, params: dict[str, str]) -> None:
    names = {"{ROOT}": held.root.access_key_id, "{A}": held.account.account_id}
    asked = {key: names.get(value, value.replace("{A}", names["{A}"])) for key, value in params.items()}
    before = state(held.account)
    said = refused(held.client("role", "iam"), operation, **asked)
    assert said == ("ValidationError", 400, "Must specify userName when calling with non-User credentials")
    assert state(held.account) == before
    for name in FEDERATED:
        assert refused(held.client(name, "iam"), operation, **asked) == INVALID
    assert state(held.account) == before


def test_a_role_session_has_no_password(held: Held) -> None:
    asked = {"OldPassword": PASSWORD, "NewPassword": OTHER_PASSWORD}
    said = refused(held.client("role", "iam"), "ChangePassword", **asked)
    assert said == ("InvalidUserType", 400, "Only IAM Users can change their own password")
    for name in FEDERATED:
        assert refused(held.client(name, "iam"), "ChangePassword", **asked) == INVALID


@pytest.mark.parametrize("operation", ["ListSessions", "EndSession"])
def test_a_role_session_has_no_console_sessions(held: Held, operation: str) -> None:
    asked = {"SessionId": "x" * 32} if operation == "EndSession" else {}
    said = refused(held.client("role", "iamd"), operation, **asked)
    assert said == ("ValidationError", 400, "Must specify userName when calling with non-User credentials")


NEEDS_A_BROWSER: list[tuple[str, dict[str, str]]] = [
    ("GetSession", {}),
    ("CreateRecoveryCodes", {}),
    ("StartPasskeyRegistration", {}),
    ("RegisterPasskey", {"DeviceName": "key", "Credential": "{}"}),
]


@pytest.mark.parametrize(("operation", "params"), NEEDS_A_BROWSER)
@pytest.mark.parametrize("name", ["role", "user with MFA", "root with MFA"])
def test_what_needs_a_browser_is_for_no_token(
    held: Held, name: str, operation: str, params: dict[str, str]
) -> None:
    before = state(held.account)
    assert refused(held.client(name, "iamd"), operation, **params)[:2] == ("SessionRequired", 403)
    assert state(held.account) == before


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
def test_what_is_roots_alone_is_no_sessions_of_others(
    held: Held, operation: str, params: dict[str, str]
) -> None:
    before = state(held.account)
    for name in ("role", "user with MFA"):
        said = refused(held.client(name, "iamd"), operation, **params)
        assert said[:2] == ("AccessDenied", 403)
        assert said.message.endswith("because only the root user can perform it")
    for name in ("user", "root", *FEDERATED):
        assert refused(held.client(name, "iamd"), operation, **params).code in (
            "AccessDenied",
            "InvalidClientTokenId",
        )
    assert state(held.account) == before


# The root user's own.


def test_roots_sessions_are_as_dead_as_its_keys_where_those_are_off(held: Held, server: Server) -> None:
    for name in ("root", "root with MFA", "federated by root"):
        said = refused(held.sessions[name].client(server, "sts"), "GetCallerIdentity")
        assert said == INVALID


def test_a_root_session_with_mfa_is_root(held: Held) -> None:
    assert held.client("root with MFA", "iam").get_user()["User"]["Arn"].endswith(":root")


# How long.

HALF_DAY, LONGEST = 12 * _HOUR, 36 * _HOUR


@pytest.fixture
def bob(account: Account) -> Any:
    return account.client("sts", account.key_of("bob", EVERYTHING))


def lasts(held: Held | Account, reply: Any) -> int:
    account = held.account if isinstance(held, Held) else held
    token = unseal_token(account, temporary.credentials_of(reply))
    return token.expires_at - token.issued_at


@pytest.mark.parametrize("operation", ISSUING)
def test_users_sessions_last_half_a_day_or_as_asked(account: Account, bob: Any, operation: str) -> None:
    for asked, seconds in (({}, HALF_DAY), *(({"DurationSeconds": n}, n) for n in (900, LONGEST))):
        assert lasts(account, call(bob, operation, **ISSUING[operation], **asked)) == seconds
    said = refused(bob, operation, **ISSUING[operation], DurationSeconds=LONGEST + 1)
    assert said[:2] == ("ValidationError", 400)
    assert "'durationSeconds' failed to satisfy constraint" in said.message


@pytest.mark.parametrize("operation", ISSUING)
def test_roots_sessions_last_an_hour_whatever_is_asked(held: Held, operation: str) -> None:
    sts = held.root.client(held.account.server, "sts")
    asked = ISSUING[operation]
    for wanted, seconds in (({}, _HOUR), *(({"DurationSeconds": n}, min(n, _HOUR)) for n in (900, LONGEST))):
        assert lasts(held, call(sts, operation, **asked, **wanted)) == seconds
