"""Who may query: API keys of users with the permission, in the headers that stores can send."""

import json
from collections.abc import Callable

import pytest

from tests.api.test_audit import eventually
from tests.opa.conftest import MINIO, TRINO, Asker
from tests.opa.test_minio import minio_input
from tests.servers import Account, allow, deny
from tests.service_client import create_api_key, send
from tests.service_decisions import eventually_listed

BODY = json.dumps({"input": minio_input("bob")}).encode()


@pytest.mark.parametrize("header", ["Authorization: Bearer {}", "Authorization: {}", "X_Auth_Token: {}"])
def test_key_is_taken_from_the_headers_that_stores_send(
    asker: Asker, create_user: Callable[..., str], header: str
) -> None:
    create_user("bob", allow("s3:GetObject"))
    name, _, value = header.format(asker.api_key).partition(": ")
    assert asker.query(MINIO, BODY, **{name: value}).body == {"result": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Other": "x"},
        {"Authorization": "Bearer iamd_x"},
        {"Authorization": "Basic {}"},
        {"X_Auth_Token": "Basic {}"},
        {"Authorization": "Bearer " + "x" * 5_000},
        {"Authorization": "Bearer x", "X_Auth_Token": "{}"},
    ],
)
def test_request_without_a_valid_key_is_unauthorized(asker: Asker, headers: dict[str, str]) -> None:
    headers = {name: value.replace("{}", asker.api_key) for name, value in headers.items()}
    for body in (BODY, b"nonsense"):
        response = asker.query("nonsense", body, **headers)
        assert (response.status, response.body["code"]) == (401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"


def test_user_without_the_permission_may_not_ask(account: Account) -> None:
    for name, statements in {
        "nobody": [allow("iam:ListUsers")],
        "other-service": [allow("iamd:EvaluateAccess", resource="arn:aws:iamd::*:service/authzen")],
        "denied": [allow("*"), deny("iamd:EvaluateAccess")],
    }.items():
        response = Asker(account, create_api_key(account, name, *statements)).query(MINIO, BODY)
        assert (response.status, response.body["code"]) == (403, "unauthorized"), name
        assert "iamd:EvaluateAccess" in response.body["message"]


def test_revoked_key_is_unauthorized_at_the_next_request(asker: Asker) -> None:
    iam = asker.account.iam
    (credential,) = iam.list_service_specific_credentials(UserName="store")["ServiceSpecificCredentials"]
    assert asker.query(MINIO, BODY).status == 200
    iam.delete_service_specific_credential(
        UserName="store", ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
    )
    assert asker.query(MINIO, BODY).status == 401


@pytest.mark.parametrize("body", [b"", b"{}", b'{"input": null}'])
def test_query_without_an_input_allows_nothing(asker: Asker, body: bytes) -> None:
    response = asker.query(MINIO, body)
    assert (response.status, response.body) == (200, {"result": False})


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"input": 1}', b'{"input": {"account": 1}}', b"\xff"])
def test_malformed_input_is_told(asker: Asker, body: bytes) -> None:
    response = asker.query(MINIO, body)
    assert (response.status, response.body["code"]) == (400, "invalid_parameter")


@pytest.mark.parametrize("name", ["", "ceph", "ceph/authz", "minio/authz/allow/", "../ceph/authz/allow"])
def test_other_documents_are_undefined(asker: Asker, name: str) -> None:
    response = asker.query(name, BODY)
    assert (response.status, response.body["code"]) == (404, "undefined_document")


def test_other_methods_are_refused(asker: Asker) -> None:
    headers = {"Authorization": f"Bearer {asker.api_key}"}
    assert send(asker.account, "GET", f"/v1/data/{MINIO}", None, headers).status == 400


def test_large_body_is_read_for_a_valid_key_only(asker: Asker) -> None:
    assert asker.query(MINIO, BODY + b" " * 100_000).body == {"result": False}
    announced = {"Authorization": "Bearer iamd_x", "Content_Length": "100000"}
    assert asker.query(MINIO, b"", **announced).status == 401
    announced |= {"Authorization": asker.api_key, "Content_Length": "2000000"}
    assert asker.query(MINIO, b"", **announced).status == 413


def test_decisions_are_recorded_with_the_reason_of_a_denial(
    asker: Asker, create_user: Callable[..., str]
) -> None:
    create_user("bob", allow("s3:GetObject"))
    assert asker.result(MINIO, minio_input("bob"))
    assert not asker.result(MINIO, minio_input("bob", action="s3:PutObject"))
    assert not asker.result(
        TRINO, {"context": {"identity": {"user": "nobody"}}, "action": {"operation": "X"}}
    )
    records = eventually(asker.account, "EvaluateAccess", 3)
    params = {record["requestParameters"]["action"]: record["requestParameters"] for record in records}
    assert params["s3:GetObject"]["decision"] == "true"
    assert params["s3:PutObject"]["decision"] == "false"
    assert params["s3:PutObject"]["subject"] == "bob"
    assert "because no identity-based policy allows" in params["s3:PutObject"]["reason"]
    assert params["trino:X"]["reason"] == "The account has no such user."
    assert records[0]["userIdentity"]["userName"] == "store"
    assert "Signature" not in json.dumps(records)


def test_subjects_are_those_of_the_asker_s_account(asker: Asker, account: Account) -> None:
    assert not asker.result(MINIO, minio_input("admin", account=f"arn:aws:iam::{'1' * 12}:user/admin"))
    assert not asker.result(MINIO, minio_input(account.account_id))
    assert asker.result(MINIO, minio_input("admin"))


@pytest.mark.both_databases
def test_denials_of_nobody_and_of_unknown_actions_are_listed(asker: Asker) -> None:
    assert not asker.result(MINIO, minio_input("", claims={"parent": "alice"}))
    assert not asker.result(MINIO, minio_input("bob", claims={"parent": "alice"}))
    assert not asker.result(MINIO, minio_input("b\0b"))
    decisions = eventually_listed(asker.account, 3)
    assert sorted((item["ServiceName"], item["Action"], item["Caller"][:1]) for item in decisions) == [
        ("iamd", "UnmappedRequest", ""),
        ("iamd", "UnmappedRequest", "b"),
        ("s3", "GetObject", "b"),
    ]
