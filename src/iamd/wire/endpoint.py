"""The API endpoint: a WSGI application that implements the AWS Query protocol of IAM and STS on `/`."""

import gzip
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, NamedTuple

from iamd.core import ids, models
from iamd.core.errors import (
    Fault,
    InternalFailure,
    InvalidAction,
    MalformedInput,
    MissingAction,
    NotFound,
    SignatureDoesNotMatch,
)
from iamd.core.logs import LOGGER
from iamd.core.models import OperationModel
from iamd.framework.operation import Operation
from iamd.gate.client_info import ClientInfo, ProxySettings
from iamd.gate.concurrency_limits import AddressLimits
from iamd.gate.credentials import AccessKeyCredentials, Credentials
from iamd.gate.gate import Gate
from iamd.gate.request_bodies import SMALL_BODY_BYTES, RequestBodies, parse_length
from iamd.gate.request_context import MAX_USER_AGENT_LENGTH, RequestContext
from iamd.wire import console_session, constraints, json_response, query_request, sigv4, xml_response
from iamd.wire.request import Request, build_request

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
OperationsByService = Mapping[str, Mapping[str, Operation]]

MAX_BODY_BYTES = 1024 * 1024
MAX_HEADER_BYTES = 16 * 1024
_NO_VERSION = "NO_VERSION_SPECIFIED"
_DEFAULT_REGION = "us-east-1"
_MIN_GZIP_BYTES = 64 * 1024


class _Response(NamedTuple):
    status: int
    body: bytes


class _Documents(NamedTuple):
    """A format of responses."""

    content_type: str
    render: Callable[[OperationModel, Any, str], bytes]
    render_error: Callable[[str, str, str, str, bool], bytes]


XML = _Documents(
    "text/xml",
    lambda model, result, request_id: xml_response.renderer(model)(result, request_id),
    xml_response.error_document,
)
JSON = _Documents(
    "application/json",
    json_response.document,
    lambda code, message, request_id, _, sender: json_response.error_document(
        code, message, request_id, sender
    ),
)


