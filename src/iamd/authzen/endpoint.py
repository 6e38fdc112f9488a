"""The AuthZEN endpoints: a WSGI application for the HTTPS JSON binding of the Authorization API 1.0."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from iamd.authzen.evaluator import AccessEvaluator
from iamd.core import clock, ids
from iamd.core.errors import Fault, InternalFailure, MalformedInput, SignatureDoesNotMatch
from iamd.core.logs import LOGGER
from iamd.gate.client_info import ProxySettings
from iamd.gate.credentials import AccessKeyCredentials, BearerCredentials
from iamd.wire import sigv4
from iamd.wire.api_keys import read_bearer
from iamd.wire.request import build_request
from iamd.wire.service_requests import ServiceRequests

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

METADATA_PATH = "/.well-known/authzen-configuration"
EVALUATION_PATH = "/access/v1/evaluation"
EVALUATIONS_PATH = "/access/v1/evaluations"
_SEARCH_PREFIX = "/access/v1/search/"
_SEARCHES = ("subject", "resource", "action")
PATHS = frozenset(
    {METADATA_PATH, EVALUATION_PATH, EVALUATIONS_PATH, *(_SEARCH_PREFIX + kind for kind in _SEARCHES)}
)
_MAX_BODY_BYTES = 1024 * 1024
_MAX_REQUEST_ID_LENGTH = 256
_SIGNING_NAME = "iamd"


class _Response(NamedTuple):
    status: int
    content_type: str
    body: bytes


class AuthZenEndpoint:
    """Reads a request, has it evaluated, and renders the response."""

    def __init__(self, evaluator: AccessEvaluator, service_requests: ServiceRequests, base_url: str) -> None:
        self._evaluator = evaluator
        self._service_requests = service_requests
        self._metadata = _metadata(base_url)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = ids.request()
        response = self._respond(environ, request_id)
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            ("X-Request-ID", _echoed_request_id(environ) or request_id),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if response.status == HTTPStatus.UNAUTHORIZED:
            headers.append(("WWW-Authenticate", "Bearer"))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
        return [response.body]

    def _respond(self, environ: Environ, request_id: str) -> _Response:
        if environ["PATH_INFO"] == METADATA_PATH:
            return _json_response(self._metadata)
        try:
            return _json_response(self._evaluate(environ, request_id))
        except Fault as fault:
            return _error_response(fault)
        except Exception:  # noqa: BLE001 - logged with its traceback, returned as InternalFailure
            LOGGER.exception("request %s failed", request_id)
            return _error_response(InternalFailure("The request failed. Try again later."))

    def _evaluate(self, environ: Environ, request_id: str) -> Any:
        api_key = _read_api_key(environ)
        _check_form(environ)
        path, evaluator = environ["PATH_INFO"], self._evaluator

        def check(peer: str) -> None:
            if api_key is not None:  # a signature is checked with the body that it is of
                evaluator.check_api_key(api_key, peer)

        with self._service_requests.received(environ, request_id, _MAX_BODY_BYTES, check) as (body, context):
            if not body:
                raise MalformedInput("The request must have a body.")
            credentials = api_key or self._read_signature(environ, body, context.source_ip)
            if path == EVALUATION_PATH:
                return evaluator.evaluate(credentials, body, context)
            if path == EVALUATIONS_PATH:
                return evaluator.evaluate_all(credentials, body, context)
            return evaluator.search(path.removeprefix(_SEARCH_PREFIX), credentials, body, context)

    def _read_signature(self, environ: Environ, body: bytes, address: str) -> AccessKeyCredentials:
        """Return the credentials of a signed request; a failure counts for the rate limit of the address."""
        try:
            return _parse_signature(environ, self._service_requests.proxy_settings, body)
        except Fault:
            self._evaluator.count_failure(address)
            raise


def _check_form(environ: Environ) -> None:
    if environ["REQUEST_METHOD"] != "POST":
        raise MalformedInput("The request must be a POST.")
    content_type = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise MalformedInput("The Content-Type must be application/json.")


def _json_response(value: Any) -> _Response:
    return _Response(HTTPStatus.OK, "application/json", orjson.dumps(value))


def _error_response(fault: Fault) -> _Response:
    """Return an error, whose body is "an error message string" (section 11.1.2)."""
    return _Response(fault.status, "text/plain; charset=utf-8", fault.message.encode())


def _metadata(base_url: str) -> dict[str, str]:
    return {
        "policy_decision_point": base_url,
        "access_evaluation_endpoint": base_url + EVALUATION_PATH,
        "access_evaluations_endpoint": base_url + EVALUATIONS_PATH,
        **{f"search_{kind}_endpoint": f"{base_url}{_SEARCH_PREFIX}{kind}" for kind in _SEARCHES},
    }


def _read_api_key(environ: Environ) -> BearerCredentials | None:
    """Return the API key; None if the request is signed instead. Raises InvalidApiKey if it is neither."""
    header = str(environ.get("HTTP_AUTHORIZATION", ""))
    return None if header.partition(" ")[0] == sigv4.ALGORITHM else read_bearer(header)


def _parse_signature(environ: Environ, proxy_settings: ProxySettings, body: bytes) -> AccessKeyCredentials:
    """Return the credentials of a request that is signed for the service iamd; the Fault of what is wrong."""
    request = build_request(environ, proxy_settings.client_info(environ), body)
    signature = sigv4.parse_signature(request, clock.now())
    if signature.service != _SIGNING_NAME:
        raise SignatureDoesNotMatch(f"Credential should be scoped to correct service: '{_SIGNING_NAME}'.")
    return AccessKeyCredentials(
        signature.access_key_id, signature.session_token, lambda secret: sigv4.verify(signature, secret)
    )


def _echoed_request_id(environ: Environ) -> str:
    """Return the client's request ID; header values have no control characters."""
    return str(environ.get("HTTP_X_REQUEST_ID", ""))[:_MAX_REQUEST_ID_LENGTH]
