"""Requests that are refused: S3's own errors, and what nginx is told of them."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from tests.forward_auth.proxy import (
    Proxy,
    session_credentials,
    without_permissions,
)
from tests.forward_auth.s3_signing import HOST, Key, S3Request, presigned, signed


class Refusal(NamedTuple):
    """A request that is refused, with the error of S3 and a part of its message."""

    request: Callable[[Proxy], S3Request]
    status: int
    code: str
    message: str


def ago(**duration: int) -> datetime:
    return datetime.now(UTC) - timedelta(**duration)


SKEWED = "The difference between the request time and the current time is too large."
NO_MATCH = "The request signature we calculated does not match"
V2_QUERY = "/bucket/key?AWSAccessKeyId=AKIA&Expires=2000000000&Signature=x"
REFUSALS: dict[str, Refusal] = {
    "not permitted": Refusal(
        lambda proxy: signed(without_permissions(proxy)),
        403,
        "AccessDenied",
        "is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket/key because",
    ),
    "not signed": Refusal(
        lambda _: S3Request("GET", "/bucket/key", {"host": HOST}),
        403,
        "AccessDenied",
        "Access Denied: the request is not signed.",
    ),
    "unknown key": Refusal(
        lambda _: signed(Key("AKIAAAAAAAAAAAAAAAAA", "x")), 403, "InvalidAccessKeyId", "does not exist"
    ),
    "wrong secret": Refusal(
        lambda proxy: signed(proxy.key._replace(secret_access_key="x")),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "other method": Refusal(
        lambda proxy: signed(proxy.key)._replace(method="DELETE"), 403, "SignatureDoesNotMatch", NO_MATCH
    ),
    "other target": Refusal(
        lambda proxy: signed(proxy.key)._replace(target="/bucket/other"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "other host": Refusal(
        lambda proxy: signed(proxy.key).with_headers(host="other.example.com"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "header that is not signed": Refusal(
        lambda proxy: signed(proxy.key).with_headers(x_amz_acl="public-read"),
        403,
        "SignatureDoesNotMatch",
        "'x-amz-acl' must be a 'SignedHeader'",
    ),
    "token that is not signed": Refusal(
        lambda proxy: signed(proxy.key).with_headers(x_amz_security_token="x"),
        403,
        "SignatureDoesNotMatch",
        "'x-amz-security-token' must be a 'SignedHeader'",
    ),
    "session without its token": Refusal(
        lambda proxy: signed(session_credentials(proxy.account)._replace(token=None)),
        403,
        "InvalidAccessKeyId",
        "does not exist",
    ),
    "long-term key with a token": Refusal(
        lambda proxy: signed(proxy.key._replace(token="x")), 403, "InvalidAccessKeyId", "does not exist"
    ),
    "signed too long ago": Refusal(
        lambda proxy: signed(proxy.key, at=ago(minutes=16)), 403, "RequestTimeTooSkewed", SKEWED
    ),
    "signed in the future": Refusal(
        lambda proxy: signed(proxy.key, at=ago(minutes=-16)), 403, "RequestTimeTooSkewed", SKEWED
    ),
    "presigned in the future": Refusal(
        lambda proxy: presigned(proxy.key, at=ago(minutes=-16)), 403, "RequestTimeTooSkewed", SKEWED
    ),
    "expired presigned URL": Refusal(
        lambda proxy: presigned(proxy.key, at=ago(seconds=70)), 403, "AccessDenied", "Request has expired"
    ),
    "presigned for more than a week": Refusal(
        lambda proxy: presigned(proxy.key, expires=604_801),
        400,
        "AuthorizationQueryParametersError",
        "X-Amz-Expires",
    ),
    "signed twice": Refusal(
        lambda proxy: presigned(proxy.key).with_headers(
            authorization=signed(proxy.key).headers["authorization"]
        ),
        400,
        "AuthorizationQueryParametersError",
        "not in both",
    ),
    "malformed signature": Refusal(
        lambda proxy: signed(proxy.key).with_headers(authorization="AWS4-HMAC-SHA256 Credential=x"),
        400,
        "AuthorizationHeaderMalformed",
        "requires 'Signature' parameter",
    ),
    "other service": Refusal(
        lambda proxy: signed(proxy.key, service="sts"),
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped to correct service: 's3'.",
    ),
    "Region that is none": Refusal(
        lambda proxy: signed(proxy.key, region="EU_1"), 403, "SignatureDoesNotMatch", "valid Region"
    ),
    "no payload hash": Refusal(
        lambda proxy: signed(proxy.key).without_header("x-amz-content-sha256"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "payload hash that is none": Refusal(
        lambda proxy: signed(proxy.key).with_headers(x_amz_content_sha256="x"),
        403,
        "SignatureDoesNotMatch",
        "must be UNSIGNED-PAYLOAD or a SHA-256 in hex",
    ),
    "other payload hash": Refusal(
        lambda proxy: signed(proxy.key, "PUT").with_headers(x_amz_content_sha256="UNSIGNED-PAYLOAD"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "chunks that are signed": Refusal(
        lambda proxy: signed(proxy.key, "PUT").with_headers(
            x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        ),
        501,
        "NotImplemented",
        "Chunks that are signed one by one (STREAMING-AWS4-HMAC-SHA256-PAYLOAD) cannot be passed on to this "
        "store. Turn chunked encoding off in the client, or use https, over which most clients send an "
        "unsigned payload.",
    ),
    "chunks that are signed, with a trailer": Refusal(
        lambda proxy: signed(proxy.key, "PUT").with_headers(
            x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        ),
        501,
        "NotImplemented",
        "Chunks that are signed one by one",
    ),
    "Signature Version 2": Refusal(
        lambda _: S3Request("GET", "/bucket/key", {"host": HOST, "authorization": "AWS AKIA:x"}),
        400,
        "InvalidRequest",
        "Please use AWS4-HMAC-SHA256.",
    ),
    "Signature Version 2 in the query": Refusal(
        lambda _: S3Request("GET", V2_QUERY, {"host": HOST}),
        400,
        "InvalidRequest",
        "Please use AWS4-HMAC-SHA256.",
    ),
    "asymmetric signature": Refusal(
        lambda proxy: signed(proxy.key).with_headers(authorization="AWS4-ECDSA-P256-SHA256 Credential=x"),
        400,
        "AuthorizationHeaderMalformed",
        "Unsupported AWS 'algorithm'",
    ),
    "ambiguous path": Refusal(
        lambda proxy: signed(proxy.key, target="/bucket/a//b"), 400, "InvalidURI", "segment"
    ),
    "ambiguous query": Refusal(
        lambda proxy: signed(proxy.key, target="/bucket?acl=&policy="), 400, "InvalidURI", "acl"
    ),
    "not in the map": Refusal(
        lambda proxy: signed(proxy.key, "PATCH"), 403, "AccessDenied", "Access Denied: "
    ),
    "not in the map, by its query": Refusal(
        lambda proxy: signed(proxy.key, target="/bucket/key?unknown=1"),
        403,
        "AccessDenied",
        "Access Denied: ",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_request_is_refused(proxy: Proxy, refusal: Refusal) -> None:
    request = refusal.request(proxy)
    explained = proxy.explain(request)
    assert (explained.status, explained.code) == (refusal.status, refusal.code)
    assert refusal.message in explained.message
    assert explained.headers["content-type"] == "application/xml"
    root = ET.fromstring(explained.body)
    assert root.findtext("Resource") == request.target.partition("?")[0]
    assert root.findtext("RequestId") == explained.headers["x-amz-request-id"]

    told_to_nginx = proxy.authorize(request)
    assert (told_to_nginx.status, told_to_nginx.body) == (403, b"")
    for response in (explained, told_to_nginx):
        assert response.headers["cache-control"] == "no-store"
        assert not any(name.startswith("x-iamd") for name in response.headers)


@pytest.mark.parametrize("name", ["not permitted", "wrong secret", "ambiguous path", "not in the map"])
def test_refusal_of_head_has_no_document(proxy: Proxy, name: str) -> None:
    request = REFUSALS[name].request(proxy)._replace(method="HEAD")
    response = proxy.explain(request)
    assert response.status in (400, 403)
    assert response.body == b""
    assert response.headers["content-length"] == "0"


OWN_OPERATIONS = [
    ("DeleteBucket", "DELETE", "/bucket"),
    ("DeleteBucketPolicy", "DELETE", "/bucket?policy="),
    ("DeleteObjects", "POST", "/bucket?delete="),
    ("GetBucketPolicy", "GET", "/bucket?policy="),
    ("GetBucketPolicyStatus", "GET", "/bucket?policyStatus="),
    ("PutBucketPolicy", "PUT", "/bucket?policy="),
]


@pytest.mark.parametrize(("operation", "method", "target"), OWN_OPERATIONS)
def test_operation_that_iamd_answers_is_not_for_the_store(
    proxy: Proxy, operation: str, method: str, target: str
) -> None:
    request = signed(proxy.key, method, target)
    response = proxy.explain(request)
    assert (response.status, response.code) == (403, "AccessDenied")
    assert response.message == (
        f"Access Denied: the proxy must pass {operation} to iamd; see docs/services.md."
    )
    assert proxy.authorize(request).status == 403
