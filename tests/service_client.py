"""Requests of a service to iamd, with urllib, and API keys for it."""

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

from tests.in_process import root_client
from tests.servers import Account, document


class Response(NamedTuple):
    """A response; header names are in lower case, the body is decoded if it is JSON."""

    status: int
    headers: dict[str, str]
    body: Any


def create_api_key(account: Account, name: str, *statements: dict[str, Any]) -> str:
    """Create a user with a policy of these statements, and return an API key of it."""
    with root_client(account.server.store, account.account_id) as iam:
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="ask", PolicyDocument=document(*statements))
        credential = iam.create_service_specific_credential(UserName=name, ServiceName="iamd")
    return str(credential["ServiceSpecificCredential"]["ServiceCredentialSecret"])


def send(
    account: Account, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Send a request to the account's server."""
    request = urllib.request.Request(account.server.url + path, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return _read(response)
    except urllib.error.HTTPError as error:
        with error:
            return _read(error)


def _read(response: Any) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    content = response.read()
    is_json = bool(content) and headers.get("content-type") == "application/json"
    return Response(response.status, headers, json.loads(content) if is_json else content.decode())
