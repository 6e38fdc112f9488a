"""A service that asks for decisions by AuthZEN, and an account with the fixture of its certification."""

import json
from typing import Any, NamedTuple

import pytest

from tests.in_process import root_client
from tests.servers import Account, allow, deny, document
from tests.service_client import Response, create_api_key, send

SERVICE_ARN = "arn:aws:iamd::*:service/authzen"
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"


class Service(NamedTuple):
    """A service with an API key."""

    account: Account
    api_key: str

    def evaluate(self, request: Any) -> Response:
        return self.post(EVALUATION, json.dumps(request).encode())

    def evaluate_all(self, request: Any) -> Response:
        return self.post(EVALUATIONS, json.dumps(request).encode())

    def search(self, kind: str, request: Any) -> Response:
        return self.post(f"/access/v1/search/{kind}", json.dumps(request).encode())

    def decision(self, subject: str, action: str, resource: str) -> bool:
        """Ask about a user and a record by their names."""
        response = self.evaluate(evaluation(subject, action, resource))
        assert response.status == 200, response
        return bool(response.body["decision"])

    def post(self, path: str, body: bytes, **headers: str) -> Response:
        """Send a body; `headers` have underscores in place of hyphens, and None leaves one out."""
        values = {"Content-Type": "application/json", "Authorization": f"Bearer {self.api_key}"}
        values |= {name.replace("_", "-"): value for name, value in headers.items()}
        return send(self.account, "POST", path, body, values)


def evaluation(subject: str, action: str, resource: str, **context: Any) -> dict[str, Any]:
    """Return the evaluation of a user, an action and a record."""
    request = {
        "subject": {"type": "user", "id": subject},
        "action": {"name": action},
        "resource": {"type": "record", "id": resource},
    }
    return {**request, "context": context} if context else request


def create_service(account: Account, name: str, *statements: dict[str, Any]) -> Service:
    """Create a user for a service, with an API key."""
    return Service(account, create_api_key(account, name, *statements))


@pytest.fixture
def service(account: Account) -> Service:
    """Return a service that may ask, in an account with the certification's alice and bob."""
    records = "arn:aws:record:*:*:record-*"
    archived = {"StringEquals": {"record:resource/status": "archived"}}
    is_admin = {"StringEquals": {"record:subject/role": "admin", "record:resource/status": "archived"}}
    soft = {"Bool": {"record:action/soft": "true"}}
    policies = {
        "alice": (
            allow("record:read", "record:write", resource=records),
            deny("record:write", resource=records, Condition=archived),
            allow("record:delete", resource=records, Condition=soft),
        ),
        "bob": (
            allow("record:read", resource=records),
            allow("record:write", resource=records, Condition=is_admin),
        ),
    }
    with root_client(account.server.store, account.account_id) as iam:
        for name, statements in policies.items():
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="records", PolicyDocument=document(*statements))
    return create_service(
        account, "library", allow("iamd:EvaluateAccess", "iamd:SearchAccess", resource=SERVICE_ARN)
    )
