"""The AWS door: a WSGI callable that speaks the Query protocol of IAM and STS on `/`."""

import gzip
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, NamedTuple

from iamd.api.gate import Gate
from iamd.api.origin import Origin, Seen
from iamd.api.proof import LONGEST_USER_AGENT, Circumstances, Proof, SessionProof
from iamd.core import ids, models
from iamd.core.errors import (
    Fault,
    InternalFailure,
    InvalidAction,
    MalformedInput,
    MissingAction,
    MissingContentLength,
    RequestEntityTooLarge,
    SignatureDoesNotMatch,
)
from iamd.core.logs import LOGGER
from iamd.core.models import OperationModel
from iamd.ops.operation import Operation
from iamd.wire import console, constraints, query, sigv4, xml
from iamd.wire.request import Request

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Served = Mapping[str, Mapping[str, Operation]]

MAX_BODY = 1024 * 1024
MAX_HEADERS = 16 * 1024
_LENGTH_DIGITS = 9
_UNKNOWN = "NO_VERSION_SPECIFIED"
_OWN_REGION = "us-east-1"
_LONG_REPLY = 64 * 1024


class _Answer(NamedTuple):
    status: int
    body: bytes


class Endpoint:
    """Reads a request, has the gate answer it, and renders the answer.

    `turn` is taken once a request's bytes are there; a slow client holds nobody up.
    """

    def __init__(
        self,
        gate: Gate,
        served: Served,
        origin: Origin,
        turn: AbstractContextManager[None],
    ) -> None:
        self._gate = gate
        self._served = served
        self._origin = origin
        self._turn = turn

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request_id = ids.request()
        answer = self._answer(environ, request_id)
        body, packing = _packed(environ, answer.body)
        headers = [
            *packing,
            ("Content-Type", "text/xml"),
            ("Content-Length", str(len(body))),
            ("x-amzn-RequestId", request_id),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [body]

    def _answer(self, environ: Environ, request_id: str) -> _Answer:
        namespace = models.load("iam").namespace
        try:
            body = _body(environ)
            with self._turn:
                form = query.read_form(environ["QUERY_STRING"], body, environ.get("CONTENT_TYPE", ""))
                model = _chosen(form)
                namespace = model.namespace
                return self._serve(model, form, environ, body, request_id)
        except Fault as fault:
            return _refusal(fault, request_id, namespace)
        except Exception:  # noqa: BLE001 - logged whole, told as InternalFailure
            # A bug. The caller is told so much and no more; the log has the rest.
            LOGGER.exception("request %s failed", request_id)
            return _refusal(InternalFailure("The request failed. Try again later."), request_id, namespace)

    def _serve(
        self, model: OperationModel, form: query.Form, environ: Environ, body: bytes, request_id: str
    ) -> _Answer:
        operation = self._served[model.service].get(model.name)
        if operation is None:
            raise _no_such_operation(model.name, model.version)
        seen = self._origin.see(environ)
        request = _request(environ, seen, body)
        proof, region = self._proof(model, request, seen)
        around = _circumstances(request, seen, region, request_id)
        reply = self._gate.call(operation, proof, lambda: _params(model, form), around)
        return _Answer(200, xml.renderer(model)(reply, request_id))

    def _proof(
        self, model: OperationModel, request: Request, seen: Seen
    ) -> tuple[Proof | SessionProof | None, str]:
        """Return how the caller is proved, by a session or a signature, and the region that it names.

        Where an operation is not signed, credentials that come along all the same are not looked at.
        """
        if not model.signed:
            return None, _OWN_REGION
        session = console.read(request, seen)
        if session is not None:
            return session, _OWN_REGION
        claim = sigv4.read(request, self._gate.now())
        if claim.service != model.service:
            raise SignatureDoesNotMatch(f"Credential should be scoped to correct service: '{model.service}'.")
        proof = Proof(claim.access_key_id, claim.session_token, lambda secret: sigv4.verify(claim, secret))
        return proof, claim.region


def _packed(environ: Environ, body: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """Pack a long reply to the console, whose users may be far away; SDKs do not ask for that."""
    wanted = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and "HTTP_X_IAMD_CONSOLE" in environ
    if not wanted or len(body) < _LONG_REPLY:
        return body, []
    return gzip.compress(body, compresslevel=4, mtime=0), [("Content-Encoding", "gzip")]


def _params(model: OperationModel, form: query.Form) -> dict[str, Any]:
    params = query.decoder(model.input)(form)
    constraints.checker(model.input)(params)
    return params


def _chosen(form: query.Form) -> OperationModel:
    action, version = form.get("Action"), form.get("Version", _UNKNOWN)
    if not action:
        raise MissingAction("The request must contain the parameter Action.")
    service = models.by_version().get(version)
    model = service.operations.get(action) if service else None
    if model is None:
        raise _no_such_operation(action, version)
    return model


def _no_such_operation(action: str, version: str) -> InvalidAction:
    return InvalidAction(f"Could not find operation {action[:128]} for version {version[:32]}")


def _refusal(fault: Fault, request_id: str, namespace: str) -> _Answer:
    sender = fault.status < HTTPStatus.INTERNAL_SERVER_ERROR
    body = xml.error_document(fault.code, fault.message, request_id, namespace, sender)
    return _Answer(fault.status, body)


def _body(environ: Environ) -> bytes:
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise MissingContentLength("The request must have a Content-Length and no Transfer-Encoding.")
    if environ["REQUEST_METHOD"] not in ("GET", "POST"):
        raise MalformedInput("The request must be a GET or a POST.")
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > _LENGTH_DIGITS or int(length) > MAX_BODY:
        raise RequestEntityTooLarge(f"The request is larger than {MAX_BODY} bytes.")
    if length == "0":
        return b""
    body: bytes = environ["wsgi.input"].read(int(length))
    if len(body) != int(length):
        raise MalformedInput("The request ended before its Content-Length.")
    return body


def _request(environ: Environ, seen: Seen, body: bytes) -> Request:
    if not seen.host or "," in seen.host:
        raise MalformedInput("The request must have one Host.")
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if "CONTENT_TYPE" in environ:
        headers["content-type"] = environ["CONTENT_TYPE"]
    if "CONTENT_LENGTH" in environ:
        headers["content-length"] = environ["CONTENT_LENGTH"]
    headers["host"] = seen.host
    return Request(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        headers,
        body,
        seen.source_ip,
        seen.secure,
    )


def _circumstances(request: Request, seen: Seen, region: str, request_id: str) -> Circumstances:
    return Circumstances(
        request_id,
        request.source_ip,
        request.headers.get("user-agent", "")[:LONGEST_USER_AGENT],
        request.headers.get("referer", ""),
        request.secure,
        region,
        f"{'https' if seen.secure else 'http'}://{seen.host}",
    )
