"""The certification scenario of AuthZEN's Authorization API 1.0: levels Basic, Batch and Discovery."""

import json
import urllib.request
from typing import Any

import pytest

from tests.authzen.conftest import EVALUATION, EVALUATIONS, Service, evaluation
from tests.service_client import open_request

ALICE, BOB = {"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}
ADMIN = {**BOB, "properties": {"role": "admin"}}
RECORD = {"type": "record", "id": "record-1"}
ACTIVE = {**RECORD, "properties": {"status": "active"}}
ARCHIVED = {"type": "record", "id": "record-2", "properties": {"status": "archived"}}


def action(name: str, **properties: Any) -> dict[str, Any]:
    return {"name": name, "properties": properties} if properties else {"name": name}


RULES = [
    ("rule 1", ALICE, action("read"), RECORD, True),
    ("rule 2", ALICE, action("write"), RECORD, True),
    ("rule 3", BOB, action("read"), RECORD, True),
    ("rule 4", BOB, action("write"), RECORD, False),
    ("rule 5", ALICE, action("write"), ARCHIVED, False),
    ("rule 6", ADMIN, action("write"), ARCHIVED, True),
    ("rule 7", ALICE, action("delete", soft=True), RECORD, True),
    ("rule 8", ALICE, action("delete", soft=False), RECORD, False),
]


@pytest.mark.both_databases
def test_fixture_decisions(service: Service) -> None:
    for rule, subject, name, resource, expected in RULES:
        for context in ({}, {"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}):
            request = {"subject": subject, "action": name, "resource": resource, "context": context}
            response = service.evaluate(request)
            assert (response.status, response.body) == (200, {"decision": expected}), rule
            assert response.headers["content-type"] == "application/json"


def test_decision_is_the_same_each_time(service: Service) -> None:
    assert [service.decision("alice", "read", "record-1") for _ in range(5)] == [True] * 5


BATCHES: list[tuple[dict[str, Any], list[bool]]] = [
    (
        {
            "subject": BOB,
            "resource": RECORD,
            "evaluations": [{"action": action("read")}, {"action": action("write")}],
        },
        [True, False],
    ),
    (
        {
            "subject": ALICE,
            "action": action("write"),
            "evaluations": [{"resource": ACTIVE}, {"resource": ARCHIVED}],
        },
        [True, False],
    ),
    (
        {
            "action": action("write"),
            "resource": ARCHIVED,
            "evaluations": [{"subject": ALICE}, {"subject": ADMIN}],
        },
        [False, True],
    ),
    (
        {
            "evaluations": [
                {"subject": ALICE, "action": action("read"), "resource": RECORD},
                {"subject": BOB, "action": action("write"), "resource": RECORD},
            ]
        },
        [True, False],
    ),
    (
        {
            "subject": ALICE,
            "action": action("write"),
            "resource": ACTIVE,
            "evaluations": [{}, {"resource": ARCHIVED}],
        },
        [True, False],
    ),
    (
        {
            "subject": ALICE,
            "action": action("read"),
            "context": {"time": "2025-06-27T18:03-07:00"},
            "evaluations": [{"resource": RECORD}, {"resource": ACTIVE, "context": {"source": "batch"}}],
        },
        [True, True],
    ),
]


def test_batches(service: Service) -> None:
    for request, expected in BATCHES:
        response = service.evaluate_all(request)
        assert response.status == 200
        assert response.body == {"evaluations": [{"decision": decision} for decision in expected]}


@pytest.mark.parametrize("evaluations", [{}, {"evaluations": []}])
def test_batch_without_evaluations_is_a_single_request(service: Service, evaluations: Any) -> None:
    response = service.evaluate_all({**evaluation("alice", "read", "record-1"), **evaluations})
    assert (response.status, response.body) == (200, {"decision": True})


SEMANTICS = [
    ("execute_all", [True, False, True]),
    ("deny_on_first_deny", [True, False]),
    ("permit_on_first_permit", [True]),
]


@pytest.mark.parametrize(("semantic", "expected"), SEMANTICS)
def test_semantics(service: Service, semantic: str, expected: list[bool]) -> None:
    request = {
        "subject": ALICE,
        "resource": ARCHIVED,
        "options": {"evaluations_semantic": semantic, "another_option": "value"},
        "evaluations": [{"action": action(name)} for name in ("read", "write", "read")],
    }
    response = service.evaluate_all(request)
    assert [item["decision"] for item in response.body["evaluations"]] == expected


VALID = evaluation("alice", "read", "record-1")
INVALID: list[Any] = [
    {key: VALID[key] for key in ("action", "resource")},
    {key: VALID[key] for key in ("subject", "resource")},
    {key: VALID[key] for key in ("subject", "action")},
    {**VALID, "subject": {"id": "alice"}},
    {**VALID, "subject": {"type": "user"}},
    {**VALID, "action": {}},
    {**VALID, "resource": {"id": "record-1"}},
    {**VALID, "resource": {"type": "record"}},
    {**VALID, "subject": "alice"},
    {**VALID, "action": {"name": 123}},
    {**VALID, "context": "now"},
    {**VALID, "subject": {"type": "user", "id": ""}},
    {**VALID, "resource": {"type": "record", "id": "x" * 2049}},
    {**VALID, "resource": {"type": "re cord", "id": "1"}},
    {**VALID, "resource": {"type": "record", "id": "arn:aws:s3"}},
    {**VALID, "action": {"name": "re ad"}},
    {**VALID, "action": {"name": "read", "properties": []}},
    [],
    "text",
    None,
]


@pytest.mark.parametrize("request_body", INVALID, ids=repr)
def test_invalid_request_is_a_bad_request(service: Service, request_body: Any) -> None:
    assert service.evaluate(request_body).status == 400


@pytest.mark.parametrize("body", [b"", b"{", b'{"subject": NaN}', b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
def test_malformed_body_is_a_bad_request(service: Service, path: str, body: bytes) -> None:
    assert service.post(path, body).status == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "json"])
def test_other_content_type_is_a_bad_request(service: Service, content_type: str) -> None:
    response = service.post(EVALUATION, json.dumps(VALID).encode(), Content_Type=content_type)
    assert response.status == 400


def test_invalid_evaluation_of_a_batch_is_denied_and_says_why(service: Service) -> None:
    response = service.evaluate_all({**VALID, "evaluations": [{}, {"action": {"name": 1}}, {}]})
    assert response.status == 200
    decisions = response.body["evaluations"]
    assert [item["decision"] for item in decisions] == [True, False, True]
    assert decisions[1]["context"]["error"]["status"] == 400


@pytest.mark.parametrize(
    "batch",
    [
        {"evaluations": {}},
        {"evaluations": ["x"]},
        {"evaluations": [{}] * 1_001},
        {"evaluations": [{}], "options": {"evaluations_semantic": "any"}},
        {"evaluations": [{}], "options": {"evaluations_semantic": ["execute_all"]}},
        {"evaluations": [{}], "options": []},
    ],
)
def test_invalid_batch_is_a_bad_request(service: Service, batch: dict[str, Any]) -> None:
    assert service.evaluate_all({**VALID, **batch}).status == 400


def test_request_id_is_echoed(service: Service) -> None:
    body = json.dumps(VALID).encode()
    assert service.post(EVALUATION, body, X_Request_ID="bfe9-1").headers["x-request-id"] == "bfe9-1"
    assert service.post(EVALUATION, b"", X_Request_ID="bfe9-2").headers["x-request-id"] == "bfe9-2"
    assert service.post(EVALUATION, body).headers["x-request-id"]


def test_metadata(service: Service) -> None:
    url = service.account.server.url
    response = open_request(urllib.request.Request(f"{url}/.well-known/authzen-configuration"))
    identifier = response.body["policy_decision_point"]
    assert response.status == 200
    assert response.body == {
        "policy_decision_point": identifier,
        "access_evaluation_endpoint": identifier + EVALUATION,
        "access_evaluations_endpoint": identifier + EVALUATIONS,
        "search_subject_endpoint": f"{identifier}/access/v1/search/subject",
        "search_resource_endpoint": f"{identifier}/access/v1/search/resource",
        "search_action_endpoint": f"{identifier}/access/v1/search/action",
    }
    assert identifier == url.replace("127.0.0.1", "localhost")
