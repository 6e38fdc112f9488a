"""A store that learns by Keystone's protocol who has signed a request."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tests.forward_auth.s3_signing import Key, signed
from tests.servers import Account, allow
from tests.service_client import Response, create_api_key, send

SERVICE_ARN = "arn:aws:iamd::*:service/keystone"


class Asker(NamedTuple):
    """A store with an API key of the user `name`."""

    account: Account
    name: str
    api_key: str

    def log_in(self, project: str | None = None, **user: Any) -> Response:
        """Log in with a password, as RGW does; `user` has other members of the user."""
        domain = {"name": self.account.account_id}
        values = {"domain": domain, "name": self.name, "password": self.api_key, **user}
        scope = {} if project is None else {"scope": {"project": {"name": project, "domain": domain}}}
        identity = {"methods": ["password"], "password": {"user": values}}
        return self.post("auth/tokens", {"auth": {"identity": identity, **scope}})

    def token(self, project: str | None = None) -> str:
        """Return a token of the store."""
        response = self.log_in(project)
        assert response.status == 201, response
        return response.headers["x-subject-token"]

    def validate(self, token: str, asker_token: str | None = None) -> Response:
        headers = {"X-Subject-Token": token, "X-Auth-Token": asker_token or self.token()}
        return send(self.account, "GET", "/v3/auth/tokens", None, headers)

    def s3tokens(self, credentials: dict[str, Any], token: str | None = None) -> Response:
        return self.post("s3tokens", {"credentials": credentials}, {"X-Auth-Token": token or self.token()})

    def post(self, path: str, value: Any, headers: dict[str, str] | None = None) -> Response:
        values = {"Content-Type": "application/json", **(headers or {})}
        return send(self.account, "POST", f"/v3/{path}", json.dumps(value).encode(), values)


@pytest.fixture
def asker(account: Account) -> Asker:
    """Return a store that may ask."""
    statement = allow("iamd:AuthorizeRequest", resource=SERVICE_ARN)
    return Asker(account, "rgw", create_api_key(account, "rgw", statement))


def credentials(key: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Return what RGW sends for a request that was signed with a key by botocore, `minutes` from now."""
    at = datetime.now(UTC) + timedelta(minutes=changes.pop("minutes", 0))
    service = changes.pop("service", "s3")
    lines = changes.pop("lines", {})
    request = signed(Key(*key), at=at, service=service)
    string = _string_to_sign(request.headers, service)
    for number, line in lines.items():
        string[number] = line
    signature = request.headers["authorization"].rpartition("Signature=")[2]
    token = base64.b64encode("\n".join(string).encode()).decode()
    return {"access": key[0], "token": token, "signature": signature, **changes}


def _string_to_sign(headers: dict[str, str], service: str) -> list[str]:
    canonical = "\n".join(
        [
            "GET",
            "/bucket/key",
            "",
            *(f"{name}:{headers[name]}" for name in ("host", "x-amz-content-sha256", "x-amz-date")),
            "",
            "host;x-amz-content-sha256;x-amz-date",
            headers["x-amz-content-sha256"],
        ]
    )
    date = headers["x-amz-date"]
    scope = f"{date[:8]}/eu-west-1/{service}/aws4_request"
    return ["AWS4-HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()]
