"""Requests that must not pass real proxies: altered, ambiguous, forged and not permitted ones.

bob may read and write his home in a bucket, and list it. Whatever else he sends must not reach the store.
"""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

import pytest

from tests import servers
from tests.forward_auth import proxies, recording_store
from tests.forward_auth.conftest import ACCOUNT_IDS, create_api_key
from tests.forward_auth.recording_store import Head, RecordingStore
from tests.forward_auth.s3_signing import Key, S3Request, presigned, signed
from tests.servers import allow

# Each proxy is started once.
pytestmark = pytest.mark.xdist_group("proxied-store")

HOST = "s3.example.com"
HOME = "/bucket/home/bob"


class Target(NamedTuple):
    """A gateway in front of a store that records, and bob's key."""

    proxy: str
    port: int
    store: RecordingStore
    bob: Key

    def send(self, request: S3Request | bytes, *lines: str) -> bytes:
        """Send a request, with extra header lines; return the beginning of the response."""
        data = request if isinstance(request, bytes) else serialize(request, *lines)
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(data)
            return connection.recv(65_536)

    def assert_refused(self, response: bytes, expected: int) -> None:
        """Check that a request has not passed: with this status by nginx, others have their own for some."""
        assert self.store.take() == []
        assert status(response) == expected or (self.proxy != "nginx" and status(response) >= 400), response


def serialize(request: S3Request, *lines: str, version: str = "HTTP/1.1") -> bytes:
    head = [f"{request.method} {request.target} {version}", "Connection: close"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*head, *lines, "", ""]).encode("latin-1")


def status(response: bytes) -> int:
    """Return the status of a response; 0 if the connection was closed without one."""
    return int(response.split(b" ", 2)[1]) if response else 0


@pytest.fixture(scope="module", params=proxies.S3_NAMES)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("attacks")
    hosts = {"IAMD_S3_HOSTS": HOST, "IAMD_S3_ACCOUNTS": ACCOUNT_IDS[0]}
    bucket = "arn:aws:s3:::bucket"
    with (
        recording_store.running() as recording,
        servers.serving_new_store(folder / "data", IAMD_S3_STORE=recording.store.url, **hosts) as server,
    ):
        account = servers.create_account(server, ACCOUNT_IDS[0])
        listing = {"StringLike": {"s3:prefix": "home/bob/*"}}
        bob = account.key_of(
            "bob",
            allow("s3:GetObject", "s3:PutObject", "s3:DeleteObject", resource=f"{bucket}/home/bob/*"),
            allow("s3:ListBucket", resource=bucket, Condition=listing),
            allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.9"}}),
        )
        ask = allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/s3")
        api_key = create_api_key(account, ask)
        settings = {"IAMD_S3_STORE": recording.store.url, **hosts}
        with proxies.running(request.param, folder, server, api_key, **settings) as url:
            yield Target(request.param, int(url.rpartition(":")[2]), recording, Key(*bob))


# What passes, so that the attacks are refused for no other reason than theirs.

PASSED: dict[str, tuple[Callable[[Key], S3Request], str]] = {
    "read": (lambda bob: signed(bob, target=f"{HOME}/a%20b"), f"GET {HOME}/a%20b"),
    "bucket in the host": (
        lambda bob: signed(bob, target="/home/bob/a", host=f"bucket.{HOST}"),
        f"GET {HOME}/a",
    ),
    "write": (lambda bob: signed(bob, "PUT", f"{HOME}/a", content_length="0"), f"PUT {HOME}/a"),
    "presigned": (lambda bob: presigned(bob, target=f"{HOME}/a"), f"GET {HOME}/a"),
    "presigned write": (lambda bob: presigned(bob, "PUT", f"{HOME}/a"), f"PUT {HOME}/a"),
    "copy": (
        lambda bob: signed(
            bob, "PUT", f"{HOME}/b", x_amz_copy_source="bucket/home/bob/a", x_amz_tagging_directive="REPLACE"
        ),
        f"PUT {HOME}/b",
    ),
    "list": (
        lambda bob: signed(bob, target="/bucket?list-type=2&prefix=home%2Fbob%2F"),
        "GET /bucket?list-type=2&prefix=home%2Fbob%2F",
    ),
    "part": (
        lambda bob: signed(bob, "PUT", f"{HOME}/a?partNumber=1&uploadId=x"),
        f"PUT {HOME}/a?partNumber=1&uploadId=x",
    ),
}


