"""The data API of the Open Policy Agent: `POST /v1/data/<document>` with an input, answered with a result.

What is queried is not a policy in Rego but the account's policies; the document names the shape of the input.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from iamd.core import ids
from iamd.core.errors import Fault, InternalFailure, MalformedInput, Throttling
from iamd.core.logs import LOGGER
from iamd.gate.credentials import BearerCredentials
from iamd.opa.policy_agent import PolicyAgent, UndefinedDocument
from iamd.wire.api_keys import read_bearer
from iamd.wire.service_requests import ServiceRequests

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

PREFIX = "/v1/data/"
_MAX_BODY_BYTES = 1024 * 1024
_UNAUTHORIZED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class _Response(NamedTuple):
    status: int
    value: dict[str, Any]


class OpaEndpoint:
    """A WSGI application that answers stores."""

    def __init__(self, policy_agent: PolicyAgent, service_requests: ServiceRequests) -> None:
        self._policy_agent = policy_agent
        self._service_requests = service_requests

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = ids.request()
        response = self._respond(environ, request_id)
        body = orjson.dumps(response.value)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("X-Request-ID", request_id),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if response.status == HTTPStatus.UNAUTHORIZED:
            headers.append(("WWW-Authenticate", "Bearer"))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
        return [body]

    def _respond(self, environ: Environ, request_id: str) -> _Response:
        try:
            return _Response(HTTPStatus.OK, {"result": self._query(environ, request_id)})
        except Fault as fault:
            return _error(fault)
        except Exception:  # noqa: BLE001 - logged with its traceback, returned as InternalFailure
            LOGGER.exception("request %s failed", request_id)
            return _error(InternalFailure("The request failed. Try again later."))

    def _query(self, environ: Environ, request_id: str) -> bool | list[int]:
        api_key = _read_api_key(environ)
        if environ["REQUEST_METHOD"] != "POST":
            raise MalformedInput("the request must be a POST")
        check = partial(self._policy_agent.check_api_key, api_key)
        document = environ["PATH_INFO"].removeprefix(PREFIX)
        with self._service_requests.received(environ, request_id, _MAX_BODY_BYTES, check) as (body, context):
            return self._policy_agent.query(api_key, document, body, context)


def _read_api_key(environ: Environ) -> BearerCredentials:
    """Return the API key: a bearer token, or as MinIO (without a scheme) or RGW (X-Auth-Token) send it."""
    header = str(environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_X_AUTH_TOKEN") or "")
    return read_bearer(header if " " in header else f"Bearer {header}")


def _error(fault: Fault) -> _Response:
    """Return an error in OPA's form."""
    status, code = fault.status, "invalid_parameter"
    if isinstance(fault, UndefinedDocument):
        code = fault.code
    elif isinstance(fault, Throttling):
        status, code = HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests"
    elif status in _UNAUTHORIZED:
        code = "unauthorized"
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        code = "internal_error"
    return _Response(status, {"code": code, "message": fault.message})
