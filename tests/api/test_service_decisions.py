"""ListServiceDecisions on an audit log of many events; what is listed is tested in tests/authzen and
tests/forward_auth."""

import json
from typing import Any

import pytest

from iamd.operations.iamd.service_decisions import MAX_EXAMINED
from iamd.store import audit
from iamd.store.audit import AuditEvent
from tests.api.responses import Refused, call, pages, refused
from tests.servers import Account, allow
from tests.service_decisions import listed

pytestmark = pytest.mark.both_databases

OPERATION = "ListServiceDecisions"


def event(account: Account, number: int, **fields: Any) -> AuditEvent:
    """Return the event of a decision: a number of seconds after the year 2031 began, of that number."""
    time = f"2031-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    record = {
        "userIdentity": {"arn": f"arn:aws:iam::{account.account_id}:user/bob"},
        "eventTime": time,
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "sourceIPAddress": "203.0.113.9",
        "requestParameters": {"bucketName": "bucket", "key": str(number)},
        "eventID": f"{number:08}",
        "eventCategory": "Data",
        **fields,
    }
    return AuditEvent(
        account.account_id,
        time,
        record["eventID"],
        record["eventSource"],
        record["eventName"],
        json.dumps(record),
    )


def add(account: Account, *events: AuditEvent) -> None:
    with account.server.store.database.write() as tx:
        audit.add(tx, events)


def keys(account: Account, **params: Any) -> list[int]:
    """Return the numbers of the listed events, which are the keys of their objects."""
    return [int(decision["Resource"].rpartition("/")[2]) for decision in listed(account, **params)]


def test_newest_comes_first(account: Account) -> None:
    add(account, *(event(account, number) for number in (2, 5, 1)))
    assert keys(account) == [5, 2, 1]


def test_period_includes_both_ends(account: Account) -> None:
    add(account, *(event(account, number) for number in range(5)))
    at = "2031-01-01T00:00:0{}Z".format
    assert keys(account, StartTime=at(3)) == [4, 3]
    assert keys(account, EndTime=at(1)) == [1, 0]
    assert keys(account, StartTime=at(1), EndTime=at(3)) == [3, 2, 1]
    assert keys(account, StartTime=at(3), EndTime=at(1)) == []
    split = list(pages(account.iamd, OPERATION, EndTime=at(3), StartTime=at(1), MaxItems=2))
    assert [len(page["Decisions"]) for page in split] == [2, 1]


def test_decisions_of_one_second_are_on_different_pages(account: Account) -> None:
    same = {"eventTime": "2031-01-01T00:00:00Z"}
    add(account, *(event(account, 0, eventID=f"{number:08}", **same) for number in range(5)))
    split = pages(account.iamd, OPERATION, MaxItems=2)
    event_ids = [item["EventId"] for page in split for item in page["Decisions"]]
    assert event_ids == [f"{number:08}" for number in (4, 3, 2, 1, 0)]


def test_other_events_are_not_listed(account: Account) -> None:
    add(
        account,
        event(account, 1, eventCategory="Management", eventName="PutBucketPolicy"),
        event(account, 2, eventSource="iamd.amazonaws.com", eventName="SearchAccess"),
        event(account, 3, eventSource="iam.amazonaws.com", eventName="GetUser"),
        event(account, 4, eventSource="iamd.amazonaws.com", eventCategory="Management"),
        event(account, 5),
    )
    assert keys(account) == [5]


def test_page_ends_after_many_events_of_other_kinds(account: Account) -> None:
    other = {"eventSource": "iam.amazonaws.com", "eventName": "GetUser", "eventCategory": "Management"}
    last = MAX_EXAMINED + 5
    add(account, event(account, 0), *(event(account, 1 + number, **other) for number in range(last)))
    first, second = pages(account.iamd, OPERATION)
    assert (first["Decisions"], first["IsTruncated"]) == ([], True)
    assert [decision["Resource"] for decision in second["Decisions"]] == ["arn:aws:s3:::bucket/0"]


def test_new_decisions_do_not_shift_pages(account: Account) -> None:
    add(account, *(event(account, number) for number in range(4)))
    first = account.iamd.list_service_decisions(MaxItems=2)
    add(account, event(account, 9))
    assert keys(account, Marker=first["Marker"]) == [1, 0]


def test_marker_of_another_account_tells_nothing_of_it(account: Account, other_account: Account) -> None:
    add(other_account, *(event(other_account, number) for number in range(4)))
    marker = other_account.iamd.list_service_decisions(MaxItems=2)["Marker"]
    add(account, event(account, 0))
    assert keys(account, Marker=marker) == [0]


@pytest.mark.parametrize(
    "params",
    [
        {"ServiceName": "s3.amazonaws.com"},
        {"ServiceName": "s3' OR 1=1 --"},
        {"ServiceName": "x" * 64},
        {"Outcome": "denied"},
        {"Marker": "nonsense"},
        {"MaxItems": 1_001},
    ],
)
def test_invalid_parameter(account: Account, params: dict[str, Any]) -> None:
    assert refused(account.iamd, OPERATION, **params)[:2] == ("ValidationError", 400)


def test_permission_on_one_service_is_not_enough(account: Account) -> None:
    action = f"iamd:{OPERATION}"
    key = account.key_of("bob", allow(action, resource="arn:aws:iamd::*:service/s3"))
    error = refused(account.client("iamd", key), OPERATION)
    message = (
        f"User: arn:aws:iam::{account.account_id}:user/bob is not authorized to perform: {action} on "
        f"resource: * because no identity-based policy allows the {action} action"
    )
    assert error == Refused("AccessDenied", 403, message)
    call(account.client("iamd", account.key_of("eve", allow(action))), OPERATION)
