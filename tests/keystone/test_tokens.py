"""Tokens: who gets one, what it says, and when it is dead."""

from datetime import UTC, datetime
from typing import Any

import pytest

from iamd.core.clock_steps import ClockSteps
from iamd.gate.auth_tokens import LIFETIME_SECONDS, AuthTokens
from iamd.store import service_credentials
from tests import servers
from tests.api.test_audit import eventually
from tests.in_process import root_client
from tests.keystone.conftest import Asker
from tests.servers import Account
from tests.service_client import REVOCATIONS, create_api_key, revoke, send


def test_version_is_public(account: Account) -> None:
    for path in ("/v3", "/v3/"):
        response = send(account, "GET", path)
        assert (response.status, response.body["version"]["status"]) == (200, "stable")


def test_token_says_whose_it_is(asker: Asker) -> None:
    response = asker.log_in()
    token, account_id = response.body["token"], asker.account.account_id
    assert token["user"]["name"] == "rgw"
    assert token["user"]["domain"] == {"id": account_id, "name": account_id}
    assert token["project"]["id"] == account_id
    assert token["roles"] == [{"id": "member", "name": "member"}]
    assert token["methods"] == ["password"]
    issued, expires = (datetime.fromisoformat(token[name]) for name in ("issued_at", "expires_at"))
    assert (expires - issued).total_seconds() == LIFETIME_SECONDS
    assert abs((datetime.now(UTC) - issued).total_seconds()) < 60
    assert asker.validate(response.headers["x-subject-token"]).body == response.body


def test_project_of_each_user_is_the_user(asker: Asker) -> None:
    token = asker.log_in("per-user").body["token"]
    assert token["project"]["id"] == f"{asker.account.account_id}${token['user']['id']}"


@pytest.mark.parametrize(
    "user",
    [
        {"name": "admin"},
        {"name": "nobody"},
        {"name": "RGW"},
        {"id": "AIDAXXXXXXXXXXXXXXXX"},
        {"domain": {"name": "123456789012"}},
        {"password": "iamd_x"},
        {"password": "x"},
    ],
)
def test_login_with_something_wrong_is_unauthorized(asker: Asker, user: dict[str, Any]) -> None:
    response = asker.log_in(**user)
    assert response.status == 401
    assert response.body["error"]["message"] == "The request you have made requires authentication."
    assert "x-subject-token" not in response.headers


@pytest.mark.parametrize("project", ["other", "123456789012", "rgw"])
def test_other_projects_are_unauthorized(asker: Asker, project: str) -> None:
    assert asker.log_in(project).status == 401


@pytest.mark.parametrize("domain", [None, {"id": "default"}, {"name": "Default"}])
def test_default_domain_is_the_account(asker: Asker, domain: Any) -> None:
    assert asker.log_in(domain=domain).status == 201


def test_application_credential_is_an_api_key_with_its_id(asker: Asker) -> None:
    iam = asker.account.iam
    (credential,) = iam.list_service_specific_credentials(UserName="rgw")["ServiceSpecificCredentials"]
    key_id = credential["ServiceSpecificCredentialId"]
    for credential_id, status in {key_id: 201, "ACCAXXXXXXXXXXXXXXXX": 401}.items():
        value = {"id": credential_id, "secret": asker.api_key}
        identity = {"methods": ["application_credential"], "application_credential": value}
        assert asker.post("auth/tokens", {"auth": {"identity": identity}}).status == status


@pytest.mark.parametrize(
    "auth",
    [
        None,
        {},
        {"identity": {}},
        {"identity": {"methods": ["token"], "token": {"id": "x"}}},
        {"identity": {"methods": ["password", "totp"], "password": {}}},
        {"identity": {"methods": ["password"], "password": {"user": {"name": "x"}}}},
        {"identity": {"methods": ["password"], "password": {"user": {"name": 1, "password": "x"}}}},
        {"identity": {"methods": ["password"], "password": {"user": {"name": "x", "password": "x" * 300}}}},
        {"identity": {"methods": ["password"]}, "scope": {"system": {"all": True}}},
    ],
)
def test_malformed_login_is_told(asker: Asker, auth: Any) -> None:
    response = asker.post("auth/tokens", {"auth": auth})
    assert (response.status, response.body["error"]["code"]) == (400, 400)


@pytest.mark.both_databases
@pytest.mark.parametrize("revocation", REVOCATIONS)
def test_token_is_dead_with_its_api_key(asker: Asker, revocation: str) -> None:
    token = asker.token()
    assert asker.validate(token, token).status == 200
    revoke(asker.account, "rgw", revocation)
    assert asker.validate(token, token).status == 401


