"""The audit log: events in the form of CloudTrail records."""

import json
import re
import time
from typing import Any

import pytest

from iamd.store import audit
from tests.api.operation_calls import ROWS, Row, fill_placeholders
from tests.api.resources import create_resources
from tests.api.responses import call, refused
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


_TIMEOUT_SECONDS = 10.0


def everything(account: Account) -> list[dict[str, Any]]:
    """Return all audit records of an account, newest first."""
    with account.server.store.database.read() as tx:
        return [json.loads(event.record) for event in audit.list_recent(tx, account.account_id, 500)]


def events(account: Account, name: str) -> list[dict[str, Any]]:
    """Return the records of an operation, newest first."""
    return [record for record in everything(account) if record["eventName"] == name]


def event_of(account: Account, name: str, response: Any) -> dict[str, Any]:
    """Return the record of the call with this response."""
    request_id = response["ResponseMetadata"]["RequestId"]
    (record,) = [record for record in events(account, name) if record["requestID"] == request_id]
    return record


def eventually(account: Account, name: str, count: int = 1) -> list[dict[str, Any]]:
    """Return `count` records of an operation or more; the writer batches records for 50 ms."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while len(records := events(account, name)) < count and time.monotonic() < deadline:
        pass
    return records


def test_write_is_recorded_synchronously(account: Account) -> None:
    response = account.iam.create_user(UserName="bob", Path="/x/", Tags=[{"Key": "a", "Value": "b"}])
    record = event_of(account, "CreateUser", response)
    assert record["eventSource"] == "iam.amazonaws.com"
    assert record["readOnly"] is False
    assert record["requestParameters"] == {
        "userName": "bob",
        "path": "/x/",
        "tags": [{"key": "a", "value": "b"}],
    }
    assert record["responseElements"]["user"]["userId"] == response["User"]["UserId"]
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["recipientAccountId"] == account.account_id
    assert record["userIdentity"]["userName"] == "admin"
    assert record["userIdentity"]["type"] == "IAMUser"
    assert record["userIdentity"]["accessKeyId"] == account.access_key_id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"])
    assert len(events(account, "CreateUser")) == 2  # the administrator and bob


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if not row.is_read_only],
    ids=[row.operation for row in ROWS if not row.is_read_only],
)
def test_every_write_operation_records_one_event(account: Account, row: Row) -> None:
    params = fill_placeholders(row.params, create_resources(account, row))
    before = everything(account)
    response = call(account.client(row.service), row.operation, **params)
    (record,) = [record for record in everything(account) if record not in before]
    assert record["requestID"] == response["ResponseMetadata"]["RequestId"]
    assert (record["eventName"], record["readOnly"]) == (row.operation, False)
    assert "errorCode" not in record
    expected = {name[0].lower() + name[1:] for name in params}
    assert (record["requestParameters"] or {}).keys() == expected


def test_read_is_recorded_asynchronously(account: Account) -> None:
    account.iam.get_user(UserName="admin")
    (record,) = eventually(account, "GetUser")
    assert record["readOnly"] is True
    assert record["responseElements"] is None


@pytest.mark.parametrize(("operation", "params"), [("CreateUser", {"UserName": "x"}), ("ListUsers", {})])
def test_refused_call_is_recorded_with_its_error(
    account: Account, operation: str, params: dict[str, Any]
) -> None:
    bob = account.user("bob", allow("s3:*"))
    error = refused(bob, operation, **params)
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        records = [record for record in events(account, operation) if "errorCode" in record]
        if records:
            break
    assert (records[0]["errorCode"], records[0]["errorMessage"]) == ("AccessDenied", error.message)
    assert records[0]["userIdentity"]["userName"] == "bob"


def test_repeated_events_are_coalesced_and_counted(account: Account) -> None:
    bob = account.user("bob", allow("s3:*"))
    for _ in range(30):
        refused(bob, "ListUsers")
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    count = 0
    while count < 30 and time.monotonic() < deadline:
        records = events(account, "ListUsers")
        count = sum(record.get("additionalEventData", {}).get("count", 1) for record in records)
    assert count == 30


def test_denied_call_leaves_a_small_record(account: Account) -> None:
    bob = account.user("bob", allow("s3:*"))
    large = document(*[allow("s3:GetObject", resource=f"arn:aws:s3:::{i}") for i in range(1_000)])
    refused(bob, "CreatePolicy", PolicyName="p", Path="/team/", PolicyDocument=large)
    deadline, records = time.monotonic() + _TIMEOUT_SECONDS, list[dict[str, Any]]()
    while not records and time.monotonic() < deadline:
        records = events(account, "CreatePolicy")
    assert records[0]["requestParameters"] == {"policyName": "p", "path": "/team/", "omitted": True}
    response = account.iam.create_policy(PolicyName="p", PolicyDocument=document(allow("s3:*")))
    assert "omitted" not in event_of(account, "CreatePolicy", response)["requestParameters"]


def test_audit_events_contain_no_secret_access_key(account: Account) -> None:
    response = account.iam.create_access_key(UserName="admin")
    key = response["AccessKey"]
    with account.server.store.database.read() as tx:
        entries = audit.list_recent(tx, account.account_id, 500)
    record = event_of(account, "CreateAccessKey", response)
    assert record["responseElements"]["accessKey"]["accessKeyId"] == key["AccessKeyId"]
    log = "".join(event.record for event in entries)
    assert key["SecretAccessKey"] not in log
    assert account.secret_access_key not in log


def test_access_key_last_used_has_date_service_and_region(account: Account) -> None:
    key = account.key_of("bob", allow("iam:ListUsers"))
    account.client("iam", key).list_users()
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        last_used = account.iam.get_access_key_last_used(AccessKeyId=key[0])["AccessKeyLastUsed"]
        if last_used["ServiceName"] != "N/A":
            break
    assert (last_used["ServiceName"], last_used["Region"]) == ("iam", "us-east-1")
    assert abs(last_used["LastUsedDate"].timestamp() - time.time()) < 60


def test_parameters_cannot_forge_a_record(account: Account) -> None:
    hostile = document({**allow("s3:*"), "Sid": "x"}).replace('"x"', '"x"\n,"Resource":"*"\n')
    refused(account.iam, "PutUserPolicy", UserName="admin", PolicyName="p", PolicyDocument=hostile)
    (record,) = eventually(account, "PutUserPolicy")
    assert record["requestParameters"]["policyDocument"] == hostile
