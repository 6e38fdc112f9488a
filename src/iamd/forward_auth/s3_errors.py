"""Faults as S3 tells them: its own codes, statuses and error document.

The codes are those of "Error responses" in the S3 API reference.
"""

from http import HTTPStatus
from typing import NamedTuple
from xml.sax.saxutils import escape

from iamd.core.errors import (
    ExpiredToken,
    Fault,
    IncompleteSignature,
    InvalidClientTokenId,
    MissingAuthenticationToken,
    ServiceUnavailable,
    SignatureDoesNotMatch,
    SignatureExpired,
    SignatureNotYetCurrent,
    Throttling,
)

# Characters that XML 1.0 cannot contain, whatever a client has in its path.
_CONTROL_CHARACTERS = {code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if code not in (9, 10, 13)}


class S3Error(NamedTuple):
    """An error as S3 clients know it."""

    code: str
    status: int
    message: str

    def document(self, resource: str, request_id: str) -> bytes:
        """Return the XML document; `resource` is the requested path."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{_text(self.code)}</Code><Message>{_text(self.message)}</Message>"
            f"<Resource>{_text(resource)}</Resource><RequestId>{_text(request_id)}</RequestId></Error>"
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
    return S3Error(fault.code, fault.status, fault.message)


def _signature_error(fault: Fault, *, is_presigned: bool) -> S3Error:
    if isinstance(fault, SignatureExpired) and is_presigned:
        return S3Error("AccessDenied", HTTPStatus.FORBIDDEN, "Request has expired")
    if isinstance(fault, SignatureExpired | SignatureNotYetCurrent):
        message = "The difference between the request time and the current time is too large."
        return S3Error("RequestTimeTooSkewed", HTTPStatus.FORBIDDEN, message)
    return S3Error("SignatureDoesNotMatch", HTTPStatus.FORBIDDEN, fault.message)


def _text(text: str) -> str:
    return escape(text.translate(_CONTROL_CHARACTERS))