def test_token_of_another_is_validated_with_the_permission_only(asker: Asker) -> None:
    account = asker.account
    user = Asker(account, "bob", create_api_key(account, "bob"))
    token = user.token()
    assert user.validate(token, token).status == 200
    assert asker.validate(token).body["token"]["user"]["name"] == "bob"
    for subject in (asker.token(), "nonsense"):
        assert user.validate(subject, token).status == 403


@pytest.mark.parametrize("token", ["", "x", "x" * 2_000, "AQ" * 60, "ü"])
def test_token_that_is_none_is_not_found(asker: Asker, token: str) -> None:
    headers = {"X-Subject-Token": token.encode().decode("latin-1"), "X-Auth-Token": asker.token()}
    assert send(asker.account, "GET", "/v3/auth/tokens", None, headers).status == 404
    headers = {"X-Subject-Token": asker.token(), "X-Auth-Token": token.encode().decode("latin-1")}
    assert send(asker.account, "GET", "/v3/auth/tokens", None, headers).status == 401


def test_altered_token_is_not_found(asker: Asker) -> None:
    token = asker.token()
    for position in (0, 40, len(token) - 2):
        other = "A" if token[position] != "A" else "B"
        altered = token[:position] + other + token[position + 1 :]
        assert asker.validate(altered).status == 404


def test_token_of_another_account_is_not_found(asker: Asker) -> None:
    other_account = servers.create_account(asker.account.server)
    stranger = Asker(other_account, "eve", create_api_key(other_account, "eve"))
    assert asker.validate(stranger.token()).status == 404


def test_token_ends_with_its_time_and_with_the_api_key(asker: Asker) -> None:
    account, store = asker.account, asker.account.server.store
    clock_steps = ClockSteps()
    tokens = AuthTokens(store.vault.auth_token_key, clock_steps)
    with store.database.read() as tx:
        found = service_credentials.find_credential(tx, asker.api_key, "iamd")
        assert found is not None
        key_id, now = found[2].access_key_id, 1_800_000_000
        issued = tokens.issue(tx, account.account_id, key_id, "", now)
        assert issued is not None
        assert tokens.find(tx, issued.text, now + LIFETIME_SECONDS - 1) is not None
        assert tokens.find(tx, issued.text, now + LIFETIME_SECONDS) is None
        clock_steps.observe(now + LIFETIME_SECONDS)
        clock_steps.observe(now + 60)  # it was set back
        assert tokens.find(tx, issued.text, now + 60) is None


def test_token_ends_no_later_than_its_api_key(account: Account) -> None:
    with root_client(account.server.store, account.account_id) as iam:
        iam.create_user(UserName="rgw")
        iam.create_service_specific_credential(UserName="rgw", ServiceName="iamd", CredentialAgeDays=1)
        (credential,) = iam.list_service_specific_credentials(UserName="rgw")["ServiceSpecificCredentials"]
    store, key_id = account.server.store, credential["ServiceSpecificCredentialId"]
    with store.database.read() as tx:
        record = service_credentials.find(tx, account.account_id, key_id)
        assert record is not None
        assert record.expires_at is not None
        tokens = AuthTokens(store.vault.auth_token_key, ClockSteps())
        issued = tokens.issue(tx, account.account_id, key_id, "", record.expires_at - 60)
        assert issued is not None
        assert issued.content.expires_at == record.expires_at


def test_login_is_recorded(asker: Asker) -> None:
    asker.token()
    (record,) = eventually(asker.account, "IssueAuthToken")
    assert record["userIdentity"]["userName"] == "rgw"
    assert asker.api_key not in str(record)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v3/users/AIDA/credentials/OS-EC2/AKIA"),
        ("DELETE", "/v3/auth/tokens"),
        ("GET", "/v3/s3tokens"),
        ("POST", "/v3"),
        ("GET", "/v3/credentials"),
        ("POST", "/v3/ec2tokens"),
    ],
)
def test_nothing_else_is_there(asker: Asker, method: str, path: str) -> None:
    for headers in ({}, {"X-Auth-Token": asker.token()}):
        response = send(asker.account, method, path, None, headers)
        assert (response.status, response.body["error"]["title"]) == (404, "Not Found")


def test_large_body_is_refused(asker: Asker) -> None:
    headers = {"Content-Length": "100000"}
    assert send(asker.account, "POST", "/v3/auth/tokens", b"", headers).status == 413
