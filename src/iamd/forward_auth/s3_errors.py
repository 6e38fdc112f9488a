"""Faults as S3 tells them: its own codes, statuses and error document.

The codes are those of "Error responses" in the S3 API reference.
"""

from http import HTTPStatus
from typing import NamedTuple

from iamd.core.errors import (
    ExpiredToken,
    Fault,
    IncompleteSignature,
    InternalFailure,
    InvalidClientTokenId,
    MalformedInput,
    MissingAuthenticationToken,
    RequestEntityTooLarge,
    ServiceUnavailable,
    SignatureDoesNotMatch,
    SignatureExpired,
    SignatureNotYetCurrent,
    Throttling,
)
from iamd.forward_auth.xml_text import DECLARATION, escape

# Faults whose message stays as it is, under another code; their subclasses have codes of S3.
_OTHER_CODES: dict[type[Fault], tuple[str, int]] = {
    InternalFailure: ("InternalError", HTTPStatus.INTERNAL_SERVER_ERROR),
    MalformedInput: ("InvalidRequest", HTTPStatus.BAD_REQUEST),
    RequestEntityTooLarge: ("MaxMessageLengthExceeded", HTTPStatus.BAD_REQUEST),
}


class S3Error(NamedTuple):
    """An error as S3 clients know it."""

    code: str
    status: int
    message: str

    def document(self, resource: str, request_id: str) -> bytes:
        """Return the XML document; `resource` is the requested path."""
        return (
            f"{DECLARATION}<Error><Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message>"
            f"<Resource>{escape(resource)}</Resource><RequestId>{escape(request_id)}</RequestId></Error>"
        ).encode()


def from_fault(fault: Fault, *, is_presigned: bool) -> S3Error:
    """Return the S3 error of a fault, which may depend on where the signature was."""
    if isinstance(fault, SignatureDoesNotMatch):
        return _signature_error(fault, is_presigned=is_presigned)
    if isinstance(fault, IncompleteSignature):
        code = "AuthorizationQueryParametersError" if is_presigned else "AuthorizationHeaderMalformed"
        return S3Error(code, HTTPStatus.BAD_REQUEST, fault.message)
    if isinstance(fault, MissingAuthenticationToken):
        return S3Error("AccessDenied", HTTPStatus.FORBIDDEN, "Access Denied: the request is not signed.")
    if isinstance(fault, InvalidClientTokenId):
        message = "The AWS Access Key Id you provided does not exist in our records."
        return S3Error("InvalidAccessKeyId", HTTPStatus.FORBIDDEN, message)
    if isinstance(fault, ExpiredToken):
        return S3Error("ExpiredToken", HTTPStatus.BAD_REQUEST, "The provided token has expired.")
    if isinstance(fault, Throttling):
        return S3Error("SlowDown", HTTPStatus.SERVICE_UNAVAILABLE, "Please reduce your request rate.")
    if isinstance(fault, ServiceUnavailable):
        return S3Error("ServiceUnavailable", HTTPStatus.SERVICE_UNAVAILABLE, fault.message)
    code, status = _OTHER_CODES.get(type(fault), (fault.code, fault.status))
    return S3Error(code, status, fault.message)


def _signature_error(fault: Fault, *, is_presigned: bool) -> S3Error:
    if isinstance(fault, SignatureExpired) and is_presigned:
        return S3Error("AccessDenied", HTTPStatus.FORBIDDEN, "Request has expired")
    if isinstance(fault, SignatureExpired | SignatureNotYetCurrent):
        message = "The difference between the request time and the current time is too large."
        return S3Error("RequestTimeTooSkewed", HTTPStatus.FORBIDDEN, message)
    return S3Error("SignatureDoesNotMatch", HTTPStatus.FORBIDDEN, fault.message)
