"""Requests by which a client tries to reach a service past iamd, or to be somebody else there."""

import socket

import pytest

from tests.forward_auth.library import HOST, Library, signed
from tests.forward_auth.s3_signing import Key, S3Request
from tests.forward_auth.test_attacks import serialize, status

# Each proxy is started once.
pytestmark = pytest.mark.xdist_group("proxied-service")

CALLER = ":user/reader"


def send(library: Library, data: bytes) -> int:
    """Send bytes to the proxy; return the status of the response."""
    port = int(library.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(data)
        return status(connection.recv(65_536))


def spellings(name: str) -> list[str]:
    """Return how a header's name can be spelled so that CGI makes the same variable of it."""
    first = name.replace("-", "_", 1)
    return [name.replace("-", "_"), first, first.upper(), *(name.replace("-", mark) for mark in ".~!+")]


@pytest.mark.parametrize("name", ["x-iamd-arn", "x-iamd-principal-tags", "x-iamd-content-sha256"])
def test_identity_cannot_be_forged_by_another_spelling(library: Library, reader: Key, name: str) -> None:
    for spelling in (name, *spellings(name)):
        passed = send(library, serialize(signed(reader), f"{spelling}: forged")) == 200
        heads = library.backend.take()
        assert len(heads) == passed
        assert "forged" not in str(heads)
        assert all(head.headers["x-iamd-arn"].endswith(CALLER) for head in heads)


@pytest.mark.parametrize(
    ("header", "signed_method", "signed_target", "sent"),
    [
        ("x-forwarded-uri: /books", "GET", "/books", "GET /books/17"),
        ("x-forwarded-method: GET", "GET", "/books/17", "DELETE /books/17"),
        ("x-forwarded-host: library.example.com", "GET", "/books/17", "GET /books/18"),
    ],
)
def test_question_cannot_be_about_another_request(
    library: Library, reader: Key, header: str, signed_method: str, signed_target: str, sent: str
) -> None:
    name, _, value = header.partition(":")
    request = signed(reader, signed_method, signed_target)
    method, _, target = sent.partition(" ")
    for spelling in (name, *spellings(name)):
        data = serialize(request._replace(method=method, target=target), f"{spelling}:{value}")
        # Some proxies keep the order of headers, and some do not: iamd must not see the client's in any.
        assert all(400 <= send(library, data) < 500 for _ in range(4))
        assert library.backend.take() == []


def test_connection_header_removes_nothing(library: Library, reader: Key) -> None:
    for names in ("X-Iamd-Arn, X-Iamd-Principal-Tags", "X-Iamd-Api-Key", "X-Forwarded-Uri, X-Forwarded-Host"):
        request = serialize(signed(reader)).replace(
            b"Connection: close", f"Connection: close, {names}".encode()
        )
        passed = send(library, request) == 200
        heads = library.backend.take()
        assert len(heads) == passed
        for head in heads:
            assert head.headers["x-iamd-arn"].endswith(CALLER)
            assert "iamd" not in head.headers.get("connection", "").lower()


def test_connection_does_not_become_a_tunnel(library: Library, reader: Key) -> None:
    lines = ("Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")
    request = serialize(signed(reader), *lines).replace(
        b"Connection: close", b"Connection: close, Upgrade, HTTP2-Settings"
    )
    send(library, request)
    assert all("upgrade" not in head.headers for head in library.backend.take())


def test_target_is_passed_on_without_a_host(library: Library, reader: Key) -> None:
    request = signed(reader)._replace(target=f"http://x@{HOST}/books/17")
    send(library, serialize(request))
    assert all(head.target == "/books/17" for head in library.backend.take())


def test_address_cannot_be_forged(library: Library, reader: Key) -> None:
    for line in ("X-Forwarded-For: 203.0.113.1, 127.0.0.1", "X_Forwarded_For: 203.0.113.1"):
        assert send(library, serialize(signed(reader), line)) == 200
        (head,) = library.backend.take()
        assert "203.0.113.1" not in str(head)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_chunks_are_a_body_that_must_be_signed(library: Library, reader: Key, method: str) -> None:
    request = signed(reader, method)
    data = serialize(request, "Transfer-Encoding: chunked", "X-Original-Transfer-Encoding: ")
    assert 400 <= send(library, data + b"1\r\nx\r\n0\r\n\r\n") < 500
    assert library.backend.take() == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_body_in_http2_must_be_signed(library: Library, reader: Key, method: str) -> None:
    """In HTTP/2, no header need tell of a body. Nobody is told to send one here, so that it cannot matter."""
    request = signed(reader, method)
    port = int(library.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(http2_request(request, b"x"))
        connection.recv(65_536)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass
    assert library.backend.take() == []


def http2_request(request: S3Request, body: bytes) -> bytes:
    """Return a request without a content-length: RFC 9113, and RFC 7541, section 6.2.2."""
    fields = {":method": request.method, ":scheme": "http", ":path": request.target, ":authority": HOST}
    fields |= {name: value for name, value in request.headers.items() if name != "host"}
    block = b"".join(b"\0" + hpack(name) + hpack(value) for name, value in fields.items())
    frames = frame(4, 0, 0, b"") + frame(1, 4, 1, block) + frame(0, 1, 1, body)
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frames


def hpack(text: str) -> bytes:
    """Return a string with its length, of which 7 bits are in the first byte: RFC 7541, section 5."""
    length = len(text)
    prefix = bytes([length]) if length < 127 else bytes([127])
    rest = length - 127
    while rest >= 0:
        prefix += bytes([rest % 128 + (128 if rest >= 128 else 0)])
        rest = rest // 128 if rest >= 128 else -1
    return prefix + text.encode()


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload
