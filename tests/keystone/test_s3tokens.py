"""Signatures of S3 requests that a store has verified: for stores with a token only, and of users only."""

import base64
import json
from typing import Any

import pytest

from tests import servers
from tests.api.test_audit import eventually
from tests.keystone.conftest import SERVICE_ARN, Asker, credentials
from tests.servers import Account, allow, deny
from tests.service_client import create_api_key, send

Key = tuple[str, str]


@pytest.fixture
def key(account: Account) -> Key:
    """Return the access key of the user bob."""
    return account.key_of("bob")


def test_signature_tells_who_has_signed(asker: Asker, key: Key) -> None:
    response = asker.s3tokens(credentials(key))
    assert response.status == 200
    token = response.body["token"]
    assert token["user"]["name"] == "bob"
    assert token["project"]["id"] == asker.account.account_id
    assert token["methods"] == ["ec2credential"]
    assert asker.validate(response.headers["x-subject-token"]).body == response.body


def test_project_is_that_of_the_store(asker: Asker, key: Key) -> None:
    token = asker.s3tokens(credentials(key), asker.token("per-user")).body["token"]
    assert token["project"]["id"] == f"{asker.account.account_id}${token['user']['id']}"
    assert token["project"]["name"] == "bob"


def test_string_is_taken_in_the_alphabet_of_swift(asker: Asker, key: Key) -> None:
    values = credentials(key)
    values["token"] = base64.urlsafe_b64encode(base64.b64decode(values["token"])).decode()
    assert asker.s3tokens(values).status == 200


@pytest.mark.parametrize("token", ["", "x", "iamd_x"])
def test_store_needs_a_token(asker: Asker, key: Key, token: str) -> None:
    headers = {"X-Auth-Token": token} if token else {}
    for body in (json.dumps({"credentials": credentials(key)}).encode(), b"nonsense"):
        response = send(asker.account, "POST", "/v3/s3tokens", body, headers)
        assert response.status == 401


def test_api_key_is_no_token(asker: Asker, key: Key) -> None:
    assert asker.s3tokens(credentials(key), asker.api_key).status == 401


def test_token_of_an_access_key_may_not_ask(asker: Asker) -> None:
    account = asker.account
    admin = (account.access_key_id, account.secret_access_key)
    token = asker.s3tokens(credentials(admin)).headers["x-subject-token"]
    assert asker.s3tokens(credentials(admin), token).status == 401


def test_store_needs_the_permission(account: Account, key: Key) -> None:
    for name, statements in {
        "nobody": [],
        "other-service": [allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/s3")],
        "denied": [allow("*"), deny("iamd:AuthorizeRequest", resource=SERVICE_ARN)],
    }.items():
        asker = Asker(account, name, create_api_key(account, name, *statements))
        response = asker.s3tokens(credentials(key))
        assert response.status == 403, name
        assert "iamd:AuthorizeRequest" in response.body["error"]["message"]


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "0" * 64},
        {"access": "AKIAXXXXXXXXXXXXXXXX"},
        {"lines": {3: "0" * 64}},
        {"service": "iam"},
        {"lines": {2: "20200101/eu-west-1/s3/aws4_request"}},
        {"lines": {0: "AWS4-HMAC-SHA256-PAYLOAD"}},
        {"lines": {0: "AWS4-ECDSA-P256-SHA256"}},
        {"lines": {1: "yesterday"}},
        {"lines": {2: "x"}},
        {"lines": {3: "x\nx"}},
        {"minutes": -20},
        {"minutes": 20},
    ],
)
def test_what_nobody_of_the_account_has_signed_just_now_is_unauthorized(
    asker: Asker, key: Key, changes: dict[str, Any]
) -> None:
    response = asker.s3tokens(credentials(key, **changes))
    assert response.status == 401
    assert "x-subject-token" not in response.headers


def test_signature_version_2_is_refused(asker: Asker, key: Key) -> None:
    string = "GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/bucket/key"
    token = base64.b64encode(string.encode()).decode()
    response = asker.s3tokens({"access": key[0], "token": token, "signature": "bWq2s1WEIj+Ydj0vQ697zp+IXMU="})
    assert response.status == 401
    assert "Signature Version 4" in response.body["error"]["message"]


def test_temporary_credentials_are_refused(asker: Asker) -> None:
    session = asker.account.sts.get_session_token()["Credentials"]
    values = credentials((session["AccessKeyId"], session["SecretAccessKey"]))
    response = asker.s3tokens(values)
    assert response.status == 401
    assert response.body["error"]["message"].startswith("Temporary credentials cannot be used")


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"access": 1, "signature": "x", "token": "eA=="},
        {"access": "x", "signature": "x", "token": "%"},
        {"access": "x", "signature": "x", "token": "w7w="},
        {"access": "x", "signature": "x", "token": "x" * 2_000},
        {"access": "", "signature": "x", "token": "eA=="},
    ],
)
def test_malformed_request_is_told(asker: Asker, value: Any) -> None:
    response = asker.s3tokens(value)
    assert (response.status, response.body["error"]["title"]) == (400, "Bad Request")


def test_unknown_keys_and_those_of_others_are_told_alike(asker: Asker, key: Key) -> None:
    other_account = servers.create_account(asker.account.server)
    stranger = (other_account.access_key_id, other_account.secret_access_key)
    answers = [
        asker.s3tokens(values).body
        for values in (
            credentials(stranger),
            credentials(key, access="AKIAXXXXXXXXXXXXXXXX"),
            credentials(key, signature="0" * 64),
        )
    ]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.both_databases
@pytest.mark.parametrize("status", ["Inactive", None])
def test_access_key_and_its_token_are_dead_at_the_next_request(
    asker: Asker, key: Key, status: str | None
) -> None:
    token = asker.s3tokens(credentials(key)).headers["x-subject-token"]
    iam = asker.account.iam
    if status is None:
        iam.delete_access_key(UserName="bob", AccessKeyId=key[0])
    else:
        iam.update_access_key(UserName="bob", AccessKeyId=key[0], Status=status)
    assert asker.validate(token).status == 404
    assert asker.s3tokens(credentials(key)).status == 401


def test_it_is_recorded_who_has_signed(asker: Asker, key: Key) -> None:
    asker.s3tokens(credentials(key))
    (record,) = eventually(asker.account, "AuthenticateRequest")
    assert record["userIdentity"]["userName"] == "bob"
    assert record["awsRegion"] == "eu-west-1"
    assert record["requestParameters"]["store"].endswith(":user/rgw")
    used = asker.account.iam.get_access_key_last_used(AccessKeyId=key[0])["AccessKeyLastUsed"]
    assert used["ServiceName"] == "s3"


@pytest.mark.both_databases
def test_null_character_is_in_no_access_key_id(asker: Asker) -> None:
    key = asker.account.key_of("signer")
    response = asker.s3tokens(credentials(key, access=f"{key[0]}\0"))
    assert (response.status, response.body["error"]["message"]) == (
        401,
        "The access key is not known, or the signature is not its own.",
    )
