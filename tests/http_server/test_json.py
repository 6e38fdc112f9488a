"""JSON responses, for clients that send `Accept: application/json`."""

import json
import time
from typing import Any

from tests.http_server import raw
from tests.servers import Account, document

STS = "&Version=2011-06-15"
IAM = "&Version=2010-05-08"
JSON = "Accept: application/json"


def send(account: Account, parameters: str, service: str = "sts", accept: str = JSON) -> tuple[int, Any]:
    """Send a request; return the status and the parsed response."""
    response = raw.send_request(account, raw.post(account, parameters, service=service), accept)
    assert response.headers["content-type"] == "application/json"
    return response.status, json.loads(response.body)


def test_get_caller_identity(account: Account) -> None:
    status, response = send(account, f"Action=GetCallerIdentity{STS}")
    identity = response["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
    assert (status, identity["Account"]) == (200, account.account_id)
    assert identity["Arn"] == f"arn:aws:iam::{account.account_id}:user/admin"
    assert identity["UserId"].startswith("AIDA")
    metadata = response["GetCallerIdentityResponse"]["ResponseMetadata"]
    assert metadata.keys() == {"RequestId"}


def test_times_are_numbers_and_lists_are_arrays(account: Account) -> None:
    account.iam.tag_user(UserName="admin", Tags=[{"Key": "team", "Value": "é"}])
    _, response = send(account, f"Action=GetUser{IAM}", "iam")
    user = response["GetUserResponse"]["GetUserResult"]["User"]
    assert user["Tags"] == [{"Key": "team", "Value": "é"}]
    assert 0 <= time.time() - user["CreateDate"] < 600
    assert "PermissionsBoundary" not in user
    _, response = send(account, f"Action=GetAccountSummary{IAM}", "iam")
    assert response["GetAccountSummaryResponse"]["GetAccountSummaryResult"]["SummaryMap"]["Users"] == 1


def test_operation_without_output(account: Account) -> None:
    _, response = send(account, f"Action=DeleteUserPermissionsBoundary{IAM}&UserName=admin", "iam")
    assert response.keys() == {"Error", "RequestId"}
    account.iam.create_user(UserName="bob")
    status, response = send(account, f"Action=DeleteUser{IAM}&UserName=bob", "iam")
    assert (status, response["DeleteUserResponse"].keys()) == (200, {"ResponseMetadata"})


def test_error(account: Account) -> None:
    status, response = send(account, f"Action=GetUser{IAM}&UserName=nobody", "iam")
    message = "The user with name nobody cannot be found."
    assert status == 404
    assert response["Error"] == {"Code": "NoSuchEntity", "Message": message, "Type": "Sender"}
    status, response = send(account._replace(secret_access_key="x" * 40), f"Action=GetCallerIdentity{STS}")
    assert (status, response["Error"]["Code"]) == (403, "SignatureDoesNotMatch")


def test_other_accept_headers_get_xml(account: Account) -> None:
    for accept in ("*/*", "text/xml, application/json", "application/jsonx", ""):
        signed = raw.post(account, f"Action=GetCallerIdentity{STS}", service="sts")
        assert raw.send_request(account, signed, f"Accept: {accept}").headers["content-type"] == "text/xml"


def test_policy_documents_are_percent_encoded_as_in_xml(account: Account) -> None:
    account.iam.put_user_policy(
        UserName="admin",
        PolicyName="p",
        PolicyDocument=document({"Effect": "Deny", "NotAction": "*", "Resource": "*"}),
    )
    _, response = send(account, f"Action=GetUserPolicy{IAM}&UserName=admin&PolicyName=p", "iam")
    policy = response["GetUserPolicyResponse"]["GetUserPolicyResult"]["PolicyDocument"]
    assert policy.startswith("%7B%22Version%22")
