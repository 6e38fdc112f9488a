"""A store that asks for decisions as of an Open Policy Agent, and an account with users."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.in_process import root_client
from tests.servers import Account, allow, document
from tests.service_client import Response, create_api_key, send

SERVICE_ARN = "arn:aws:iamd::*:service/opa"
CEPH, MINIO, RUSTFS = "ceph/authz/allow", "minio/authz/allow", "rustfs/authz/allow"
TRINO, TRINO_BATCH = "trino/allow", "trino/batch"


class Asker(NamedTuple):
    """A store with an API key."""

    account: Account
    api_key: str

    def result(self, name: str, values: dict[str, Any]) -> Any:
        """Query a document for an input; return its result."""
        response = self.query(name, json.dumps({"input": values}).encode())
        assert response.status == 200, response
        return response.body["result"]

    def query(self, name: str, body: bytes, **headers: str) -> Response:
        values = headers or {"Authorization": f"Bearer {self.api_key}"}
        values = {name.replace("_", "-"): value for name, value in values.items()}
        return send(self.account, "POST", f"/v1/data/{name}", body, values)


@pytest.fixture
def asker(account: Account) -> Asker:
    """Return a store that may ask."""
    return Asker(
        account, create_api_key(account, "store", allow("iamd:EvaluateAccess", resource=SERVICE_ARN))
    )


@pytest.fixture
def create_user(account: Account) -> Callable[..., str]:
    """Return a function that creates a user with a policy of statements and returns its unique ID."""

    def create(name: str, *statements: dict[str, Any]) -> str:
        with root_client(account.server.store, account.account_id) as iam:
            user = iam.create_user(UserName=name)["User"]
            if statements:
                iam.put_user_policy(UserName=name, PolicyName="test", PolicyDocument=document(*statements))
        return str(user["UserId"])

    return create
