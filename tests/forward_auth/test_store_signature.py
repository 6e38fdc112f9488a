"""The signature for the store: that of botocore for the same request, and nothing of the client's."""

import hashlib
from datetime import UTC, datetime
from unittest import mock
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from iamd.forward_auth import store_signature
from iamd.forward_auth.backend import Backend, parse_backend
from iamd.forward_auth.signing_rules import UNSIGNED_PAYLOAD, UNSIGNED_STREAM
from iamd.wire.request import Request
from tests.examples import examples

NOW = datetime(2026, 11, 24, 12, 0, 59, tzinfo=UTC)
BACKEND = parse_backend("http://STOREKEY:store%2Fsecret@store:8333", "eu-west-1")
EMPTY = hashlib.sha256(b"").hexdigest()
# How botocore is told to declare these hashes.
CONTEXTS = {
    UNSIGNED_PAYLOAD: {"client_config": Config(s3={"payload_signing_enabled": False})},
    UNSIGNED_STREAM: {"checksum": {"request_algorithm": {"in": "trailer"}}},
}


def request(query: str = "", method: str = "GET", **headers: str) -> Request:
    """Return a client's request; `headers` have underscores in place of hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    host = {"host": "s3.example.com"}
    return Request(method, "/ignored", query, host | named, b"", "203.0.113.9", secure=True)


def botocore_headers(
    unsigned: Request, path: str, query: str, payload_hash: str, backend: Backend
) -> dict[str, str]:
    """Return the headers of the request that botocore signs with the store's credentials."""
    url = f"{backend.scheme}://{backend.host}{path}"
    headers = {name: value for name, value in unsigned.headers.items() if name.startswith("x-amz-")}
    aws_request = AWSRequest(unsigned.method, f"{url}?{query}" if query else url, headers, b"")
    aws_request.context.update(CONTEXTS.get(payload_hash, {}))
    key = Credentials(backend.access_key_id, backend.secret_access_key)
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
        S3SigV4Auth(key, "s3", backend.region).add_auth(aws_request)
    return {name.lower(): value for name, value in aws_request.headers.items()}


def check(unsigned: Request, path: str, backend: Backend = BACKEND) -> None:
    """Check that the signature is botocore's; its host is that of the store."""
    signature = store_signature.sign(unsigned, path, backend, NOW)
    query = unsigned.query
    expected = botocore_headers(unsigned, path, query, signature.payload_hash, backend)
    assert signature.authorization == expected["authorization"]
    assert signature.date == expected["x-amz-date"]
    assert signature.payload_hash == expected["x-amz-content-sha256"]
    assert signature.target == (f"{path}?{query}" if query else path)


PATHS = [
    "/",
    "/bucket",
    "/bucket/",
    "/bucket/key",
    "/bucket/a%20b/%C3%BC/~tilde-_.",
    "/bucket/%2541%2Bb",
    "/bucket/a%3Db%26c%21%27%28%29%2A",
]
QUERIES = [
    "",
    "acl=",
    "list-type=2&prefix=a%2Fb%20c&delimiter=%2F",
    "b=2&a=1&a=0",
    "partNumber=1&uploadId=x%3D%3D",
]
HEADERS = [
    {"x_amz_content_sha256": EMPTY},
    {"x_amz_content_sha256": UNSIGNED_PAYLOAD},
    {"x_amz_content_sha256": UNSIGNED_STREAM, "x_amz_trailer": "x-amz-checksum-crc32"},
    {"x_amz_content_sha256": EMPTY, "x_amz_meta_b": "  two   words ", "x_amz_meta_a": "1"},
    {"x_amz_content_sha256": EMPTY, "x_amz_copy_source": "bucket/a%20b", "x_amz_acl": "private"},
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", QUERIES)
def test_signature_is_that_of_botocore(path: str, query: str) -> None:
    check(request(query, x_amz_content_sha256=EMPTY), path)


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_headers_are_signed_as_by_botocore(method: str, headers: dict[str, str]) -> None:
    check(request(method=method, **headers), "/bucket/key")


@pytest.mark.parametrize(
    "url", ["http://K:s@store", "https://K:s@store.example.com:443", "http://K:s@[::1]:8333"]
)
def test_host_is_signed_as_clients_send_it(url: str) -> None:
    check(request(x_amz_content_sha256=EMPTY), "/bucket/key", parse_backend(url, "us-east-1"))


@pytest.mark.parametrize("target", ["a=b+c", "acl", "a=b=c", "%61cl=&b=%7e"])
def test_query_that_botocore_would_not_write_is_signed_in_the_canonical_form(target: str) -> None:
    canonical = {
        "a=b+c": "a=b%20c",
        "acl": "acl=",
        "a=b=c": "a=b%3Dc",
        "%61cl=&b=%7e": "acl=&b=~",
    }[target]
    signature = store_signature.sign(request(target), "/bucket/key", BACKEND, NOW)
    expected = store_signature.sign(request(canonical), "/bucket/key", BACKEND, NOW)
    assert signature.authorization == expected.authorization
    assert signature.target == f"/bucket/key?{target}"


texts = st.text(min_size=1, max_size=12)
paths = st.lists(texts, min_size=1, max_size=4).map(
    lambda segments: "".join(f"/{quote(segment, safe='/~')}" for segment in segments)
)
pairs = st.tuples(texts.filter(lambda name: not name.lower().startswith("x-amz-")), st.text(max_size=12))
queries = st.lists(pairs, max_size=4).map(
    lambda items: "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in items)
)
values = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20)
metadata = st.dictionaries(st.from_regex(r"x-amz-meta-[a-z0-9-]{1,10}", fullmatch=True), values, max_size=4)


