"""Faults in S3's words: codes, statuses and error documents that clients can read."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.core.errors import (
    AccessDenied,
    ExpiredToken,
    Fault,
    IncompleteSignature,
    InternalFailure,
    InvalidApiKey,
    InvalidClientTokenId,
    MalformedInput,
    MissingAuthenticationToken,
    MissingContentLength,
    NoSuchBucketPolicy,
    RequestEntityTooLarge,
    ServiceUnavailable,
    SignatureDoesNotMatch,
    SignatureExpired,
    SignatureNotYetCurrent,
    Throttling,
)
from iamd.forward_auth import s3_errors
from iamd.forward_auth.delete_request import MalformedXml
from iamd.forward_auth.mapping_faults import InvalidUri
from iamd.forward_auth.s3_authorization import UnsupportedSignature
from iamd.forward_auth.s3_errors import S3Error
from iamd.forward_auth.signing_rules import SignedStream
from tests.examples import examples

MESSAGE = "the reason"
SKEWED = "The difference between the request time and the current time is too large."
NO_KEY = "The AWS Access Key Id you provided does not exist in our records."
SLOW_DOWN = "Please reduce your request rate."
UNSIGNED = "Access Denied: the request is not signed."

# Fault, code, status, and the message if it is another one.
FAULTS: list[tuple[type[Fault], str, int, str]] = [
    (AccessDenied, "AccessDenied", 403, MESSAGE),
    (SignatureDoesNotMatch, "SignatureDoesNotMatch", 403, MESSAGE),
    (SignatureExpired, "RequestTimeTooSkewed", 403, SKEWED),
    (SignatureNotYetCurrent, "RequestTimeTooSkewed", 403, SKEWED),
    (IncompleteSignature, "AuthorizationHeaderMalformed", 400, MESSAGE),
    (MissingAuthenticationToken, "AccessDenied", 403, UNSIGNED),
    (InvalidClientTokenId, "InvalidAccessKeyId", 403, NO_KEY),
    (ExpiredToken, "ExpiredToken", 400, "The provided token has expired."),
    (Throttling, "SlowDown", 503, SLOW_DOWN),
    (ServiceUnavailable, "ServiceUnavailable", 503, MESSAGE),
    (InternalFailure, "InternalError", 500, MESSAGE),
    (InvalidApiKey, "InvalidApiKey", 401, MESSAGE),
    (InvalidUri, "InvalidURI", 400, MESSAGE),
    (UnsupportedSignature, "InvalidRequest", 400, MESSAGE),
    (SignedStream, "NotImplemented", 501, MESSAGE),
    (MalformedXml, "MalformedXML", 400, MESSAGE),
    (NoSuchBucketPolicy, "NoSuchBucketPolicy", 404, MESSAGE),
    (MissingContentLength, "MissingContentLength", 411, MESSAGE),
    (RequestEntityTooLarge, "MaxMessageLengthExceeded", 400, MESSAGE),
    (MalformedInput, "InvalidRequest", 400, MESSAGE),
]
# Those that are different for a presigned URL.
PRESIGNED: list[tuple[type[Fault], str, int, str]] = [
    (SignatureExpired, "AccessDenied", 403, "Request has expired"),
    (SignatureNotYetCurrent, "RequestTimeTooSkewed", 403, SKEWED),
    (SignatureDoesNotMatch, "SignatureDoesNotMatch", 403, MESSAGE),
    (IncompleteSignature, "AuthorizationQueryParametersError", 400, MESSAGE),
    (AccessDenied, "AccessDenied", 403, MESSAGE),
]


@pytest.mark.parametrize(("fault", "code", "status", "message"), FAULTS)
def test_fault_of_a_signed_request(fault: type[Fault], code: str, status: int, message: str) -> None:
    assert s3_errors.from_fault(fault(MESSAGE), is_presigned=False) == S3Error(code, status, message)


@pytest.mark.parametrize(("fault", "code", "status", "message"), PRESIGNED)
def test_fault_of_a_presigned_request(fault: type[Fault], code: str, status: int, message: str) -> None:
    assert s3_errors.from_fault(fault(MESSAGE), is_presigned=True) == S3Error(code, status, message)


def test_document() -> None:
    assert S3Error("AccessDenied", 403, "a < b").document("/bucket/a&b", "ID").decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Error><Code>AccessDenied</Code><Message>a &lt; b</Message>"
        "<Resource>/bucket/a&amp;b</Resource><RequestId>ID</RequestId></Error>"
    )


any_text = st.text(st.characters(), max_size=60)  # with surrogates too


@examples(300)
@given(any_text, any_text)
def test_document_is_well_formed_whatever_the_client_sent(message: str, resource: str) -> None:
    root = ET.fromstring(S3Error("AccessDenied", 403, message).document(resource, "ID"))
    assert [element.tag for element in root] == ["Code", "Message", "Resource", "RequestId"]
    assert len(root.findtext("Message") or "") == len(message)
    assert len(root.findtext("Resource") or "") == len(resource)


@pytest.mark.parametrize("character", ["\0", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_characters_that_xml_cannot_carry_are_replaced(character: str) -> None:
    root = ET.fromstring(S3Error("AccessDenied", 403, "").document(f"/a{character}b", "ID"))
    assert root.findtext("Resource") == "/a\N{REPLACEMENT CHARACTER}b"
