"""Decisions by AuthZEN, as ListServiceDecisions lists them."""

import time
from collections import Counter
from typing import Any

import pytest

from tests import servers
from tests.api.responses import pages
from tests.authzen.conftest import SERVICE_ARN, Service, create_service, evaluation
from tests.servers import allow, document
from tests.service_decisions import eventually_listed, listed

pytestmark = pytest.mark.both_databases

TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
)


def user_arn(service: Service, name: str) -> str:
    return f"arn:aws:iam::{service.account.account_id}:user/{name}"


def test_allowed_decision(service: Service) -> None:
    service.decision("alice", "read", "record-1")
    (decision,) = eventually_listed(service.account, 1)
    assert decision.pop("EventTime").tzinfo is not None
    assert decision.pop("EventId")
    assert decision.pop("ApiKeyId").startswith("ACCA")
    assert decision == {
        "ServiceName": "record",
        "Action": "read",
        "Caller": user_arn(service, "alice"),
        "AskerArn": user_arn(service, "library"),
        "Resource": f"arn:aws:record::{service.account.account_id}:record-1",
        "Outcome": "Allowed",
        "Times": 1,
        "SourceIp": "127.0.0.1",
    }


def test_denial_has_its_reason_if_the_service_may_see_it(service: Service) -> None:
    actions = ("iamd:EvaluateAccess", "iamd:ExplainAccess")
    create_service(service.account, "explained", allow(*actions, resource=SERVICE_ARN)).decision(
        "bob", "delete", "record-1"
    )
    service.decision("bob", "delete", "record-1")
    messages = {
        decision["AskerArn"].rpartition("/")[2]: decision.get("Message")
        for decision in eventually_listed(service.account, 2, Outcome="Denied")
    }
    reason = (
        f"User: {user_arn(service, 'bob')} is not authorized to perform: record:delete on resource: "
        f"arn:aws:record::{service.account.account_id}:record-1 because no identity-based policy allows the "
        "record:delete action"
    )
    assert messages == {"explained": reason, "library": None}


def test_subjects_of_one_name_are_told_apart_and_an_unknown_one_is_named(service: Service) -> None:
    service.account.iam.create_role(RoleName="bob", AssumeRolePolicyDocument=TRUST)
    subjects = [("user", "bob"), ("role", "bob"), ("user", "no <body>\x01")]
    evaluations = [{"subject": {"type": kind, "id": name}} for kind, name in subjects]
    service.evaluate_all({**evaluation("", "delete", "record-1"), "evaluations": evaluations})
    callers = {
        decision["Caller"]: decision.get("Message") for decision in eventually_listed(service.account, 3)
    }
    role_session = f"arn:aws:sts::{service.account.account_id}:assumed-role/bob/decision"
    assert callers.keys() >= {user_arn(service, "bob"), role_session}
    (unknown,) = callers.keys() - {user_arn(service, "bob"), role_session}
    assert unknown.startswith("no <body>")
    assert callers[unknown] == "The account has no such subject, or its session has ended."


def test_repeated_decisions_are_counted(service: Service) -> None:
    account = service.account
    twice = {**evaluation("alice", "read", "record-1"), "evaluations": [{}, {}]}
    with servers.serving(account.server.store, *account.server.arguments) as server:
        asking = service._replace(account=account._replace(server=server))
        asking.evaluate_all(twice)
        for _ in range(3):
            asking.evaluate_all(twice)
        asking.decision("alice", "read", "record-2")
    # The first request is written at once, the rest when the server stops, with the resource of the last.
    decisions = [(item["Resource"].rpartition(":")[2], item["Times"]) for item in listed(account)]
    assert sorted(decisions) == [("record-1", 2), ("record-2", 7)]


def test_many_kinds_of_decisions_at_once_keep_their_outcomes(service: Service) -> None:
    actions = [name for number in range(15) for name in (f"lend-{number}", f"keep-{number}")]
    policy = document(allow("record:lend-*", resource="arn:aws:record:*:*:*"))
    service.account.iam.put_user_policy(UserName="alice", PolicyName="lend", PolicyDocument=policy)
    evaluations = [{"action": {"name": name}} for name in actions]
    service.evaluate_all({**evaluation("alice", "lend", "record-1"), "evaluations": evaluations})
    deadline, times = time.monotonic() + 10, Counter[str]()
    while times.total() < len(actions) and time.monotonic() < deadline:
        times = Counter[str]()
        for decision in listed(service.account):
            times[decision["Outcome"]] += decision["Times"]
    assert times == {"Allowed": 15, "Denied": 15}


def test_filters(service: Service) -> None:
    books: dict[str, Any] = {
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "lend"},
        "resource": {"type": "library:book", "id": "17"},
    }
    service.evaluate(books)
    service.decision("alice", "read", "record-1")
    service.decision("alice", "delete", "record-1")
    eventually_listed(service.account, 3)

    def actions(**params: str) -> set[str]:
        return {decision["Action"] for decision in listed(service.account, **params)}

    assert actions(ServiceName="library") == actions(ServiceName="LIBRARY") == {"lend"}
    assert actions(ServiceName="record") == {"read", "delete"}
    assert actions(ServiceName="record", Outcome="Denied") == {"delete"}
    assert actions(Outcome="Allowed") == {"read"}
    assert actions(ServiceName="iamd") == set()


def test_only_decisions_are_listed(service: Service) -> None:
    service.search(
        "action", {"subject": {"type": "user", "id": "alice"}, "resource": {"type": "record", "id": "1"}}
    )
    service.account.iamd.list_service_decisions()
    service.decision("alice", "read", "record-1")
    assert [decision["Action"] for decision in eventually_listed(service.account, 1)] == ["read"]


def test_pages_have_each_decision_once(service: Service) -> None:
    for action in "abcdefg":
        service.decision("alice", action, "record-1")
    everything = eventually_listed(service.account, 7)
    for size in (1, 3, 7):
        split = list(pages(service.account.iamd, "ListServiceDecisions", MaxItems=size))
        assert [item for page in split for item in page["Decisions"]] == everything
        assert len(split) == -(-7 // size)


def test_decisions_of_another_account_are_never_listed(service: Service) -> None:
    service.decision("alice", "read", "record-1")
    eventually_listed(service.account, 1)
    other = servers.create_account(service.account.server)
    marker = service.account.iamd.list_service_decisions(MaxItems=1).get("Marker")
    assert marker is None
    assert listed(other) == []
    assert listed(other, ServiceName="record") == []
