"""Validation of session tokens: key pair, integrity, expiry, and existence of the owner."""

import time
from typing import Any, NamedTuple

import pytest
import requests

from iamd.core import ids
from iamd.core.records import SessionToken
from iamd.crypto import seal, session_tokens
from tests import servers
from tests.api import sts_sessions
from tests.api.responses import refused
from tests.api.sts_sessions import (
    EXPIRED,
    INVALID,
    Session,
    assume_role,
    create_role,
    create_role_session,
    identity_error,
    put_role_policy,
    seal_session,
    unseal_token,
)
from tests.servers import Account, Server, allow

OWNERS = ("role", "role again", "user", "federated", "key")
TOKENS = (*OWNERS[:4], "foreign", "none")


class IssuedCredentials(NamedTuple):
    """An account with sessions of each kind, by name; `key` is a user's access key and has no token."""

    account: Account
    sessions: dict[str, Session]


@pytest.fixture(scope="module")
def credentials(server: Server) -> IssuedCredentials:
    """Return sessions of a role, of a user and of a federated user, an access key, and a foreign session."""
    account, other = servers.create_account(server), servers.create_account(server)
    arn = create_role(account, "job")
    key = Session(*account.key_of("bob", allow("sts:*")), None)
    sts = key.client(server, "sts")
    sessions = {
        "role": assume_role(account.sts, arn),
        "role again": assume_role(account.sts, arn),
        "user": sts_sessions.credentials_of(sts.get_session_token()),
        "federated": sts_sessions.credentials_of(sts.get_federation_token(Name="fay")),
        "key": key,
        "foreign": create_role_session(other, "job"),
        "none": key,
    }
    return IssuedCredentials(account, sessions)


def get_identity(session: Session, server: Server) -> Any:
    """Return the response of GetCallerIdentity."""
    return session.client(server, "sts").get_caller_identity()


# Key pairs and their tokens.


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("owner", OWNERS)
def test_key_pair_is_valid_only_with_its_own_token(
    credentials: IssuedCredentials, owner: str, token: str
) -> None:
    mixed = credentials.sessions[owner]._replace(token=credentials.sessions[token].token)
    if mixed == credentials.sessions[owner]:
        assert get_identity(mixed, credentials.account.server)["Account"] == credentials.account.account_id
    else:
        assert identity_error(mixed, credentials.account.server) == INVALID


@pytest.mark.parametrize("secret", OWNERS)
@pytest.mark.parametrize("owner", OWNERS)
def test_key_id_and_token_are_valid_only_with_their_own_secret_key(
    credentials: IssuedCredentials, owner: str, secret: str
) -> None:
    session = credentials.sessions[owner]
    mixed = session._replace(secret_access_key=credentials.sessions[secret].secret_access_key)
    if mixed == session:
        get_identity(mixed, credentials.account.server)
    else:
        assert identity_error(mixed, credentials.account.server).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("owner", OWNERS[:4])
def test_token_is_invalid_with_another_key_id(credentials: IssuedCredentials, owner: str) -> None:
    wrong_key_id = credentials.sessions[owner]._replace(
        access_key_id=ids.access_key(credentials.account.account_id, "ASIA")
    )
    assert identity_error(wrong_key_id, credentials.account.server) == INVALID


def test_token_with_a_changed_character_is_invalid(credentials: IssuedCredentials) -> None:
    session = credentials.sessions["role"]
    text = session.token or ""
    last = len(text.rstrip("=")) - 1
    for position in (*range(0, len(text), 11), last - 1, last):
        other = "A" if text[position] != "A" else "B"
        changed = text[:position] + other + text[position + 1 :]
        assert identity_error(session._replace(token=changed), credentials.account.server) == INVALID


@pytest.mark.parametrize("change", [lambda text: text[:-4], lambda text: text + "AAAA", str.lower, str.upper])
def test_token_that_is_truncated_extended_or_changed_in_case_is_invalid(
    credentials: IssuedCredentials, change: Any
) -> None:
    session = credentials.sessions["role"]
    changed = session._replace(token=change(session.token))
    assert identity_error(changed, credentials.account.server) == INVALID


@pytest.mark.parametrize("token", ["A", "AAAA", "x" * 11_999, "A" * 12_001, "=", "{}", "null"])
def test_malformed_token_is_rejected_like_a_wrong_token(credentials: IssuedCredentials, token: str) -> None:
    for owner in ("role", "key"):
        session = credentials.sessions[owner]._replace(token=token)
        assert identity_error(session, credentials.account.server) == INVALID


def test_presigned_request_has_its_token_in_the_query_string(credentials: IssuedCredentials) -> None:
    session, other = credentials.sessions["role"], credentials.sessions["role again"]

    def status(presigned: Session) -> int:
        sts = presigned.client(credentials.account.server, "sts")
        return requests.get(
            sts.generate_presigned_url("get_caller_identity", HttpMethod="GET"), timeout=10
        ).status_code

    assert status(session) == 200
    assert [status(session._replace(token=token)) for token in (None, other.token)] == [403, 403]
    assert status(credentials.sessions["key"]._replace(token=session.token)) == 403


# Expiry.


@pytest.fixture
def token(account: Account) -> SessionToken:
    """Return the unsealed token of a one-hour session of a role that may list users."""
    return unseal_token(account, create_role_session(account, "job", allow("iam:ListUsers")))


def test_session_is_expired_from_its_expiration_time(account: Account, token: SessionToken) -> None:
    now = int(time.time())
    valid = seal_session(account, token._replace(issued_at=now - 3000, expires_at=now + 600))
    assert get_identity(valid, account.server)["UserId"].endswith(":work")
    for expires_at in (now, now - 1, now - 36 * 3600, 0):
        expired = seal_session(account, token._replace(issued_at=expires_at - 3600, expires_at=expires_at))
        assert identity_error(expired, account.server) == EXPIRED
        assert refused(expired.client(account.server, "iam"), "ListUsers") == EXPIRED


def test_expired_token_error_requires_a_valid_signature(account: Account, token: SessionToken) -> None:
    expired = seal_session(account, token._replace(issued_at=0, expires_at=1))
    wrong_secret = expired._replace(secret_access_key="x" * 40)
    assert identity_error(wrong_secret, account.server).code == "SignatureDoesNotMatch"


def test_token_issued_in_the_future_is_rejected_beyond_clock_skew(
    account: Account, token: SessionToken
) -> None:
    later = int(time.time()) + 2 * 3600
    early = seal_session(account, token._replace(issued_at=later, expires_at=later + 3600))
    assert identity_error(early, account.server) == EXPIRED  # the clock was set back
    skewed = int(time.time()) + 600  # the clocks of two servers may differ by some minutes
    get_identity(
        seal_session(account, token._replace(issued_at=skewed, expires_at=skewed + 3600)), account.server
    )


# Owners.


def test_token_of_an_owner_that_does_not_exist_is_invalid(
    account: Account, other_account: Account, token: SessionToken
) -> None:
    tokens_without_owner = (
        token._replace(owner_id="AROAAAAAAAAAAAAAAAAAA"),
        token._replace(kind="user"),
        token._replace(kind="federated"),
        token._replace(account_id=other_account.account_id),
        token._replace(account_id="000000000000"),
        token._replace(owner_id=account.account_id),
    )
    for orphaned in tokens_without_owner:
        assert identity_error(seal_session(account, orphaned), account.server) == INVALID


def test_token_sealed_with_another_key_is_invalid(account: Account, token: SessionToken) -> None:
    key_id = ids.access_key(account.account_id, ids.TEMPORARY_KEY)
    text = session_tokens.seal_token(seal.new_key(), key_id, token)
    assert identity_error(Session(key_id, token.secret, text), account.server) == INVALID


def create_sessions_of_bob(account: Account) -> tuple[Session, Session]:
    """Create the user bob; return a session of his own and one of a federated user."""
    sts = account.client("sts", account.key_of("bob", allow("sts:*")))
    session = sts_sessions.credentials_of(sts.get_session_token())
    return session, sts_sessions.credentials_of(sts.get_federation_token(Name="fay"))


def delete_bob(account: Account) -> None:
    (key,) = account.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
    account.iam.delete_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"])
    account.iam.delete_user_policy(UserName="bob", PolicyName="test")
    account.iam.delete_user(UserName="bob")


def test_sessions_of_a_deleted_user_stay_invalid_if_the_user_is_recreated(
    account: Account, second_server: Server
) -> None:
    sessions = create_sessions_of_bob(account)
    for session in sessions:
        for server in (account.server, second_server):
            get_identity(session, server)
    delete_bob(account)
    for is_recreated in (False, True):
        if is_recreated:
            account.key_of("bob", allow("sts:*"))
        for session in sessions:
            assert identity_error(session, account.server) == INVALID
            assert identity_error(session, second_server) == INVALID


