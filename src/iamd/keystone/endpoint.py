"""The part of OpenStack's Identity API v3 that Ceph's RGW and Swift need, to learn who has signed a request.

`GET /v3`, `POST` and `GET /v3/auth/tokens`, and `POST /v3/s3tokens` for a store with a token of its own. The
secrets of access keys are never told: `/v3/users/…/credentials/OS-EC2/…` has none.
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from iamd.core import ids
from iamd.core.errors import (
    Fault,
    InternalFailure,
    InvalidApiKey,
    InvalidClientTokenId,
    NotFound,
    SignatureDoesNotMatch,
    Throttling,
)
from iamd.core.logs import LOGGER
from iamd.gate.auth_tokens import MAX_TOKEN_LENGTH
from iamd.gate.request_bodies import SMALL_BODY_BYTES
from iamd.gate.request_context import RequestContext
from iamd.keystone import documents
from iamd.keystone.auth_request import read_login
from iamd.keystone.documents import Document
from iamd.keystone.identity_service import IdentityService, TokenResponse
from iamd.wire.service_requests import ServiceRequests

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
_Operation = Callable[[Environ, bytes, RequestContext], TokenResponse]

PATH = documents.PATH
PREFIX = f"{PATH}/"
_UNAUTHORIZED_MESSAGE = "The request you have made requires authentication."


class _Response(NamedTuple):
    status: int
    document: Document
    token: str = ""


class KeystoneEndpoint:
    """A WSGI application that answers stores, and users who log in to them."""

    def __init__(
        self, identity_service: IdentityService, service_requests: ServiceRequests, base_url: str
    ) -> None:
        self._identity_service = identity_service
        self._service_requests = service_requests
        self._version = documents.version(base_url)
        self._operations: dict[tuple[str, str], tuple[_Operation, HTTPStatus]] = {
            ("POST", "auth/tokens"): (self._issue, HTTPStatus.CREATED),
            ("GET", "auth/tokens"): (self._validate, HTTPStatus.OK),
            ("HEAD", "auth/tokens"): (self._validate, HTTPStatus.OK),
            ("POST", "s3tokens"): (self._authenticate_s3, HTTPStatus.OK),
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = ids.request()
        response = self._respond(environ, request_id)
        body = orjson.dumps(response.document)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Vary", "X-Auth-Token"),
            ("x-openstack-request-id", request_id),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if response.token:
            headers.append(("X-Subject-Token", response.token))
        if response.status == HTTPStatus.UNAUTHORIZED:
            headers.append(("WWW-Authenticate", "Keystone"))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _respond(self, environ: Environ, request_id: str) -> _Response:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(PATH).strip("/")
        if not path and method in ("GET", "HEAD"):
            return _Response(HTTPStatus.OK, self._version)
        if (method, path) not in self._operations:
            return _error(NotFound("Could not find the resource."))
        operation, status = self._operations[method, path]
        try:
            with self._service_requests.received(environ, request_id, SMALL_BODY_BYTES, _no_check) as (
                body,
                context,
            ):
                token, document = operation(environ, body, context)
        except Fault as fault:
            return _error(fault)
        except Exception:  # noqa: BLE001 - logged with its traceback, returned as InternalFailure
            LOGGER.exception("request %s failed", request_id)
            return _error(InternalFailure("The request failed. Try again later."))
        return _Response(status, document, token)

    def _issue(self, _: Environ, body: bytes, context: RequestContext) -> TokenResponse:
        return self._identity_service.issue(read_login(body), context)

    def _validate(self, environ: Environ, _: bytes, context: RequestContext) -> TokenResponse:
        subject_token = str(environ.get("HTTP_X_SUBJECT_TOKEN", ""))
        return self._identity_service.validate(_read_token(environ), subject_token, context)

    def _authenticate_s3(self, environ: Environ, body: bytes, context: RequestContext) -> TokenResponse:
        return self._identity_service.authenticate_s3(_read_token(environ), body, context)


def _no_check(_: str) -> None:
    """Accept a body: none here is large."""


def _read_token(environ: Environ) -> str:
    token = str(environ.get("HTTP_X_AUTH_TOKEN", ""))
    if not 0 < len(token) <= MAX_TOKEN_LENGTH:
        raise InvalidApiKey(_UNAUTHORIZED_MESSAGE)
    return token


def _error(fault: Fault) -> _Response:
    """Return an error in Keystone's form; stores take 401 for a wrong signature."""
    status, message = fault.status, fault.message
    if isinstance(fault, InvalidApiKey):
        message = _UNAUTHORIZED_MESSAGE
    elif isinstance(fault, SignatureDoesNotMatch | InvalidClientTokenId):
        status = HTTPStatus.UNAUTHORIZED
    elif isinstance(fault, Throttling):
        status = HTTPStatus.TOO_MANY_REQUESTS
    return _Response(status, documents.error(status, message))
