"""Faults as AWS's services tell them, so that every SDK can read them.

The JSON protocols have the code in the document, the REST protocol in the header `x-amzn-ErrorType`. The
query protocol has a document in XML. Sources: the AWS protocols of the Smithy specification, "Operation
error serialization"; the API reference of SNS, "Common errors".
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from iamd.core.errors import AccessDenied, Fault
from iamd.forward_auth import service_errors
from iamd.forward_auth.xml_text import escape

_QUERY_CODES = {"sns": "AuthorizationError"}  # of a denial; other services have AccessDenied
_FORM = "application/x-www-form-urlencoded"


class AwsError(NamedTuple):
    """The headers of an error, and its document."""

    headers: list[tuple[str, str]]
    document: bytes


def from_fault(fault: Fault, environ: Mapping[str, Any], request_id: str) -> AwsError:
    """Return a fault in the protocol of a client's request, whose headers are in a WSGI environment."""
    if _is_query(environ):
        return AwsError([("Content-Type", "text/xml")], _xml(fault, signing_name(environ), request_id))
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", service_errors.code(fault))]
    return AwsError(headers, service_errors.document(fault, request_id))


def _is_query(environ: Mapping[str, Any]) -> bool:
    if environ.get("HTTP_X_AMZ_TARGET"):
        return False
    query = str(environ.get("HTTP_X_FORWARDED_URI", "")).partition("?")[2]
    return str(environ.get("CONTENT_TYPE", "")).lower().startswith(_FORM) or "Action=" in query


def signing_name(environ: Mapping[str, Any]) -> str:
    """Return the service of the credential scope, whether the signature is valid or not."""
    scope = str(environ.get("HTTP_AUTHORIZATION", "")).partition("Credential=")[2].partition(",")[0]
    return scope.split("/")[3] if scope.count("/") == 4 else ""


def _xml(fault: Fault, service: str, request_id: str) -> bytes:
    code = fault.code
    if isinstance(fault, AccessDenied):
        code = _QUERY_CODES.get(service, code)
    kind = "Sender" if service_errors.status(fault) < 500 else "Receiver"
    message = escape(service_errors.message(fault))
    return (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