@pytest.mark.parametrize(("request_", "line"), PASSED.values(), ids=PASSED.keys())
def test_request_passes(target: Target, request_: Callable[[Key], S3Request], line: str) -> None:
    assert status(target.send(request_(target.bob))) == 200
    (head,) = target.store.take()
    assert f"{head.method} {head.target}" == line
    assert head.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=STOREKEY/")
    assert target.bob.access_key_id not in str(head)


# What does not.


class Attack(NamedTuple):
    """A request, header lines that are added to it, and the status of the response."""

    request: Callable[[Key], S3Request | bytes]
    lines: tuple[str, ...] = ()
    status: int = 403


def read(bob: Key) -> S3Request:
    return signed(bob, target=f"{HOME}/a")


def write(bob: Key, **headers: str) -> S3Request:
    return signed(bob, "PUT", f"{HOME}/a", at=None, context=None, **headers)


def copy(bob: Key, source: str) -> S3Request:
    return write(bob, x_amz_copy_source=source, x_amz_tagging_directive="REPLACE")


def with_target(request: S3Request, old: str, new: str) -> S3Request:
    """Return a signed request with something else in its target."""
    assert old in request.target
    return request._replace(target=request.target.replace(old, new, 1))


TARGETS = {
    "dot segments": (f"{HOME}/../eve/a", 400),
    "encoded dot segments": (f"{HOME}/%2e%2e/eve/a", 400),
    "half encoded dot segments": (f"{HOME}/.%2E/eve/a", 400),
    "dot segments to another bucket": ("/bucket/../other/home/bob/a", 400),
    "dot segment": (f"{HOME}/./a", 400),
    "dot segments to iamd": ("/bucket/../_iamd_answers", 404),
    "encoded slash after the bucket": ("/bucket%2Fhome/bob/a", 400),
    "encoded slash before dots": (f"{HOME}%2f..%2feve/a", 400),
    "empty segment": (f"{HOME}//a", 400),
    "empty segment before the bucket": (f"/{HOME}/a", 400),
    "encoded empty segment": (f"{HOME}/%2Fa", 400),
    "plus": (f"{HOME}/a+b", 400),
    "semicolon": (f"{HOME}/a;b", 400),
    "backslash": (f"{HOME}/a\\b", 400),
    "encoded backslash": (f"{HOME}/..%5Ceve", 400),
    "encoded NUL": (f"{HOME}/a%00b", 400),
    "encoded line break": (f"{HOME}/a%0d%0ax-amz-acl:%20public-read", 400),
    "invalid escape": (f"{HOME}/a%zz", 400),
    "invalid UTF-8": (f"{HOME}/%ff", 400),
    "fragment": (f"{HOME}/a#b", 400),
    "encoded bucket": ("/b%75cket/home/bob/a", 400),
    "prefix twice": ("/bucket?prefix=home%2Fbob%2F&prefix=", 400),
    "prefix in another case": ("/bucket?prefix=home%2Fbob%2F&Prefix=x", 400),
    "other prefix": ("/bucket?list-type=2&prefix=home%2Feve%2F", 403),
    "prefix of a prefix": ("/bucket?list-type=2&prefix=home%2Fbob", 403),
    "no prefix": ("/bucket?list-type=2", 403),
    "empty prefix": ("/bucket?prefix=", 403),
    "encoded subresource": ("/bucket?%70olicy", 400),
    "subresource in capitals": ("/bucket?POLICY", 400),
    "two subresources": (f"{HOME}/a?acl=&tagging=", 400),
    "policy that is not permitted": ("/bucket?policy", 403),
    "subresource that is not permitted": (f"{HOME}/a?acl=", 403),
    "version that is not permitted": (f"{HOME}/a?versionId=1", 403),
    "unknown parameter": (f"{HOME}/a?x=1", 403),
    "header in the query": (f"{HOME}/a?x-amz-acl=public-read", 400),
    "other bucket": ("/other/home/bob/a", 403),
    "all buckets": ("/", 403),
    "another's object": ("/bucket/home/eve/a", 403),
}


