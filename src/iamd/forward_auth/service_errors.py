"""Faults as services of one's own tell them: JSON, as AWS's JSON services do."""

import json
from http import HTTPStatus

from iamd.core.errors import AccessDenied, Fault, InternalFailure, Throttling

_CODES: dict[type[Fault], str] = {AccessDenied: "AccessDeniedException"}


def status(fault: Fault) -> int:
    """Return the HTTP status: 429 (RFC 6585) for a client that asks too often."""
    return HTTPStatus.TOO_MANY_REQUESTS if isinstance(fault, Throttling) else fault.status


def code(fault: Fault) -> str:
    """Return the error code, as the JSON protocols have it."""
    return _CODES.get(type(fault), fault.code)


def message(fault: Fault) -> str:
    """Return what the client is told."""
    return "The request failed. Try again later." if isinstance(fault, InternalFailure) else fault.message


def document(fault: Fault, request_id: str) -> bytes:
    """Return the error document."""
    return json.dumps({"__type": code(fault), "message": message(fault), "requestId": request_id}).encode()
