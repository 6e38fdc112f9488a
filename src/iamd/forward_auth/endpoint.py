"""Forward authorization: a proxy asks whether to pass a request on to an S3-compatible store.

nginx's `auth_request`, Caddy's and Traefik's `forward_auth` and others send a request without a body for each
request that they receive. The response allows it, with headers for the store, or refuses it with S3's own
error document. nginx accepts no other status of a refusal than 401 and 403, and passes no body on; it asks at
`/auth-request/s3`, and a second time at `/auth-request/s3/denial` for the document, which is never an
allowance. Requests that iamd answers itself come to `/s3-requests`, with their bodies.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from http.client import responses
from typing import Any, NamedTuple

from iamd.core import ids
from iamd.core.errors import Fault, InternalFailure, InvalidApiKey, ServiceUnavailable, Throttling
from iamd.core.logs import LOGGER
from iamd.forward_auth import proxied_request, s3_errors
from iamd.forward_auth.s3_authorization import Authorization, S3Authorizer
from iamd.forward_auth.s3_operations import S3Operations
from iamd.gate.client_info import ProxySettings
from iamd.gate.concurrency_limits import AddressLimits
from iamd.gate.credentials import BearerCredentials
from iamd.gate.request_bodies import SMALL_BODY_BYTES, RequestBodies, parse_length
from iamd.gate.request_context import MAX_USER_AGENT_LENGTH, RequestContext
from iamd.wire.request import Request

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

AUTH_REQUEST_PATH = "/auth-request/s3"
FORWARD_AUTH_PATH = "/forward-auth/s3"
DENIAL_PATH = "/auth-request/s3/denial"
REQUESTS_PATH = "/s3-requests"
PATHS = frozenset({AUTH_REQUEST_PATH, DENIAL_PATH, FORWARD_AUTH_PATH, REQUESTS_PATH})
_MAX_BODY_BYTES = 2 * 1024 * 1024  # a DeleteObjects request has 1,000 keys of 1,024 bytes at most
_MAX_API_KEY_LENGTH = 128


class _Response(NamedTuple):
    """A response; a refusal is what the client is told, unlike a failure of this server."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    is_refusal: bool = False


class ForwardAuthEndpoint:
    """A WSGI application that answers proxies in front of an S3-compatible store."""

    def __init__(
        self,
        authorizer: S3Authorizer,
        s3_operations: S3Operations,
        proxy_settings: ProxySettings,
        execution_slots: AbstractContextManager[None],
        request_bodies: RequestBodies,
        address_limits: AddressLimits,
    ) -> None:
        self._address_limits = address_limits
        self._authorizer = authorizer
        self._s3_operations = s3_operations
        self._request_bodies = request_bodies
        self._proxy_settings = proxy_settings
        self._execution_slots = execution_slots

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = ids.request()
        response = self._respond(environ, request_id)
        if environ["PATH_INFO"] == AUTH_REQUEST_PATH:
            response = _for_nginx(response)
        headers = [
            *response.headers,
            ("Content-Length", str(len(response.body))),
            ("x-amz-request-id", request_id),
            ("Cache-Control", "no-store"),
        ]
        start_response(f"{response.status} {responses.get(response.status, '')}", headers)
        return [response.body]

    def _respond(self, environ: Environ, request_id: str) -> _Response:
        try:
            api_key = BearerCredentials(_read_api_key(environ))
            body = self._read_body(environ, api_key) if environ["PATH_INFO"] == REQUESTS_PATH else b""
            request = proxied_request.read_request(environ, body, self._proxy_settings.is_trusted)
            with self._limited(request), self._execution_slots:
                return self._answer(
                    environ["PATH_INFO"], api_key, request, _context(environ, request, request_id)
                )
        except Fault as fault:
            return _error_response(environ, fault, request_id)
        except Exception:  # noqa: BLE001 - logged with its traceback, returned as InternalFailure
            LOGGER.exception("request %s failed", request_id)
            failure = InternalFailure("We encountered an internal error. Please try again.")
            return _error_response(environ, failure, request_id)

    def _limited(self, request: Request) -> AbstractContextManager[None]:
        """Limit how many requests with a body of one client are executed at the same time."""
        if not request.body:
            return contextlib.nullcontext()
        return self._address_limits.limited(request.source_ip, len(request.body))

    def _answer(
        self, path: str, api_key: BearerCredentials, request: Request, context: RequestContext
    ) -> _Response:
        if path == REQUESTS_PATH:
            status, content_type, content = self._s3_operations.handle(api_key, request, context)
            return _Response(status, [("Content-Type", content_type)], content)
        authorization = self._authorizer.authorize(api_key, request, context)
        if path == DENIAL_PATH:  # what was refused a moment ago is allowed now, but has not reached the store
            raise Throttling("Please try again.")
        return _Response(HTTPStatus.OK, _allowed_headers(authorization))

    def _read_body(self, environ: Environ, api_key: BearerCredentials) -> bytes:
        """Read the body of a request that iamd answers itself; a large one only for a valid API key."""
        length = parse_length(environ, _MAX_BODY_BYTES)
        if not length:
            return b""
        peer = str(environ.get("REMOTE_ADDR", ""))
        if length > SMALL_BODY_BYTES:
            with self._execution_slots:
                self._authorizer.check_api_key(api_key, peer)
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
    if not 0 < len(api_key) <= _MAX_API_KEY_LENGTH:
        raise InvalidApiKey("The proxy must send its API key in the header X-Iamd-Api-Key.")
    return api_key


def _allowed_headers(authorization: Authorization) -> list[tuple[str, str]]:
    """Return what the proxy may pass on: who the caller is, and the store's signature."""
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


def _error_response(environ: Environ, fault: Fault, request_id: str) -> _Response:
    target = str(environ.get("HTTP_X_FORWARDED_URI", ""))
    path, _, query = target.partition("?")
    error = s3_errors.from_fault(fault, is_presigned="X-Amz-Signature=" in query)
    headers = [("Content-Type", "application/xml")]
    if isinstance(fault, InvalidApiKey):
        headers.append(("WWW-Authenticate", "Bearer"))
    is_head = environ.get("HTTP_X_FORWARDED_METHOD") == "HEAD"
    document = b"" if is_head else error.document(path, request_id)
    is_refusal = not isinstance(fault, InternalFailure | ServiceUnavailable)
    return _Response(error.status, headers, document, is_refusal)


def _for_nginx(response: _Response) -> _Response:
    """Return a refusal as 403: nginx turns every other status but 401 into 500."""
    status = HTTPStatus.FORBIDDEN if response.is_refusal else response.status
    return response._replace(status=status, body=b"")
