"""Who may ask by AuthZEN: API keys of users with the permission, until the moment when they are revoked."""

import json
import urllib.request
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests import servers
from tests.api.test_audit import eventually
from tests.authzen.conftest import (
    EVALUATION,
    SERVICE_ARN,
    Service,
    create_service,
    evaluation,
)
from tests.in_process import root_client
from tests.servers import Account, allow, deny, document
from tests.service_client import REVOCATIONS, Response, open_request, revoke

BODY = json.dumps(evaluation("alice", "read", "record-1")).encode()


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer iamd_x", "Basic YTpi", "Bearer " + "x" * 5_000]
)
def test_request_without_a_valid_key_is_unauthorized(service: Service, authorization: str) -> None:
    response = service.post(EVALUATION, BODY, Authorization=authorization)
    assert response.status == 401
    assert response.headers["www-authenticate"] == "Bearer"


# A service may sign its requests with an access key instead.


def signed_post(
    account: Account, key: tuple[str, ...], body: bytes = BODY, service: str = "iamd", **headers: str
) -> Response:
    request = AWSRequest("POST", account.server.url + EVALUATION, {"Content-Type": "application/json"}, body)
    SigV4Auth(Credentials(*key), service, "us-east-1").add_auth(request)
    sent = urllib.request.Request(request.url, body, dict(request.headers) | headers, method="POST")
    return open_request(sent)


def test_service_may_sign(account: Account) -> None:
    ask = allow("iamd:EvaluateAccess", resource=SERVICE_ARN)
    key = account.key_of("signer", ask)
    assert signed_post(account, key).body == {"decision": False}
    padded = BODY[:-1] + b" " * 100_000 + b"}"
    assert signed_post(account, key, padded).status == 200
    assert signed_post(account, account.key_of("other")).status == 403
    account.iam.update_access_key(UserName="signer", AccessKeyId=key[0], Status="Inactive")
    assert signed_post(account, key).status == 401


def test_role_session_may_sign(account: Account) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    role = account.iam.create_role(RoleName="Asker", AssumeRolePolicyDocument=document(trust))["Role"]
    account.iam.put_role_policy(
        RoleName="Asker", PolicyName="ask", PolicyDocument=document(allow("iamd:EvaluateAccess"))
    )
    session = account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="session")["Credentials"]
    key = (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    assert signed_post(account, key).status == 200


@pytest.mark.parametrize("service", ["iam", "sts", "s3", "authzen"])
def test_signature_for_another_service_is_refused(account: Account, service: str) -> None:
    key = account.key_of("signer", allow("iamd:*"))
    assert signed_post(account, key, service=service).status == 403


def test_invalid_signatures_are_limited(tmp_path: Path) -> None:
    with servers.serving_new_store(tmp_path / "data", IAMD_RATE_LIMIT="5") as server:
        account = servers.create_account(server)
        key = account.key_of("signer", allow("iamd:*"))
        statuses = [signed_post(account, key, service="s3").status for _ in range(20)]
    assert set(statuses) == {400, 403}
    assert statuses[-1] == 400  # Throttling


def test_other_body_than_the_signed_one_is_refused(account: Account) -> None:
    key = account.key_of("signer", allow("iamd:*"))
    request = AWSRequest("POST", account.server.url + EVALUATION, {"Content-Type": "application/json"}, BODY)
    SigV4Auth(Credentials(*key), "iamd", "us-east-1").add_auth(request)
    body = BODY.replace(b"alice", b"root ")
    sent = urllib.request.Request(request.url, body, dict(request.headers), method="POST")
    assert open_request(sent).status == 401


def test_wrong_body_is_not_told_without_a_valid_key(service: Service) -> None:
    assert service.post(EVALUATION, b'{"subject": 1}', Authorization="Bearer iamd_x").status == 401


def test_user_without_the_permission_may_not_ask(account: Account) -> None:
    for name, statements in {
        "nobody": [allow("iam:ListUsers")],
        "other-service": [allow("iamd:EvaluateAccess", resource="arn:aws:iamd::*:service/s3")],
        "denied": [allow("*"), deny("iamd:EvaluateAccess")],
    }.items():
        response = create_service(account, name, *statements).post(EVALUATION, BODY)
        assert response.status == 403, name
        assert "is not authorized to perform: iamd:EvaluateAccess" in response.body


def test_reason_is_told_with_the_permission_only(account: Account) -> None:
    with root_client(account.server.store, account.account_id) as iam:
        iam.create_user(UserName="alice")
    ask = allow("iamd:EvaluateAccess", resource=SERVICE_ARN)
    plain = create_service(account, "plain", ask)
    assert plain.post(EVALUATION, BODY).body == {"decision": False}
    explaining = create_service(account, "explaining", ask, allow("iamd:ExplainAccess"))
    reason = explaining.post(EVALUATION, BODY).body["context"]["reason"]
    assert reason.endswith("because no identity-based policy allows the record:read action")


@pytest.mark.both_databases
@pytest.mark.parametrize("revocation", REVOCATIONS)
def test_revoked_key_is_unauthorized_at_the_next_request(service: Service, revocation: str) -> None:
    assert service.post(EVALUATION, BODY).status == 200
    revoke(service.account, "library", revocation)
    assert service.post(EVALUATION, BODY).status == 401


def test_permission_to_ask_ends_at_the_next_request(service: Service) -> None:
    assert service.post(EVALUATION, BODY).status == 200
    service.account.iam.put_user_policy(
        UserName="library", PolicyName="ask", PolicyDocument=document(deny("iamd:*"))
    )
    assert service.post(EVALUATION, BODY).status == 403


@pytest.mark.both_databases
def test_changed_policy_of_a_subject_counts_at_the_next_request(service: Service) -> None:
    assert service.decision("alice", "read", "record-1")
    service.account.iam.delete_user_policy(UserName="alice", PolicyName="records")
    assert not service.decision("alice", "read", "record-1")


def test_access_keys_and_cookies_are_not_accepted(service: Service, account: Account) -> None:
    for authorization in (f"Bearer {account.secret_access_key}", f"Bearer {account.access_key_id}"):
        assert service.post(EVALUATION, BODY, Authorization=authorization).status == 401
    response = service.post(EVALUATION, BODY, Authorization="", Cookie="__Host-iamd=x; iamd=x")
    assert response.status == 401


def test_decisions_are_recorded(service: Service) -> None:
    service.evaluate_all(
        {
            **evaluation("alice", "read", "record-1"),
            "evaluations": [{}, {}, {"action": {"name": "lend"}}],
        }
    )
    records = eventually(service.account, "EvaluateAccess")  # both are written in one batch
    decisions = {
        (item["action"], item["decision"], item["count"])
        for item in (record["requestParameters"] for record in records)
    }
    assert decisions == {("record:read", "true", "2"), ("record:lend", "false", "1")}
    assert {record["userIdentity"]["userName"] for record in records} == {"library"}
    assert {record["eventCategory"] for record in records} == {"Data"}
    assert service.api_key not in json.dumps(records)
