"""Session tokens at the door: each goes with its own key pair alone, for as long as its owner is there."""

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import requests

from iamd.core import ids
from iamd.core.records import SessionToken
from iamd.crypto import seal, session_tokens
from tests import servers
from tests.api import temporary
from tests.api.answers import refused
from tests.api.temporary import (
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

_PATIENCE = 10.0  # seconds
OWNERS = ("role", "role again", "user", "federated", "key")
TOKENS = (*OWNERS[:4], "foreign", "none")


class Held(NamedTuple):
    """An account with sessions of all kinds, by name; `key` is a user's access key and has no token."""

    account: Account
    sessions: dict[str, Session]


@pytest.fixture(scope="module")
def held(server: Server) -> Held:
    account, other = servers.found(server), servers.found(server)
    arn = create_role(account, "job")
    key = Session(*account.key_of("bob", allow("sts:*")), None)
    sts = key.client(server, "sts")
    sessions = {
        "role": assume_role(account.sts, arn),
        "role again": assume_role(account.sts, arn),
        "user": temporary.credentials_of(sts.get_session_token()),
        "federated": temporary.credentials_of(sts.get_federation_token(Name="fay")),
        "key": key,
        "foreign": create_role_session(other, "job"),
        "none": key,
    }
    return Held(account, sessions)


def identity(session: Session, server: Server) -> Any:
    return session.client(server, "sts").get_caller_identity()


# Key pairs and tokens.


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("owner", OWNERS)
def test_a_key_pair_goes_with_its_own_token_alone(held: Held, owner: str, token: str) -> None:
    mixed = held.sessions[owner]._replace(token=held.sessions[token].token)
    if mixed == held.sessions[owner]:
        assert identity(mixed, held.account.server)["Account"] == held.account.account_id
    else:
        assert identity_error(mixed, held.account.server) == INVALID


@pytest.mark.parametrize("secret", OWNERS)
@pytest.mark.parametrize("owner", OWNERS)
def test_a_key_and_its_token_go_with_their_own_secret_alone(held: Held, owner: str, secret: str) -> None:
    session = held.sessions[owner]
    mixed = session._replace(secret_access_key=held.sessions[secret].secret_access_key)
    if mixed == session:
        identity(mixed, held.account.server)
    else:
        assert identity_error(mixed, held.account.server).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("owner", OWNERS[:4])
def test_a_key_id_of_another_session_is_not_this_ones(held: Held, owner: str) -> None:
    wrong = held.sessions[owner]._replace(access_key_id=ids.access_key(held.account.account_id, "ASIA"))
    assert identity_error(wrong, held.account.server) == INVALID


def test_no_character_of_a_token_can_change(held: Held) -> None:
    session = held.sessions["role"]
    text = session.token or ""
    last = len(text.rstrip("=")) - 1
    for place in (*range(0, len(text), 11), last - 1, last):
        other = "A" if text[place] != "A" else "B"
        changed = text[:place] + other + text[place + 1 :]
        assert identity_error(session._replace(token=changed), held.account.server) == INVALID


@pytest.mark.parametrize("change", [lambda text: text[:-4], lambda text: text + "AAAA", str.lower, str.upper])
def test_a_token_is_whole_and_in_its_own_case(held: Held, change: Any) -> None:
    session = held.sessions["role"]
    assert identity_error(session._replace(token=change(session.token)), held.account.server) == INVALID


@pytest.mark.parametrize("token", ["A", "AAAA", "x" * 11_999, "A" * 12_001, "=", "{}", "null"])
def test_what_is_no_token_is_refused_like_a_wrong_one(held: Held, token: str) -> None:
    for owner in ("role", "key"):
        assert identity_error(held.sessions[owner]._replace(token=token), held.account.server) == INVALID


def test_a_presigned_request_brings_its_token_in_the_query(held: Held) -> None:
    session, other = held.sessions["role"], held.sessions["role again"]

    def status(presigned: Session) -> int:
        sts = presigned.client(held.account.server, "sts")
        return requests.get(
            sts.generate_presigned_url("get_caller_identity", HttpMethod="GET"), timeout=10
        ).status_code

    assert status(session) == 200
    assert [status(session._replace(token=token)) for token in (None, other.token)] == [403, 403]
    assert status(held.sessions["key"]._replace(token=session.token)) == 403


# Time.


@pytest.fixture
def worker(account: Account) -> SessionToken:
    """Return the token of an hour's session of a role that may list users."""
    return unseal_token(account, create_role_session(account, "job", allow("iam:ListUsers")))


def test_a_session_ends_at_its_time(account: Account, worker: SessionToken) -> None:
    now = int(time.time())
    living = seal_session(account, worker._replace(issued_at=now - 3000, expires_at=now + 600))
    assert identity(living, account.server)["UserId"].endswith(":work")
    for expires_at in (now, now - 1, now - 36 * 3600, 0):
        dead = seal_session(account, worker._replace(issued_at=expires_at - 3600, expires_at=expires_at))
        assert identity_error(dead, account.server) == EXPIRED
        assert refused(dead.client(account.server, "iam"), "ListUsers") == EXPIRED


def test_only_who_has_the_secret_is_told_that_a_session_has_ended(
    account: Account, worker: SessionToken
) -> None:
    dead = seal_session(account, worker._replace(issued_at=0, expires_at=1))
    wrong = dead._replace(secret_access_key="x" * 40)
    assert identity_error(wrong, account.server).code == "SignatureDoesNotMatch"


def test_a_session_of_the_future_is_refused(account: Account, worker: SessionToken) -> None:
    later = int(time.time()) + 2 * 3600
    early = seal_session(account, worker._replace(issued_at=later, expires_at=later + 3600))
    assert identity_error(early, account.server) == EXPIRED  # as when a clock went back
    ahead = int(time.time()) + 600  # the clocks of two servers may differ
    identity(seal_session(account, worker._replace(issued_at=ahead, expires_at=ahead + 3600)), account.server)


# Owners.


def test_a_token_of_nobody_is_invalid(account: Account, other_account: Account, worker: SessionToken) -> None:
    nobodys = (
        worker._replace(owner_id="AROAAAAAAAAAAAAAAAAAA"),
        worker._replace(kind="user"),
        worker._replace(kind="federated"),
        worker._replace(account_id=other_account.account_id),
        worker._replace(account_id="000000000000"),
        worker._replace(owner_id=account.account_id),
    )
    for token in nobodys:
        assert identity_error(seal_session(account, token), account.server) == INVALID


def test_a_token_under_another_master_key_is_invalid(account: Account, worker: SessionToken) -> None:
    key_id = ids.access_key(account.account_id, ids.TEMPORARY_KEY)
    text = session_tokens.seal_token(seal.new_key(), key_id, worker)
    assert identity_error(Session(key_id, worker.secret, text), account.server) == INVALID


def sessions_of_bob(account: Account) -> Iterator[Session]:
    """Make Bob, and return his own session and that of a federated user."""
    sts = account.client("sts", account.key_of("bob", allow("sts:*")))
    yield temporary.credentials_of(sts.get_session_token())
    yield temporary.credentials_of(sts.get_federation_token(Name="fay"))


def delete_bob(account: Account) -> None:
    (key,) = account.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
    account.iam.delete_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"])
    account.iam.delete_user_policy(UserName="bob", PolicyName="test")
    account.iam.delete_user(UserName="bob")


def test_a_deleted_users_sessions_are_dead_and_stay_so(account: Account, second_server: Server) -> None:
    sessions = list(sessions_of_bob(account))
    for session in sessions:
        for server in (account.server, second_server):
            identity(session, server)
    delete_bob(account)
    for again in (False, True):
        if again:
            account.key_of("bob", allow("sts:*"))
        for session in sessions:
            assert identity_error(session, account.server) == INVALID
            assert identity_error(session, second_server) == INVALID


def test_a_deleted_roles_sessions_are_dead_and_stay_so(account: Account, second_server: Server) -> None:
    session = create_role_session(account, "job")
    for server in (account.server, second_server):
        identity(session, server)
    account.iam.delete_role(RoleName="job")
    for again in (False, True):
        if again:
            create_role(account, "job")
        assert identity_error(session, account.server) == INVALID
        assert identity_error(session, second_server) == INVALID


def test_a_renamed_users_session_goes_on_under_the_new_name(account: Account) -> None:
    session, _ = sessions_of_bob(account)
    account.iam.update_user(UserName="bob", NewUserName="rob", NewPath="/team/")
    arn = f"arn:aws:iam::{account.account_id}:user/team/rob"
    assert identity(session, account.server)["Arn"] == arn


def test_sessions_that_share_a_key_id_by_chance_share_nothing_else(account: Account) -> None:
    # 39 bits of an ID are random: among a thousand million sessions some have the same.
    mighty = create_role_session(account, "mighty", allow("iam:*"))
    weak = unseal_token(account, create_role_session(account, "weak"))
    twin = seal_session(account, weak, mighty.access_key_id)
    for _ in range(2):
        mighty.client(account.server, "iam").list_users()
        assert refused(twin.client(account.server, "iam"), "ListUsers").code == "AccessDenied"
        assert identity(twin, account.server)["Arn"].endswith(":assumed-role/weak/work")
        assert identity(mighty, account.server)["Arn"].endswith(":assumed-role/mighty/work")


# Several servers.


@pytest.mark.parametrize("owner", OWNERS)
def test_every_server_of_a_store_knows_a_token(held: Held, second_server: Server, owner: str) -> None:
    session = held.sessions[owner]
    assert identity(session, second_server)["Arn"] == identity(session, held.account.server)["Arn"]
    if session.token is not None:
        assert (
            identity_error(session._replace(token=held.sessions["foreign"].token), second_server) == INVALID
        )


# Whose key it is.


def test_a_temporary_key_tells_its_account(account: Account, other_account: Account) -> None:
    own, foreign = (create_role_session(one, "job").access_key_id for one in (account, other_account))
    info = account.sts.get_access_key_info
    assert info(AccessKeyId=own)["Account"] == account.account_id
    assert info(AccessKeyId=foreign)["Account"] == other_account.account_id
    account.iam.delete_role(RoleName="job")
    assert info(AccessKeyId=own)["Account"] == account.account_id


@pytest.mark.parametrize("key", ["ASIAAAAAAAAAHUAOQDJC", "ASIA7777777777777777", "ASIA0000000000000000"])
def test_a_temporary_key_of_no_account_is_not_known(account: Account, key: str) -> None:
    said = refused(account.sts, "GetAccessKeyInfo", AccessKeyId=key)
    assert said == ("ValidationError", 400, f"The access key ID {key} does not exist.")


def test_only_who_may_asks_whose_a_temporary_key_is(account: Account) -> None:
    arn = create_role(account, "job")
    session = assume_role(account.sts, arn)
    sts, asked = session.client(account.server, "sts"), {"AccessKeyId": session.access_key_id}
    assert refused(sts, "GetAccessKeyInfo", **asked).code == "AccessDenied"
    put_role_policy(account, "job", allow("sts:GetAccessKeyInfo"))
    assert sts.get_access_key_info(**asked)["Account"] == account.account_id


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("GetAccessKeyLastUsed", {}),
        ("UpdateAccessKey", {"UserName": "admin", "Status": "Inactive"}),
        ("DeleteAccessKey", {"UserName": "admin"}),
    ],
)
def test_iam_knows_no_temporary_key(account: Account, operation: str, more: dict[str, str]) -> None:
    session = temporary.credentials_of(account.sts.get_session_token())
    said = refused(account.iam, operation, AccessKeyId=session.access_key_id, **more)
    assert said[:2] == ("NoSuchEntity", 404)
    identity(session, account.server)