def test_sessions_of_a_deleted_role_stay_invalid_if_the_role_is_recreated(
    account: Account, second_server: Server
) -> None:
    session = create_role_session(account, "job")
    for server in (account.server, second_server):
        get_identity(session, server)
    account.iam.delete_role(RoleName="job")
    for is_recreated in (False, True):
        if is_recreated:
            create_role(account, "job")
        assert identity_error(session, account.server) == INVALID
        assert identity_error(session, second_server) == INVALID


def test_session_of_a_renamed_user_has_the_new_arn(account: Account) -> None:
    session, _ = create_sessions_of_bob(account)
    account.iam.update_user(UserName="bob", NewUserName="rob", NewPath="/team/")
    arn = f"arn:aws:iam::{account.account_id}:user/team/rob"
    assert get_identity(session, account.server)["Arn"] == arn


def test_sessions_with_the_same_key_id_are_independent(account: Account) -> None:
    # An ID has 39 random bits, so that among 10^9 sessions some have the same ID by chance.
    powerful = create_role_session(account, "powerful", allow("iam:*"))
    weak = unseal_token(account, create_role_session(account, "weak"))
    twin = seal_session(account, weak, powerful.access_key_id)
    for _ in range(2):
        powerful.client(account.server, "iam").list_users()
        assert refused(twin.client(account.server, "iam"), "ListUsers").code == "AccessDenied"
        assert get_identity(twin, account.server)["Arn"].endswith(":assumed-role/weak/work")
        assert get_identity(powerful, account.server)["Arn"].endswith(":assumed-role/powerful/work")


# Several servers.


@pytest.mark.parametrize("owner", OWNERS)
def test_tokens_are_valid_on_every_server_of_the_store(
    credentials: IssuedCredentials, second_server: Server, owner: str
) -> None:
    session = credentials.sessions[owner]
    arn = get_identity(session, credentials.account.server)["Arn"]
    assert get_identity(session, second_server)["Arn"] == arn
    if session.token is not None:
        mixed = session._replace(token=credentials.sessions["foreign"].token)
        assert identity_error(mixed, second_server) == INVALID


# Operations on temporary access key IDs.


def test_get_access_key_info_returns_the_account_of_a_temporary_key(
    account: Account, other_account: Account
) -> None:
    own, foreign = (create_role_session(owner, "job").access_key_id for owner in (account, other_account))
    get_access_key_info = account.sts.get_access_key_info
    assert get_access_key_info(AccessKeyId=own)["Account"] == account.account_id
    assert get_access_key_info(AccessKeyId=foreign)["Account"] == other_account.account_id
    account.iam.delete_role(RoleName="job")
    assert get_access_key_info(AccessKeyId=own)["Account"] == account.account_id


@pytest.mark.parametrize("key", ["ASIAAAAAAAAAHUAOQDJC", "ASIA7777777777777777", "ASIA0000000000000000"])
def test_get_access_key_info_rejects_temporary_keys_of_missing_accounts(account: Account, key: str) -> None:
    error = refused(account.sts, "GetAccessKeyInfo", AccessKeyId=key)
    assert error == ("ValidationError", 400, f"The access key ID {key} does not exist.")


def test_get_access_key_info_requires_permission_for_a_temporary_key(account: Account) -> None:
    arn = create_role(account, "job")
    session = assume_role(account.sts, arn)
    sts, params = session.client(account.server, "sts"), {"AccessKeyId": session.access_key_id}
    assert refused(sts, "GetAccessKeyInfo", **params).code == "AccessDenied"
    put_role_policy(account, "job", allow("sts:GetAccessKeyInfo"))
    assert sts.get_access_key_info(**params)["Account"] == account.account_id


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("GetAccessKeyLastUsed", {}),
        ("UpdateAccessKey", {"UserName": "admin", "Status": "Inactive"}),
        ("DeleteAccessKey", {"UserName": "admin"}),
    ],
)
def test_iam_access_key_operations_reject_temporary_keys(
    account: Account, operation: str, params: dict[str, str]
) -> None:
    session = sts_sessions.credentials_of(account.sts.get_session_token())
    error = refused(account.iam, operation, AccessKeyId=session.access_key_id, **params)
    assert error[:2] == ("NoSuchEntity", 404)
    get_identity(session, account.server)
