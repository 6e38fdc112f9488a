"""Forward authorization: a proxy asks whether to pass a request on to a service.

nginx's `auth_request`, Caddy's and Traefik's `forward_auth`, Envoy's `ext_authz` and others send a request
for each request that they receive. The response allows it, with headers for the service, or refuses it with
an error document in the service's format. nginx accepts no other status of a refusal than 401 and 403, and
passes no body on; it asks at `/auth-request/SERVICE`, and a second time at `/auth-request/SERVICE/denial` for
the document, which is never an allowance. Envoy appends the client's path to `/ext-authz/SERVICE`.
Traefik, which passes bodies and does not say how long they are, asks at `/forward-auth/SERVICE/with-body`.
S3 requests that iamd answers itself come to `/s3-requests`, with their bodies.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from http.client import responses
from typing import Any, NamedTuple

from iamd.core import ids
from iamd.core.errors import (
    Fault,
    InternalFailure,
    InvalidApiKey,
    NotFound,
    ServiceUnavailable,
    Throttling,
)
from iamd.core.logs import LOGGER
from iamd.forward_auth import aws_errors, proxied_request, s3_errors, service_errors
from iamd.forward_auth.s3_authorization import Authorization, S3Authorizer
from iamd.forward_auth.s3_operations import S3Operations
from iamd.forward_auth.service_authorization import ServiceAuthorizer
from iamd.gate.client_info import ProxySettings
from iamd.gate.concurrency_limits import AddressLimits
from iamd.gate.credentials import BearerCredentials
from iamd.gate.request_bodies import SMALL_BODY_BYTES, RequestBodies, parse_length
from iamd.gate.request_context import MAX_USER_AGENT_LENGTH, RequestContext
from iamd.wire import api_keys
from iamd.wire.request import Request

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

S3 = "s3"
AWS = "aws"
REQUESTS_PATH = "/s3-requests"
PATH_PREFIXES = ("/auth-request/", "/forward-auth/", "/ext-authz/", REQUESTS_PATH)
_PATH = re.compile(
    r"/(auth-request|forward-auth)/([a-z0-9-]{1,63})(/denial|/with-body)?|/(ext-authz)/([a-z0-9-]{1,63})/.*",
    re.ASCII | re.DOTALL,
)
_DENIAL, _WITH_BODY = "/denial", "/with-body"
_SUFFIXES = {"auth-request": ("", _DENIAL), "forward-auth": ("", _WITH_BODY), "ext-authz": ("",)}
_MAX_BODY_BYTES = 2 * 1024 * 1024  # a DeleteObjects request has 1,000 keys of 1,024 bytes at most


class _Response(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


class _Question(NamedTuple):
    """What a path asks: about a request to which service, and for whom the answer is.

    `has_body`: the proxy passes the body of each request that has one.
    """

    service: str
    is_from_nginx: bool = False
    wants_denial: bool = False
    wants_response: bool = False
    has_body: bool = False

    @classmethod
    def parse(cls, path: str) -> "_Question":
        """Parse a path; NotFound if nothing is asked there."""
        if path == REQUESTS_PATH:
            return cls(S3, wants_response=True)
        match = _PATH.fullmatch(path)
        kind, suffix = ("", "") if match is None else (match[1] or match[4], match[3] or "")
        if match is None or suffix not in _SUFFIXES[kind]:
            raise NotFound("There is nothing to ask at this path.")
        return cls(
            match[2] or match[5],
            is_from_nginx=kind == "auth-request" and not suffix,
            wants_denial=suffix == _DENIAL,
            has_body=suffix == _WITH_BODY,
        )


class ForwardAuthEndpoint:
    """A WSGI application that answers proxies in front of services."""

    def __init__(
        self,
        s3_authorizer: S3Authorizer,
        s3_operations: S3Operations,
        service_authorizer: ServiceAuthorizer,
        proxy_settings: ProxySettings,
        execution_slots: AbstractContextManager[None],
        request_bodies: RequestBodies,
        address_limits: AddressLimits,
    ) -> None:
        self._address_limits = address_limits
        self._s3_authorizer = s3_authorizer
        self._s3_operations = s3_operations
        self._service_authorizer = service_authorizer
        self._request_bodies = request_bodies
        self._proxy_settings = proxy_settings
        self._execution_slots = execution_slots

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = ids.request()
        response = self._respond(environ, request_id)
        headers = [
            *response.headers,
            ("Content-Length", str(len(response.body))),
            ("x-amz-request-id", request_id),
            ("Cache-Control", "no-store"),
        ]
        start_response(f"{response.status} {responses.get(response.status, '')}", headers)
        return [response.body]

    def _respond(self, environ: Environ, request_id: str) -> _Response:
        question = _Question(S3)
        try:
            question = _Question.parse(environ["PATH_INFO"])
            return self._answer(question, environ, request_id)
        except Fault as fault:
            return _error_response(question, environ, fault, request_id)
        except Exception:  # noqa: BLE001 - logged with its traceback, returned as InternalFailure
            LOGGER.exception("request %s failed", request_id)
            failure = InternalFailure("We encountered an internal error. Please try again.")
            return _error_response(question, environ, failure, request_id)

    def _answer(self, question: _Question, environ: Environ, request_id: str) -> _Response:
        api_key = BearerCredentials(_read_api_key(environ))
        body = self._read_body(environ, api_key)
        request = proxied_request.read_request(environ, body, self._proxy_settings.is_trusted)
        if question.has_body:
            request.headers["content-length"] = str(len(body))
        context = _context(environ, request, request_id)
        with self._limited(request), self._execution_slots:
            if question.wants_response:
                status, content_type, content = self._s3_operations.handle(api_key, request, context)
                return _Response(status, [("Content-Type", content_type)], content)
            headers = self._authorize(question, api_key, request, context)
        if question.wants_denial:
            # What was refused a moment ago is allowed now, but the request has not reached the service.
            raise Throttling("Please try again.")
        return _Response(HTTPStatus.OK, headers)

    def _authorize(
        self, question: _Question, api_key: BearerCredentials, request: Request, context: RequestContext
    ) -> list[tuple[str, str]]:
        """Return the headers that the proxy passes on with the request."""
        is_recorded = not question.wants_denial  # it has been asked, and recorded, a moment ago
        if question.service == S3:
            authorize = self._s3_authorizer.authorize
            return _s3_headers(authorize(api_key, request, context, is_recorded=is_recorded))
        caller = self._service_authorizer.authorize(
            question.service, api_key, request, context, is_recorded=is_recorded
        )
        return caller.headers()

    def _limited(self, request: Request) -> AbstractContextManager[None]:
        """Limit how many requests with a body of one client are executed at the same time."""
        if not request.body:
            return contextlib.nullcontext()
        return self._address_limits.limited(request.source_ip, len(request.body))

    def _read_body(self, environ: Environ, api_key: BearerCredentials) -> bytes:
        """Read the body of the client's request, if the proxy sends it; a large one only for a valid key."""
        if not environ.get("CONTENT_LENGTH") and not environ.get("HTTP_TRANSFER_ENCODING"):
            return b""
        length = parse_length(environ, _MAX_BODY_BYTES)
        if not length:
            return b""
        peer = str(environ.get("REMOTE_ADDR", ""))
        if length > SMALL_BODY_BYTES:
            with self._execution_slots:
                self._s3_authorizer.check_api_key(api_key, peer)
        return self._request_bodies.receive(peer, peer, length, environ["wsgi.input"].read)