@examples(150)
@given(paths, queries, metadata)
def test_any_signature_is_that_of_botocore(path: str, query: str, headers: dict[str, str]) -> None:
    signed = request(query, x_amz_content_sha256=EMPTY)
    check(signed._replace(headers={**signed.headers, **headers}), path)


PRESIGNED = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=K%2F1&X-Amz-Date=1&X-Amz-Expires=9"
REMOVED: list[tuple[str, str]] = [
    (f"{PRESIGNED}&X-Amz-SignedHeaders=host&X-Amz-Signature=0", ""),
    (f"{PRESIGNED}&X-Amz-Security-Token=x&versionId=1&X-Amz-Signature=0", "versionId=1"),
    ("b=%2a&X-Amz-Signature=0&a=+1&c", "b=%2a&a=+1&c"),
    ("x-amz-signature=0&X-AMZ-DATE=1&a=1", "a=1"),
    ("%58-Amz-Signature=0&X%2DAmz%2dSignature=1&a=1", "a=1"),
    ("X-Amz-Signature&a=1", "a=1"),
    ("X-Amz-Unknown=1&x-amz-acl=public-read&a=1", "a=1"),
    ("x-amz=1&xx-amz-date=1&a=X-Amz-Date", "x-amz=1&xx-amz-date=1&a=X-Amz-Date"),
    ("%2558-Amz-Signature=0", "%2558-Amz-Signature=0"),  # is no parameter of that name to anyone
    ("", ""),
]


@pytest.mark.parametrize(("query", "expected"), REMOVED)
def test_presigned_parameters_are_removed_and_others_stay_as_they_are(query: str, expected: str) -> None:
    signature = store_signature.sign(request(query), "/bucket/key", BACKEND, NOW)
    assert signature.target == (f"/bucket/key?{expected}" if expected else "/bucket/key")
    assert signature == store_signature.sign(request(expected), "/bucket/key", BACKEND, NOW)


def test_presigned_request_has_an_unsigned_payload() -> None:
    signature = store_signature.sign(request(PRESIGNED), "/bucket/key", BACKEND, NOW)
    assert signature.payload_hash == UNSIGNED_PAYLOAD


def test_nothing_else_of_the_client_is_signed() -> None:
    headers = {"x_amz_content_sha256": EMPTY, "x_amz_acl": "private"}
    others = {
        "authorization": "AWS4-HMAC-SHA256 Credential=CLIENTKEY/…",
        "x_amz_date": "20200101T000000Z",
        "x_amz_security_token": "token",
        "range": "bytes=0-1",
        "content_type": "text/plain",
    }
    signature = store_signature.sign(request(**headers, **others), "/bucket/key", BACKEND, NOW)
    assert signature == store_signature.sign(request(**headers), "/bucket/key", BACKEND, NOW)
    assert "SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date," in signature.authorization
    assert signature.date == "20261124T120059Z"
