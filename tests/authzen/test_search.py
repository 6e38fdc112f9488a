"""AuthZEN searches: the certification scenario, pages, and what is not known here."""

import json
from typing import Any

import pytest

from tests.authzen.conftest import SERVICE_ARN, Service, create_service
from tests.in_process import root_client
from tests.servers import allow, deny, document

ALICE, BOB = {"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}
ADMIN = {**BOB, "properties": {"role": "admin"}}
RECORD = {"type": "record", "id": "record-1"}
ARCHIVED = {"type": "record", "id": "record-2", "properties": {"status": "archived"}}
READ, WRITE = {"name": "read"}, {"name": "write"}


def found(service: Service, kind: str, member: str, request: dict[str, Any]) -> list[str]:
    """Return the IDs or names that a search found, all pages together."""
    results: list[str] = []
    while True:
        response = service.search(kind, request)
        assert response.status == 200, response
        results += [item[member] for item in response.body["results"]]
        token = response.body.get("page", {}).get("next_token")
        if not token:
            return results
        request = {**request, "page": {**request.get("page", {}), "token": token}}


def name_records(service: Service) -> None:
    """Give alice and bob policies that spell out the records."""
    records = [f"arn:aws:record:*:*:record-{number}" for number in (1, 2)]
    with root_client(service.account.server.store, service.account.account_id) as iam:
        for name, actions in (("alice", ["record:read"]), ("bob", ["record:read", "record:write"])):
            policy = document(allow(*actions, resource=records))
            iam.put_user_policy(UserName=name, PolicyName="records", PolicyDocument=policy)


@pytest.mark.both_databases
def test_subjects(service: Service) -> None:
    request = {"subject": {"type": "user"}, "action": READ, "resource": RECORD}
    assert found(service, "subject", "id", request) == ["admin", "alice", "bob"]
    archived = {"subject": {"type": "user", "properties": {"role": "admin"}}, "action": WRITE}
    assert found(service, "subject", "id", {**archived, "resource": ARCHIVED}) == ["admin", "bob"]
    assert found(service, "subject", "id", {**request, "action": {"name": "lend"}}) == ["admin"]
    assert found(service, "subject", "id", {**request, "subject": {"type": "role"}}) == []


def test_subjects_page_by_page(service: Service) -> None:
    request = {"subject": {"type": "user"}, "action": READ, "resource": RECORD, "page": {"limit": 1}}
    assert found(service, "subject", "id", request) == ["admin", "alice", "bob"]
    first = service.search("subject", request).body
    assert first["page"]["count"] == len(first["results"]) == 1
    page = {"token": first["page"]["next_token"], "limit": 1}
    assert service.search("subject", {**request, "action": WRITE, "page": page}).status == 400
    damaged = {**page, "token": page["token"] + "x"}
    assert service.search("subject", {**request, "page": damaged}).status == 400


def test_resources(service: Service) -> None:
    name_records(service)
    request = {"subject": ALICE, "action": READ, "resource": {"type": "record"}}
    assert found(service, "resource", "id", request) == ["record-1", "record-2"]
    assert found(service, "resource", "id", {**request, "action": WRITE}) == []
    assert found(service, "resource", "id", {**request, "resource": {"type": "other"}}) == []
    assert found(service, "resource", "id", {**request, "subject": {"type": "user", "id": "eve"}}) == []


def test_actions(service: Service) -> None:
    assert found(service, "action", "name", {"subject": ALICE, "resource": RECORD}) == ["read", "write"]
    assert "write" in found(service, "action", "name", {"subject": ADMIN, "resource": ARCHIVED})
    assert found(service, "action", "name", {"subject": BOB, "resource": RECORD}) == ["read"]


def test_actions_of_aws_are_those_that_wildcards_match(service: Service) -> None:
    with root_client(service.account.server.store, service.account.account_id) as iam:
        policy = document(allow("s3:GetObject*"), deny("s3:GetObjectAcl"))
        iam.put_user_policy(UserName="alice", PolicyName="s3", PolicyDocument=policy)
    resource = {"type": "s3", "id": "arn:aws:s3:::bucket/key"}
    names = found(service, "action", "name", {"subject": ALICE, "resource": resource})
    assert {"s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"} < set(names)
    assert not {"s3:GetObjectAcl", "s3:PutObject"} & set(names)


def test_each_result_is_allowed_when_it_is_asked_for(service: Service) -> None:
    name_records(service)
    request = {"subject": BOB, "action": WRITE, "resource": {"type": "record"}}
    for name in found(service, "resource", "id", request):
        assert service.decision("bob", "write", name)
    for name in found(service, "action", "name", {"subject": BOB, "resource": RECORD}):
        assert service.decision("bob", name, "record-1")


VALID: dict[str, dict[str, Any]] = {
    "subject": {"subject": {"type": "user"}, "action": READ, "resource": RECORD},
    "resource": {"subject": ALICE, "action": READ, "resource": {"type": "record"}},
    "action": {"subject": ALICE, "resource": RECORD},
}


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("subject", {"action": None}),
        ("subject", {"resource": {"type": "record"}}),
        ("subject", {"subject": {}}),
        ("subject", {"subject": {"type": "session"}}),
        ("subject", {"page": [1]}),
        ("subject", {"page": {"limit": -1}}),
        ("subject", {"page": {"token": "x"}}),
        ("resource", {"subject": {"type": "user"}}),
        ("resource", {"action": {}}),
        ("resource", {"resource": {}}),
        ("resource", {"resource": {"type": "re cord"}}),
        ("action", {"subject": None}),
        ("action", {"resource": {"type": "record"}}),
        ("action", {"context": 1}),
    ],
)
def test_invalid_search_is_a_bad_request(service: Service, kind: str, change: dict[str, Any]) -> None:
    assert service.search(kind, VALID[kind]).status == 200
    assert service.search(kind, {**VALID[kind], **change}).status == 400


def test_search_needs_a_permission_of_its_own(service: Service) -> None:
    asker = create_service(service.account, "asker", allow("iamd:EvaluateAccess", resource=SERVICE_ARN))
    for kind, request in VALID.items():
        assert asker.search(kind, request).status == 403
        body = json.dumps(request).encode()
        assert service.post(f"/access/v1/search/{kind}", body, Authorization="").status == 401


def test_deeply_nested_request_is_a_bad_request(service: Service) -> None:
    nested: list[Any] = []
    for _ in range(500):
        nested = [nested]
    request = {
        "subject": {"type": "user"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": "record-1"},
        "page": {"limit": 1},
    }
    assert service.search("subject", request).status == 200
    assert service.search("subject", {**request, "other": nested}).status == 400