def _context(environ: Environ, request: Request, request_id: str) -> RequestContext:
    return RequestContext(
        request_id,
        request.source_ip,
        request.headers.get("user-agent", "")[:MAX_USER_AGENT_LENGTH],
        request.headers.get("referer", ""),
        request.secure,
        "",
        peer=str(environ.get("REMOTE_ADDR", "")),
    )


def _read_api_key(environ: Environ) -> str:
    api_key = str(environ.get("HTTP_X_IAMD_API_KEY", ""))
    if not 0 < len(api_key) <= api_keys.MAX_LENGTH:
        raise InvalidApiKey("The proxy must send its API key in the header X-Iamd-Api-Key.")
    return api_key


def _s3_headers(authorization: Authorization) -> list[tuple[str, str]]:
    """Return who the caller is, and the store's signature."""
    headers = [
        ("X-Iamd-Arn", authorization.caller_arn),
        ("X-Iamd-Account", authorization.caller_account),
        ("X-Iamd-User-Id", authorization.caller_id),
    ]
    signature = authorization.signature
    if signature is not None:
        headers += [
            ("X-Iamd-Store-Authorization", signature.authorization),
            ("X-Iamd-Store-Date", signature.date),
            ("X-Iamd-Store-Content-Sha256", signature.payload_hash),
            ("X-Iamd-Store-Uri", signature.target),
        ]
    return headers


def _error_response(question: _Question, environ: Environ, fault: Fault, request_id: str) -> _Response:
    response = _error_document(question.service, environ, fault, request_id)
    if isinstance(fault, InvalidApiKey):
        response.headers.append(("WWW-Authenticate", "Bearer"))
    if environ.get("HTTP_X_FORWARDED_METHOD") == "HEAD":
        response = response._replace(body=b"")
    if not question.is_from_nginx:
        return response
    # nginx turns every other status than 401 and 403 into 500.
    is_refusal = not isinstance(fault, InternalFailure | ServiceUnavailable)
    return response._replace(status=HTTPStatus.FORBIDDEN if is_refusal else response.status, body=b"")


def _error_document(service: str, environ: Environ, fault: Fault, request_id: str) -> _Response:
    if service == S3 or (service == AWS and aws_errors.signing_name(environ) == S3):
        return _s3_error(environ, fault, request_id)
    if service == AWS:
        return _aws_error(environ, fault, request_id)
    return _service_error(fault, request_id)


def _s3_error(environ: Environ, fault: Fault, request_id: str) -> _Response:
    path, _, query = str(environ.get("HTTP_X_FORWARDED_URI", "")).partition("?")
    error = s3_errors.from_fault(fault, is_presigned="X-Amz-Signature=" in query)
    return _Response(error.status, [("Content-Type", "application/xml")], error.document(path, request_id))


def _service_error(fault: Fault, request_id: str) -> _Response:
    headers = [("Content-Type", "application/json")]
    return _Response(service_errors.status(fault), headers, service_errors.document(fault, request_id))


def _aws_error(environ: Environ, fault: Fault, request_id: str) -> _Response:
    error = aws_errors.from_fault(fault, environ, request_id)
    return _Response(service_errors.status(fault), error.headers, error.document)
