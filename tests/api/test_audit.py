"""What is left in the audit log, in the form of CloudTrail's records."""

import json
import re
import time
from typing import Any

import pytest

from iamd.store import audit
from tests.api.answers import call, refused
from tests.api.furnished import furnish
from tests.api.served import ROWS, Row, filled
from tests.servers import Account, allow, document

pytestmark = pytest.mark.both_databases


_PATIENCE = 10.0


def everything(account: Account) -> list[dict[str, Any]]:
    """Return an account's records, newest first."""
    with account.server.store.database.read() as tx:
        return [json.loads(event.record) for event in audit.list_recent(tx, account.account_id, 500)]


def events(account: Account, name: str) -> list[dict[str, Any]]:
    """Return the records of an operation, newest first."""
    return [record for record in everything(account) if record["eventName"] == name]


def event_of(account: Account, name: str, answer: Any) -> dict[str, Any]:
    """Return the record of the call that was answered so."""
    request_id = answer["ResponseMetadata"]["RequestId"]
    (record,) = [record for record in events(account, name) if record["requestID"] == request_id]
    return record


def eventually(account: Account, name: str) -> list[dict[str, Any]]:
    """Return the records that the batched writer leaves within 50 ms of a call, given ample time."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := events(account, name)) and time.monotonic() < deadline:
        pass
    return found


def test_a_change_leaves_its_event_at_once(account: Account) -> None:
    made = account.iam.create_user(UserName="bob", Path="/x/", Tags=[{"Key": "a", "Value": "b"}])
    record = event_of(account, "CreateUser", made)
    assert record["eventSource"] == "iam.amazonaws.com"
    assert record["readOnly"] is False
    assert record["requestParameters"] == {
        "userName": "bob",
        "path": "/x/",
        "tags": [{"key": "a", "value": "b"}],
    }
    assert record["responseElements"]["user"]["userId"] == made["User"]["UserId"]
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["recipientAccountId"] == account.account_id
    assert record["userIdentity"]["userName"] == "admin"
    assert record["userIdentity"]["type"] == "IAMUser"
    assert record["userIdentity"]["accessKeyId"] == account.access_key_id
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["eventTime"])
    assert len(events(account, "CreateUser")) == 2  # the administrator's, and this one


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row.reads], ids=[row.operation for row in ROWS if not row.reads]
)
def test_every_change_leaves_one_event(account: Account, row: Row) -> None:
    params = filled(row.params, furnish(account, row))
    before = everything(account)
    answer = call(account.client(row.service), row.operation, **params)
    (record,) = [record for record in everything(account) if record not in before]
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"]
    assert (record["eventName"], record["readOnly"]) == (row.operation, False)
    assert "errorCode" not in record
    shown = {name[0].lower() + name[1:] for name in params}
    assert (record["requestParameters"] or {}).keys() == shown


def test_a_read_leaves_its_event_soon(account: Account) -> None:
    account.iam.get_user(UserName="admin")
    (record,) = eventually(account, "GetUser")
    assert record["readOnly"] is True
    assert record["responseElements"] is None


@pytest.mark.parametrize(("operation", "params"), [("CreateUser", {"UserName": "x"}), ("ListUsers", {})])
def test_a_refusal_leaves_its_reason(account: Account, operation: str, params: dict[str, Any]) -> None:
    bob = account.user("bob", allow("s3:*"))
    said = refused(bob, operation, **params)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        told = [record for record in events(account, operation) if "errorCode" in record]
        if told:
            break
    assert (told[0]["errorCode"], told[0]["errorMessage"]) == ("AccessDenied", said.message)
    assert told[0]["userIdentity"]["userName"] == "bob"


def test_refusals_that_repeat_are_counted(account: Account) -> None:
    bob = account.user("bob", allow("s3:*"))
    for _ in range(30):
        refused(bob, "ListUsers")
    deadline = time.monotonic() + _PATIENCE
    counted = 0
    while counted < 30 and time.monotonic() < deadline:
        told = events(account, "ListUsers")
        counted = sum(record.get("additionalEventData", {}).get("count", 1) for record in told)
    assert counted == 30
    assert len(told) <= 30


def test_no_secret_is_in_any_event(account: Account) -> None:
    answer = account.iam.create_access_key(UserName="admin")
    made = answer["AccessKey"]
    with account.server.store.database.read() as tx:
        found = audit.list_recent(tx, account.account_id, 500)
    record = event_of(account, "CreateAccessKey", answer)
    assert record["responseElements"]["accessKey"]["accessKeyId"] == made["AccessKeyId"]
    written = "".join(event.record for event in found)
    assert made["SecretAccessKey"] not in written
    assert account.secret_access_key not in written


def test_a_key_tells_when_and_for_what_it_was_used(account: Account) -> None:
    key = account.key_of("bob", allow("iam:ListUsers"))
    account.client("iam", key).list_users()
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        used = account.iam.get_access_key_last_used(AccessKeyId=key[0])["AccessKeyLastUsed"]
        if used["ServiceName"] != "N/A":
            break
    assert (used["ServiceName"], used["Region"]) == ("iam", "us-east-1")
    assert abs(used["LastUsedDate"].timestamp() - time.time()) < 60


def test_names_cannot_forge_a_record(account: Account) -> None:
    hostile = document({**allow("s3:*"), "Sid": "x"}).replace('"x"', '"x"\n,"Resource":"*"\n')
    refused(account.iam, "PutUserPolicy", UserName="admin", PolicyName="p", PolicyDocument=hostile)
    (record,) = eventually(account, "PutUserPolicy")
    assert record["requestParameters"]["policyDocument"] == hostile