class Endpoint:
    """Parses a request, invokes the operation through the gate, and renders the response.

    The execution slot is acquired after the body has been read, so that slow clients do not occupy slots.
    """

    def __init__(
        self,
        gate: Gate,
        operations: OperationsByService,
        proxy_settings: ProxySettings,
        execution_slots: AbstractContextManager[None],
        address_limits: AddressLimits,
        request_bodies: RequestBodies,
        console_hosts: frozenset[str],
    ) -> None:
        self._gate = gate
        self._operations = operations
        self._proxy_settings = proxy_settings
        self._execution_slots = execution_slots
        self._address_limits = address_limits
        self._request_bodies = request_bodies
        self._console_hosts = console_hosts

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        documents, request_id = JSON if _accepts_json(environ) else XML, ids.request()
        response = self._respond(environ, request_id, documents)
        return _send(environ, start_response, response, documents, request_id)

    def not_found(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to a request for another path in a form that SDKs show."""
        documents, request_id = JSON if _accepts_json(environ) else XML, ids.request()
        fault = NotFound("The API is at the path /: set the endpoint URL without a path.")
        response = _error_response(fault, request_id, models.load("iam").namespace, documents)
        return _send(environ, start_response, response, documents, request_id)

    def _respond(self, environ: Environ, request_id: str, documents: _Documents) -> _Response:
        namespace = models.load("iam").namespace
        try:
            client_info = self._proxy_settings.client_info(environ)
            body = self._read_body(environ, client_info)
            with self._address_limits.limited(client_info.source_ip, len(body)), self._execution_slots:
                form = query_request.parse_form(
                    environ["QUERY_STRING"], body, environ.get("CONTENT_TYPE", "")
                )
                model = _select_operation(form)
                namespace = model.namespace
                result = self._invoke(model, form, environ, client_info, body, request_id)
                return _Response(200, documents.render(model, result, request_id))
        except Fault as fault:
            return _error_response(fault, request_id, namespace, documents)
        except Exception:  # noqa: BLE001 - logged with its traceback, returned as InternalFailure
            # A bug: details are in the log only.
            LOGGER.exception("request %s failed", request_id)
            failure = InternalFailure("The request failed. Try again later.")
            return _error_response(failure, request_id, namespace, documents)

    def _read_body(self, environ: Environ, client_info: ClientInfo) -> bytes:
        length = _content_length(environ)
        if not length:
            return b""
        return self._request_bodies.receive(
            client_info.source_ip, client_info.peer, length, environ["wsgi.input"].read
        )

    def _invoke(
        self,
        model: OperationModel,
        form: query_request.Form,
        environ: Environ,
        client_info: ClientInfo,
        body: bytes,
        request_id: str,
    ) -> Any:
        """Invoke an operation through the gate; return its result."""
        operation = self._operations[model.service].get(model.name)
        if operation is None:
            raise _no_such_operation(model.name, model.version)
        request = build_request(environ, client_info, body)
        credentials, region = self._read_credentials(model, request, client_info)
        request_context = _build_request_context(request, client_info, region, request_id)
        with self._gate.authenticate(operation, credentials, request_context) as invoke:
            return invoke(_decode_params(model, form))

    def _read_credentials(
        self, model: OperationModel, request: Request, client_info: ClientInfo
    ) -> tuple[Credentials | None, str]:
        """Return the request's credentials, a console session or a signature, and the signature's Region.

        Credentials are None, and ignored if present, for an operation that needs no signature.
        """
        if not model.signed:
            return None, _DEFAULT_REGION
        console_credentials = console_session.read_credentials(request, client_info, self._console_hosts)
        if console_credentials is not None:
            return console_credentials, _DEFAULT_REGION
        signature = sigv4.parse_signature(request, self._gate.now())
        if signature.service != model.service:
            raise SignatureDoesNotMatch(f"Credential should be scoped to correct service: '{model.service}'.")
        credentials = AccessKeyCredentials(
            signature.access_key_id, signature.session_token, lambda secret: sigv4.verify(signature, secret)
        )
        return credentials, signature.region


def _send(
    environ: Environ,
    start_response: StartResponse,
    response: _Response,
    documents: _Documents,
    request_id: str,
) -> Iterable[bytes]:
    body, encoding_headers = _compress(environ, response.body)
    headers = [
        *encoding_headers,
        ("Content-Type", documents.content_type),
        ("Content-Length", str(len(body))),
        ("x-amzn-RequestId", request_id),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
    return [body]


def _compress(environ: Environ, body: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """Gzip a long response to the console, whose users may have a slow connection; SDKs do not request it."""
    accepts_gzip = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and "HTTP_X_IAMD_CONSOLE" in environ
    if not accepts_gzip or len(body) < _MIN_GZIP_BYTES:
        return body, []
    return gzip.compress(body, compresslevel=4, mtime=0), [("Content-Encoding", "gzip")]


def _decode_params(model: OperationModel, form: query_request.Form) -> dict[str, Any]:
    params = query_request.decoder(model.input)(form)
    constraints.validator(model.input)(params)
    return params


def _select_operation(form: query_request.Form) -> OperationModel:
    action, version = form.get("Action"), form.get("Version", _NO_VERSION)
    if not action:
        raise MissingAction("The request must contain the parameter Action.")
    service = models.by_version().get(version)
    model = service.operations.get(action) if service else None
    if model is None:
        raise _no_such_operation(action, version)
    return model


def _no_such_operation(action: str, version: str) -> InvalidAction:
    return InvalidAction(f"Could not find operation {action[:128]} for version {version[:32]}")


def _error_response(fault: Fault, request_id: str, namespace: str, documents: _Documents) -> _Response:
    sender = fault.status < HTTPStatus.INTERNAL_SERVER_ERROR
    body = documents.render_error(fault.code, fault.message, request_id, namespace, sender)
    return _Response(fault.status, body)


def _accepts_json(environ: Environ) -> bool:
    """Return whether the client prefers JSON, which AWS's IAM and STS return too."""
    accept: str = environ.get("HTTP_ACCEPT", "")
    return accept.partition(",")[0].partition(";")[0].strip() == "application/json"


def _content_length(environ: Environ) -> int:
    """Return the length of a request's body; raise the Fault of what is wrong with it."""
    if "HTTP_TRANSFER_ENCODING" not in environ and environ["REQUEST_METHOD"] not in ("GET", "POST"):
        raise MalformedInput("The request must be a GET or a POST.")
    return parse_length(environ, _max_body_bytes(environ))


def _max_body_bytes(environ: Environ) -> int:
    """Return the maximum of a body: no operation that needs no credentials takes more than a small one."""
    has_credentials = (
        "HTTP_AUTHORIZATION" in environ
        or "HTTP_COOKIE" in environ
        or "X-Amz-Signature=" in environ["QUERY_STRING"]
    )
    return MAX_BODY_BYTES if has_credentials else SMALL_BODY_BYTES


def _build_request_context(
    request: Request, client_info: ClientInfo, region: str, request_id: str
) -> RequestContext:
    return RequestContext(
        request_id,
        request.source_ip,
        request.headers.get("user-agent", "")[:MAX_USER_AGENT_LENGTH],
        request.headers.get("referer", ""),
        request.secure,
        region,
        f"{'https' if client_info.secure else 'http'}://{client_info.host}",
    )
