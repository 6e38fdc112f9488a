"""Requests that iamd answers itself, with their bodies."""

import xml.etree.ElementTree as ET

import pytest

from iamd.forward_auth import delete_request, xml_text
from iamd.forward_auth.endpoint import (
    REQUESTS_PATH,
)
from tests.api.test_audit import eventually
from tests.forward_auth import s3_signing
from tests.forward_auth.proxy import (
    Proxy,
)
from tests.forward_auth.s3_signing import Key, S3Request, signed
from tests.servers import allow


def delete_objects(proxy: Proxy, key: Key | None = None, **headers: str) -> S3Request:
    """Return DeleteObjects with an unsigned payload."""
    payload = s3_signing.UNSIGNED_PAYLOAD
    return signed(
        key or proxy.key, "POST", "/bucket?delete=", at=None, context=payload, content_type="x/y", **headers
    )


DELETE = b"<Delete><Object><Key>a</Key></Object></Delete>"
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "MalformedXML"),
    "text": (b"text", "MalformedXML"),
    "other document": (b"<Tagging/>", "MalformedXML"),
    "document type": (b"<!DOCTYPE Delete>" + DELETE, "MalformedXML"),
    "unknown encoding": (b'<?xml version="1.0" encoding="none"?>' + DELETE, "MalformedXML"),
    "condition": (DELETE.replace(b"</Key>", b"</Key><ETag>x</ETag>"), "MalformedXML"),
    "store that cannot be reached": (DELETE, "ServiceUnavailable"),
}


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES.keys())
def test_body_of_delete_objects(proxy: Proxy, body: bytes, code: str) -> None:
    response = proxy.pass_on(delete_objects(proxy), body)
    assert (response.status, response.code) == (503 if code == "ServiceUnavailable" else 400, code)


def test_body_must_have_the_hash_that_is_signed(proxy: Proxy) -> None:
    request = signed(proxy.key, "POST", "/bucket?delete=")
    response = proxy.pass_on(request, DELETE)
    assert (response.status, response.code) == (400, "XAmzContentSHA256Mismatch")


def test_body_in_chunks_is_refused(proxy: Proxy) -> None:
    request = signed(proxy.key, "POST", "/bucket?delete=", context=s3_signing.UNSIGNED_STREAM)
    response = proxy.pass_on(request, DELETE)
    assert (response.status, response.code) == (400, "InvalidRequest")


def test_body_that_is_too_large(proxy: Proxy) -> None:
    headers = {**proxy.headers(delete_objects(proxy)), "Content-Length": str(2 * 1024 * 1024 + 1)}
    response = proxy.ask(REQUESTS_PATH, headers, "POST")
    assert (response.status, response.code) == (400, "MaxMessageLengthExceeded")


def test_body_that_belongs_to_the_store(proxy: Proxy) -> None:
    request = signed(proxy.key, "PUT", context=s3_signing.UNSIGNED_PAYLOAD)
    response = proxy.pass_on(request, b"content")
    assert (response.status, response.code) == (400, "InvalidRequest")
    assert response.message == "The proxy must pass this request on to the store."


def test_objects_that_may_not_be_deleted_are_errors(proxy: Proxy) -> None:
    bob = Key(*proxy.account.key_of("bob", allow("s3:*", resource="arn:aws:s3:::bucket/bob/*")))
    denied, ambiguous = ("eve/a", "a&<>"), ("a\r", "bob//a", "bob/../a")
    keys = {**dict.fromkeys(denied, "AccessDenied"), **dict.fromkeys(ambiguous, "InvalidURI")}
    objects = "".join(f"<Object><Key>{xml_text.escape(key)}</Key></Object>" for key in keys)
    response = proxy.pass_on(delete_objects(proxy, bob), f"<Delete>{objects}</Delete>".encode())
    assert response.status == 200  # the store was not asked
    namespace = f"{{{delete_request.NAMESPACE}}}"
    errors = ET.fromstring(response.body).findall(f"{namespace}Error")
    assert {error.findtext(f"{namespace}Key"): error.findtext(f"{namespace}Code") for error in errors} == keys
    records = eventually(proxy.account, "DeleteObjects", len(denied))
    assert {record["requestParameters"]["key"] for record in records} == set(denied)
