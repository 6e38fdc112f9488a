"""What is recorded of the requests that proxies ask about."""

import time
from typing import Any

from tests import servers
from tests.api.test_audit import events, eventually
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.proxy import (
    CLIENT_ADDRESS,
    DENIAL_PATH,
    STORE,
    Proxy,
    without_permissions,
)
from tests.forward_auth.s3_signing import HOST, Key, signed
from tests.servers import allow
from tests.service_decisions import eventually_listed

SERVER_REGION = "us-east-1"  # of the server's settings, whatever Region clients sign for


def test_denial_is_recorded(proxy: Proxy) -> None:
    response = proxy.explain(signed(without_permissions(proxy)))
    (record,) = eventually(proxy.account, "GetObject")
    assert (record["eventSource"], record["eventCategory"]) == ("s3.amazonaws.com", "Data")
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", response.message)
    assert record["requestParameters"] == {"Host": HOST, "bucketName": "bucket", "key": "key"}
    assert record["userIdentity"]["userName"] == "bob"
    assert (record["sourceIPAddress"], record["awsRegion"]) == (CLIENT_ADDRESS, SERVER_REGION)
    assert record["requestID"] == response.headers["x-amz-request-id"]
    assert record["recipientAccountId"] == proxy.account.account_id


def test_denial_is_recorded_once_though_nginx_asks_twice(proxy: Proxy) -> None:
    request = signed(without_permissions(proxy))
    headers = proxy.headers(request)
    assert proxy.authorize(request).status == 403
    assert proxy.ask(DENIAL_PATH, headers).code == "AccessDenied"
    assert proxy.explain(signed(without_permissions(proxy, "eve"), "DELETE")).code == "AccessDenied"
    eventually(proxy.account, "DeleteObject")
    assert [count(record) for record in events(proxy.account, "GetObject")] == [1]


def test_request_that_is_not_mapped_is_recorded(proxy: Proxy) -> None:
    response = proxy.explain(signed(proxy.key, "PATCH"))
    (record,) = eventually(proxy.account, "UnmappedRequest")
    assert (record["eventSource"], record["errorMessage"]) == ("s3.amazonaws.com", response.message)
    assert record["requestParameters"] == {"Host": HOST}


def test_question_that_may_not_be_asked_is_recorded(proxy: Proxy) -> None:
    other = proxy._replace(api_key=create_api_key(proxy.account, allow("s3:*"), name="other"))
    response = other.explain(signed(proxy.key))
    (record,) = eventually(proxy.account, "AuthorizeRequest")
    assert (record["eventSource"], record["eventCategory"]) == ("iamd.amazonaws.com", "Management")
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", response.message)
    assert record["userIdentity"]["userName"] == "other"


def test_what_is_allowed_is_recorded_once_a_minute_with_a_count(proxy: Proxy) -> None:
    account = proxy.account
    with servers.serving(
        account.server.store,
        *account.server.arguments,
        IAMD_S3_STORE=STORE,
        IAMD_S3_ACCOUNTS=account.account_id,
    ) as server:
        same = proxy._replace(account=account._replace(server=server))
        for target in ("/bucket/a", "/bucket/b", "/bucket/c", "/other-bucket/a"):
            assert same.authorize(signed(proxy.key, target=target)).status == 200
        assert same.authorize(signed(proxy.key, "PUT")).status == 200
    records = events(account, "GetObject")  # the rest is written when the server stops
    assert sorted(
        (record["requestParameters"]["bucketName"], record["requestParameters"]["key"], count(record))
        for record in records
    ) == [("bucket", "a", 1), ("bucket", "c", 2), ("other-bucket", "a", 1)]
    assert {record["eventSource"] for record in records} == {"s3.amazonaws.com"}
    assert not any("errorCode" in record for record in records)
    assert [count(record) for record in events(account, "PutObject")] == [1]


def count(record: dict[str, Any]) -> int:
    return int(record.get("additionalEventData", {}).get("count", 1))


def test_last_use_of_the_access_key(proxy: Proxy) -> None:
    key = Key(*proxy.account.key_of("bob", allow("s3:*")))
    assert proxy.authorize(signed(key)).status == 200
    deadline, used = time.monotonic() + 10, dict[str, Any]()
    while used.get("ServiceName") != "s3" and time.monotonic() < deadline:
        response = proxy.account.iam.get_access_key_last_used(AccessKeyId=key.access_key_id)
        used = response["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("s3", SERVER_REGION)


def test_requests_are_listed_as_decisions(proxy: Proxy) -> None:
    bob = without_permissions(proxy)
    assert proxy.authorize(signed(proxy.key, target="/bucket/a")).status == 200
    denial = proxy.explain(signed(bob))
    account_id = proxy.account.account_id
    decisions = {item["Outcome"]: item for item in eventually_listed(proxy.account, 2, ServiceName="s3")}
    allowed, denied = decisions["Allowed"], decisions["Denied"]
    assert (allowed["Action"], allowed["Times"], allowed["SourceIp"]) == ("GetObject", 1, CLIENT_ADDRESS)
    assert allowed["Caller"] == f"arn:aws:iam::{account_id}:user/admin"
    assert allowed["Resource"] == "arn:aws:s3:::bucket/a"
    assert "Message" not in allowed
    listed = proxy.account.iam.list_service_specific_credentials(UserName="gateway")
    (api_key,) = listed["ServiceSpecificCredentials"]
    for decision in (allowed, denied):
        assert decision["AskerArn"] == f"arn:aws:iam::{account_id}:user/gateway"
        assert decision["ApiKeyId"] == api_key["ServiceSpecificCredentialId"]
    assert (denied["Caller"], denied["Message"]) == (f"arn:aws:iam::{account_id}:user/bob", denial.message)
    assert denied["Resource"] == "arn:aws:s3:::bucket/key"
    other = proxy.account.iamd.list_service_decisions(ServiceName="library")
    assert (other["Decisions"], other["IsTruncated"]) == ([], False)
