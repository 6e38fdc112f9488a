"""Requests of a service to iamd, with urllib, and API keys for it."""

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

from tests.in_process import root_client
from tests.servers import Account, document

REVOCATIONS = ("deactivated", "deleted", "reset")


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
    url = account.server.url + path
    return open_request(urllib.request.Request(url, body, headers or {}, method=method))


def open_request(request: urllib.request.Request) -> Response:
    """Send a request; an error is a response like any other."""
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


def revoke(account: Account, user_name: str, how: str) -> None:
    """Revoke the only API key of a user: `how` is one of `REVOCATIONS`."""
    iam = account.iam
    (credential,) = iam.list_service_specific_credentials(UserName=user_name)["ServiceSpecificCredentials"]
    key = {"UserName": user_name, "ServiceSpecificCredentialId": credential["ServiceSpecificCredentialId"]}
    if how == "deactivated":
        iam.update_service_specific_credential(**key, Status="Inactive")
    elif how == "deleted":
        iam.delete_service_specific_credential(**key)
    else:
        iam.reset_service_specific_credential(**key)