def canonical(target: str) -> str:
    """Return a target in the encoding that is signed, however it is sent."""
    path, _, query = target.partition("#")[0].partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    encoded = (f"{recoded(name)}={recoded(value)}" for name, _, value in pairs)
    return f"{recoded(path, '/')}?{'&'.join(encoded)}" if query else recoded(path, "/")


def recoded(text: str, safe: str = "") -> str:
    return quote_from_bytes(unquote_to_bytes(text), safe=f"{safe}~")


@pytest.mark.parametrize(("path", "expected"), TARGETS.values(), ids=TARGETS.keys())
def test_target_does_not_pass_though_it_is_signed(target: Target, path: str, expected: int) -> None:
    request = signed(target.bob, target=canonical(path))._replace(target=path)
    target.assert_refused(target.send(request), expected)


ATTACKS: dict[str, Attack] = {
    # A valid signature, and something else in the request than what was signed.
    "other method": Attack(lambda bob: read(bob)._replace(method="DELETE")),
    "presigned, other method": Attack(
        lambda bob: presigned(bob, target=f"{HOME}/a")._replace(method="DELETE")
    ),
    "presigned, write instead of read": Attack(
        lambda bob: presigned(bob, target=f"{HOME}/a")._replace(method="PUT"), ("Content-Length: 0",)
    ),
    "presigned, other key": Attack(lambda bob: with_target(presigned(bob, target=f"{HOME}/a"), "/a", "/b")),
    "presigned, other bucket": Attack(
        lambda bob: with_target(presigned(bob, target=f"{HOME}/a"), "/bucket", "/other")
    ),
    "presigned, longer": Attack(
        lambda bob: with_target(presigned(bob, target=f"{HOME}/a"), "Expires=60", "Expires=6000")
    ),
    "presigned, another parameter": Attack(
        lambda bob: with_target(presigned(bob, target=f"{HOME}/a"), "?", "?response-content-type=text/html&")
    ),
    "presigned, other host": Attack(
        lambda bob: presigned(bob, target=f"{HOME}/a").with_headers(host=f"other.{HOST}")
    ),
    "presigned, a header of S3": Attack(
        lambda bob: presigned(bob, "PUT", f"{HOME}/a"), ("x-amz-acl: public-read",)
    ),
    "presigned, a copy": Attack(
        lambda bob: presigned(bob, "PUT", f"{HOME}/a"), ("x-amz-copy-source: bucket/home/eve/a",)
    ),
    "presigned, expired": Attack(
        lambda bob: presigned(bob, target=f"{HOME}/a", at=datetime.now(UTC) - timedelta(seconds=70))
    ),
    "signed a while ago": Attack(
        lambda bob: signed(bob, target=f"{HOME}/a", at=datetime.now(UTC) - timedelta(minutes=16))
    ),
    "other prefix than the signed one": Attack(
        lambda bob: with_target(signed(bob, target="/bucket?prefix=home%2Fbob%2F"), "bob", "eve")
    ),
    "other host": Attack(lambda bob: read(bob).with_headers(host=f"bucket.{HOST}")),
    "header that is not signed": Attack(write, ("x-amz-acl: public-read",)),
    "altered header": Attack(lambda bob: write(bob, x_amz_meta_a="1").with_headers(x_amz_meta_a="2")),
    "altered content type": Attack(
        lambda bob: write(bob, content_type="text/plain").with_headers(content_type="text/html")
    ),
    "removed header": Attack(
        lambda bob: write(bob, x_amz_server_side_encryption="AES256").without_header(
            "x-amz-server-side-encryption"
        )
    ),
    "unsigned payload instead of a signed one": Attack(
        lambda bob: write(bob).with_headers(x_amz_content_sha256="UNSIGNED-PAYLOAD")
    ),
    "another address": Attack(
        lambda bob: signed(bob, target="/bucket/home/eve/a"),
        ("X-Forwarded-For: 203.0.113.9, 127.0.0.1", "X_Forwarded_For: 203.0.113.9"),
    ),
    "not signed": Attack(lambda _: S3Request("GET", f"{HOME}/a", {"host": HOST})),
    # A valid signature of something that bob may not do.
    "copy of another's object": Attack(lambda bob: copy(bob, "bucket/home/eve/a")),
    "copy with its tags": Attack(lambda bob: write(bob, x_amz_copy_source="bucket/home/bob/b")),
    "copy of a version": Attack(lambda bob: copy(bob, "bucket/home/bob/a?versionId=1")),
    "copy by dot segments": Attack(lambda bob: copy(bob, "bucket/home/bob/../eve/a"), status=400),
    "copy by encoded dot segments": Attack(lambda bob: copy(bob, "bucket/home/bob/%2e%2e/eve"), status=400),
    "part of another's object": Attack(
        lambda bob: signed(bob, "PUT", "/bucket/home/eve/a?partNumber=1&uploadId=x")
    ),
    "part that is a copy of another's object": Attack(
        lambda bob: signed(
            bob, "PUT", f"{HOME}/a?partNumber=1&uploadId=x", x_amz_copy_source="bucket/home/eve/a"
        )
    ),
    "end of another's upload": Attack(
        lambda bob: signed(bob, "POST", "/bucket/home/eve/a?uploadId=x"), ("Content-Length: 0",)
    ),
    "public object": Attack(lambda bob: write(bob, x_amz_acl="public-read")),
    "header of S3 in a presigned query": Attack(
        lambda bob: presigned(bob, "PUT", f"{HOME}/a?X-Amz-Acl=public-read"),
        ("Content-Length: 0",),
        status=400,
    ),
    "other method by a header": Attack(
        lambda bob: signed(bob, target=f"{HOME}/a", x_http_method_override="DELETE"), status=400
    ),
    "other target by a header": Attack(
        lambda bob: signed(bob, target=f"{HOME}/a", x_original_url="/bucket/home/eve/a"), status=400
    ),
    "method that is none of S3": Attack(lambda bob: signed(bob, "PATCH", f"{HOME}/a")),
    "chunks that are signed": Attack(
        lambda bob: write(bob).with_headers(x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("Content-Length: 0",),
        status=501,
    ),
    # The same header twice: bob signs both values, as one.
    "two sources of a copy": Attack(
        lambda bob: copy(bob, "bucket/home/bob/a,bucket/home/eve/a").with_headers(
            x_amz_copy_source="bucket/home/bob/a"
        ),
        ("x-amz-copy-source: bucket/home/eve/a",),
        status=400,
    ),
    "two sources of a copy, the other way round": Attack(
        lambda bob: copy(bob, "bucket/home/eve/a,bucket/home/bob/a").with_headers(
            x_amz_copy_source="bucket/home/eve/a"
        ),
        ("x-amz-copy-source: bucket/home/bob/a",),
        status=400,
    ),
    "a source of a copy that is not signed": Attack(
        lambda bob: copy(bob, "bucket/home/bob/a"), ("x-amz-copy-source: bucket/home/eve/a",)
    ),
    "two hosts": Attack(read, (f"Host: bucket.{HOST}",), status=400),
    "the same host twice": Attack(read, (f"Host: {HOST}",), status=400),
    "two authorizations": Attack(
        read, ("Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=x",), status=400
    ),
    "two hashes": Attack(read, ("x-amz-content-sha256: UNSIGNED-PAYLOAD",)),
    # What proxies read differently.
    "absolute form of another host": Attack(
        lambda bob: signed(bob, target=f"{HOME}/a", host=f"other.{HOST}")._replace(
            target=f"http://{HOST}{HOME}/a"
        )
    ),
    "absolute form without a path": Attack(
        lambda bob: signed(bob, target="/bucket?prefix=home%2Fbob%2F")._replace(
            target=f"http://{HOST}?prefix=home%2Fbob%2F"
        ),
        status=400,
    ),
    "no host": Attack(lambda bob: read(bob).without_header("host"), status=400),
    "no host in HTTP/1.0": Attack(
        lambda bob: serialize(read(bob).without_header("host"), version="HTTP/1.0"), status=400
    ),
    "length and chunks": Attack(write, ("Content-Length: 5", "Transfer-Encoding: chunked"), status=400),
    "two lengths": Attack(write, ("Content-Length: 0", "Content-Length: 5"), status=400),
    "space before the colon": Attack(write, ("x-amz-acl : public-read",), status=400),
    "folded header": Attack(write, ("x-amz-meta-a: 1", " x-amz-acl: public-read"), status=400),
    "space in the target": Attack(
        lambda bob: with_target(signed(bob, target=f"{HOME}/a%20b"), "%20", " "), status=400
    ),
    "bytes that are not ASCII": Attack(
        lambda bob: with_target(signed(bob, target=f"{HOME}/%C3%BC"), "%C3%BC", "\u00c3\u00bc"), status=400
    ),
    # What belongs to the gateway.
    "the place of iamd's answers": Attack(
        lambda bob: S3Request("GET", "/_iamd_answers", {"host": HOST}), status=404
    ),
    "the place of the question": Attack(lambda bob: S3Request("GET", "/_iamd", {"host": HOST}), status=404),
    "iamd's own path": Attack(lambda bob: S3Request("GET", "/auth-request/s3", {"host": HOST})),
    "a forged question": Attack(
        lambda bob: S3Request("GET", "/bucket/home/eve/a", {"host": HOST}),
        (
            "X-Iamd-Api-Key: x",
            "X-Forwarded-Uri: /bucket/home/bob/a",
            "X-Iamd-Store-Authorization: x",
            "X-Iamd-Arn: arn:aws:iam::123456789012:root",
        ),
    ),
}


# Requests that some proxies repair: the store sees one that is not ambiguous.
REPAIRED = {"caddy": ("length and chunks",), "haproxy": ("length and chunks", "the same host twice")}


@pytest.mark.parametrize("name", ATTACKS.keys())
def test_attack_does_not_reach_the_store(target: Target, name: str) -> None:
    attack = ATTACKS[name]
    if name in REPAIRED.get(target.proxy, ()):
        assert status(target.send(attack.request(target.bob), *attack.lines)) in (200, 501)
        assert all(is_unambiguous(head) for head in target.store.take())
        return
    target.assert_refused(target.send(attack.request(target.bob), *attack.lines), attack.status)


def is_unambiguous(head: Head) -> bool:
    """Return whether a request is bob's, with one host and one length."""
    has_one_length = len({"content-length", "transfer-encoding"} & head.headers.keys()) <= 1
    return head.target == f"{HOME}/a" and "," not in head.headers["host"] and has_one_length


def test_headers_that_nginx_leaves_out_do_not_reach_the_store(target: Target) -> None:
    lines = ("x_amz_acl: public-read", "x_amz_copy_source: bucket/home/eve/a", "x-amz-acl\x01: x")
    response = target.send(write(target.bob), *lines)
    heads = target.store.take()
    assert status(response) in (200, 400)
    assert not any("acl" in str(head.headers) or "copy" in str(head.headers) for head in heads)


def test_absolute_form_of_the_same_request_is_that_request(target: Target) -> None:
    request = read(target.bob)._replace(target=f"http://{HOST}{HOME}/a")
    passed = status(target.send(request)) == 200
    assert [head.target for head in target.store.take()] == [f"{HOME}/a"] * passed
    assert passed or target.proxy != "nginx"
