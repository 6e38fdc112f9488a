"""The requests that the text of the Authorization API 1.0 has as examples, and the decisions that it shows.

alice@example.com may read the accounts 123, 456 and 789 and write the first; she may read two documents and
edit none.
"""

from typing import Any

import pytest

from tests import servers
from tests.authzen.conftest import SERVICE_ARN, Service, create_service
from tests.in_process import root_client
from tests.servers import Server, allow, document

ALICE = {"type": "user", "id": "alice@example.com"}
TIME = {"time": "2024-05-31T15:22-07:00"}
CAN_READ = {"name": "can_read"}


@pytest.fixture(scope="module")
def acme(server: Server) -> Service:
    """Return a service of an account with the users of the examples."""
    account = servers.create_account(server)
    accounts = [f"arn:aws:account::{account.account_id}:{number}" for number in ("123", "456", "789")]
    documents = f"arn:aws:document::{account.account_id}:"
    alice = (
        allow("account:can_read", resource=accounts),
        allow("account:can_write", resource=accounts[0]),
        allow("document:can_read", resource=[f"{documents}boxcarring.md", f"{documents}subject-search.md"]),
        allow("document:read", resource=[f"{documents}1", f"{documents}3"]),
        allow("book:extend-loan", Condition={"StringEquals": {"book:action/period": "2W"}}),
    )
    with root_client(server.store, account.account_id) as iam:
        for name, statements in {
            "alice@example.com": alice,
            "bob@example.com": (allow("account:can_read", resource=accounts[0]),),
            "carol@example.com": (allow("iam:ListUsers"),),
        }.items():
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="acme", PolicyDocument=document(*statements))
    ask = allow("iamd:EvaluateAccess", "iamd:SearchAccess", resource=SERVICE_ARN)
    return create_service(account, "acme", ask)


def documents(*names: str) -> list[dict[str, Any]]:
    return [{"resource": {"type": "document", "id": name}} for name in names]


EVALUATIONS: dict[str, tuple[dict[str, Any], bool]] = {
    "6.1, access evaluation": (
        {
            "subject": ALICE,
            "resource": {"type": "account", "id": "123"},
            "action": {"name": "can_read", "properties": {"method": "GET"}},
            "context": {"time": "1985-10-26T01:22-07:00"},
        },
        True,
    ),
    "5.1, subject with properties": (
        {
            "subject": {**ALICE, "properties": {"department": "Sales", "device_id": "8:65:ee:17:7e:0b"}},
            "resource": {"type": "account", "id": "123"},
            "action": CAN_READ,
        },
        True,
    ),
    "5.2 and 5.3, resource and action with properties": (
        {
            "subject": ALICE,
            "resource": {
                "type": "book",
                "id": "123",
                "properties": {
                    "library_record": {"title": "AuthZEN in Action", "isbn": "978-0593383322"},
                },
            },
            "action": {"name": "extend-loan", "properties": {"period": "2W"}},
        },
        True,
    ),
    "10.1.3, a resource that nobody may read": (
        {
            "subject": ALICE,
            "resource": {"type": "todo", "id": "1"},
            "action": CAN_READ,
            "context": {"time": "1985-10-26T01:22-07:00"},
        },
        False,
    ),
}


@pytest.mark.parametrize(("request_", "expected"), EVALUATIONS.values(), ids=EVALUATIONS.keys())
def test_evaluation(acme: Service, request_: dict[str, Any], expected: bool) -> None:
    assert acme.evaluate(request_).body == {"decision": expected}


FILES = ("boxcarring.md", "subject-search.md", "resource-search.md")
BATCHES: dict[str, tuple[dict[str, Any], list[bool]]] = {
    "7.1, everything in each evaluation": (
        {
            "evaluations": [
                {"subject": ALICE, "action": CAN_READ, "context": TIME, **item} for item in documents(*FILES)
            ]
        },
        [True, True, False],
    ),
    "7.1.1, defaults of subject and context": (
        {
            "subject": ALICE,
            "context": TIME,
            "evaluations": [{"action": CAN_READ, **item} for item in documents(*FILES)],
        },
        [True, True, False],
    ),
    "7.1.1, default of the action, and another": (
        {
            "subject": ALICE,
            "context": TIME,
            "action": CAN_READ,
            "evaluations": [
                *documents("boxcarring.md", "subject-search.md"),
                {"action": {"name": "can_edit"}, **documents("resource-search.md")[0]},
            ],
        },
        [True, True, False],
    ),
    "7.1.2.1, execute_all": (
        {
            "subject": ALICE,
            "action": {"name": "read"},
            "options": {"evaluations_semantic": "execute_all"},
            "evaluations": documents("1", "2", "3"),
        },
        [True, False, True],
    ),
    "7.1.2.1, deny_on_first_deny": (
        {
            "subject": ALICE,
            "action": {"name": "read"},
            "options": {"evaluations_semantic": "deny_on_first_deny"},
            "evaluations": documents("1", "2", "3"),
        },
        [True, False],
    ),
    "7.1.2.1, permit_on_first_permit": (
        {
            "subject": ALICE,
            "action": {"name": "read"},
            "options": {"evaluations_semantic": "permit_on_first_permit"},
            "evaluations": documents("1", "2", "3"),
        },
        [True],
    ),
    "7.1.2, another option": (
        {
            "subject": ALICE,
            "action": {"name": "read"},
            "options": {"evaluations_semantic": "execute_all", "another_option": "value"},
            "evaluations": documents("1"),
        },
        [True],
    ),
}


@pytest.mark.parametrize(("request_", "expected"), BATCHES.values(), ids=BATCHES.keys())
def test_evaluations(acme: Service, request_: dict[str, Any], expected: list[bool]) -> None:
    body = acme.evaluate_all(request_).body
    assert [item["decision"] for item in body["evaluations"]] == expected


def test_evaluation_without_an_action_is_denied_with_an_error(acme: Service) -> None:
    request = {
        "evaluations": [{"resource": {"type": "doc", "id": "1"}, "subject": {"type": "doc", "id": "2"}}],
        "options": {"evaluations_semantic": "execute_all"},
    }
    (item,) = acme.evaluate_all(request).body["evaluations"]
    assert item["decision"] is False
    assert item["context"]["error"]["status"] == 400


def test_subject_search(acme: Service) -> None:
    request = {
        "subject": {"type": "user"},
        "action": CAN_READ,
        "resource": {"type": "account", "id": "123"},
        "context": {"time": "2024-10-26T01:22-07:00"},
    }
    body = acme.search("subject", request).body
    found = [item["id"] for item in body["results"] if item["id"].endswith("@example.com")]
    assert found == ["alice@example.com", "bob@example.com"]


def test_resource_search(acme: Service) -> None:
    request = {"subject": ALICE, "action": CAN_READ, "resource": {"type": "account"}, "page": {"limit": 2}}
    results = acme.search("resource", request).body["results"]
    assert results == [{"type": "account", "id": number} for number in ("123", "456", "789")]


def test_action_search(acme: Service) -> None:
    request = {"subject": ALICE, "resource": {"type": "account", "id": "123"}, "context": TIME}
    results = acme.search("action", request).body["results"]
    assert results == [{"name": "can_read"}, {"name": "can_write"}]


def test_request_id_is_returned(acme: Service) -> None:
    request_id = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"
    response = acme.post("/access/v1/evaluation", b"{}", X_Request_ID=request_id)
    assert response.headers["x-request-id"] == request_id
