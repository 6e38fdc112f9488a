"""The door against what is no proper request: said clearly in the protocol's words; nothing falls over."""

import socket
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from bench.load import sign_request

from tests.servers import Account, Server, serving

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
IDENTITY = b"Action=GetCallerIdentity&Version=2011-06-15"


class Answer(NamedTuple):
    status: int
    code: str


def send(server: Server, *parts: bytes) -> bytes:
    """Send bytes as they are; return all that came back until the server hung up or had answered."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while not _whole(received) and (chunk := connection.recv(65536)):
            received += chunk
    return received


def _whole(received: bytes) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(found and lengths and len(body) >= int(lengths[0].partition(b":")[2]))


def answer(server: Server, *parts: bytes) -> Answer:
    """Return the status and, from a well-formed document, the code."""
    received = send(server, *parts)
    head, _, body = received.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    if not body.startswith(b"<"):
        return Answer(status, "")
    code = ET.fromstring(body).find(".//{*}Code")
    return Answer(status, (code.text if code is not None else None) or "")


def post(body: bytes, headers: bytes = FORM, query: bytes = b"", method: bytes = b"POST") -> bytes:
    return b"%s /%s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %d\r\n\r\n%s" % (
        method,
        query,
        headers,
        len(body),
        body,
    )


def many(count: int) -> bytes:
    return b"&".join(b"p%d=1" % number for number in range(count))


REFUSALS = {
    "no action": (post(b""), (400, "MissingAction")),
    "no version": (post(b"Action=ListUsers"), (400, "InvalidAction")),
    "another version": (post(b"Action=ListUsers&Version=2020-01-01"), (400, "InvalidAction")),
    "not served": (post(b"Action=CreateSAMLProvider&Version=2010-05-08"), (400, "InvalidAction")),
    "nobody's signature": (post(IDENTITY), (403, "MissingAuthenticationToken")),
    "basic": (post(IDENTITY, FORM + b"Authorization: Basic YTpi\r\n"), (400, "IncompleteSignature")),
    "bearer": (post(IDENTITY, FORM + b"Authorization: Bearer x\r\n"), (400, "IncompleteSignature")),
    "sigv2": (post(IDENTITY, FORM + b"Authorization: AWS AKIA:sig\r\n"), (400, "IncompleteSignature")),
    "sigv4a": (
        post(IDENTITY, FORM + b"Authorization: AWS4-ECDSA-P256-SHA256 Credential=a\r\n"),
        (400, "IncompleteSignature"),
    ),
    "two actions": (
        post(b"Action=ListUsers&Action=GetUser&Version=2010-05-08"),
        (404, "MalformedQueryString"),
    ),
    "two cases": (post(b"Action=ListUsers&action=GetUser&Version=2010-05-08"), (404, "MalformedQueryString")),
    "query and body": (post(b"Action=ListUsers", query=b"?Action=GetUser"), (404, "MalformedQueryString")),
    "a bad escape": (post(b"Action=%zz"), (404, "MalformedQueryString")),
    "not utf-8": (post(b"Action=%ff"), (404, "MalformedQueryString")),
    "a NUL": (post(b"Action=a%00b"), (404, "MalformedQueryString")),
    "1,001 parameters": (post(many(1001)), (404, "MalformedQueryString")),
    "json": (post(b"{}", b"Content-Type: application/json\r\n"), (400, "MalformedInput")),
    "too large": (post(b"a" * (1024 * 1024 + 1)), (413, "RequestEntityTooLarge")),
    "another method": (post(b"", method=b"PUT"), (400, "MalformedInput")),
    "chunked": (
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        (411, "MissingContentLength"),
    ),
    "length and chunks": (
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        (411, "MissingContentLength"),
    ),
    "a bad chunk": (
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        (411, "MissingContentLength"),
    ),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        (400, ""),
    ),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: h\r\nX-A: a\r\n b\r\n\r\n", (400, "")),
    "large headers": (b"GET / HTTP/1.1\r\nHost: h\r\nX-A: " + b"a" * 20_000 + b"\r\n\r\n", (431, "")),
    "another path": (b"GET /etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", (404, "")),
}


@pytest.mark.parametrize(("request_bytes", "wanted"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_refused(door: Server, request_bytes: bytes, wanted: tuple[int, str]) -> None:
    assert answer(door, request_bytes) == wanted


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(door: Server, path: str) -> None:
    assert answer(door, f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode()).status == 200


def test_an_unsigned_request_tells_no_more_than_that(door: Server) -> None:
    body = send(door, post(b"Action=GetUser&Version=2010-05-08&UserName=a%20b"))
    assert b"MissingAuthenticationToken" in body  # and nothing of what is wrong with the name


def test_a_body_that_is_cut_off_ends_the_request_only(door: Server, visitor: Account) -> None:
    address = urlsplit(door.url)
    for _ in range(20):
        with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
            connection.sendall(post(IDENTITY)[:-10])
    assert visitor.sts.get_caller_identity()["Account"] == visitor.account_id


@pytest.fixture
def slow(door: Server) -> Iterator[list[socket.socket]]:
    """Open 500 connections that send half a request and stop."""
    address = urlsplit(door.url)
    opened = []
    for number in range(500):
        connection = socket.create_connection((address.hostname or "", address.port or 0))
        half = post(IDENTITY)
        connection.sendall(half[: 20 if number % 2 else len(half) - 10])
        opened.append(connection)
    yield opened
    for connection in opened:
        connection.close()


def test_slow_clients_hold_nobody_up(slow: list[socket.socket], visitor: Account) -> None:
    for _ in range(10):
        assert visitor.sts.get_caller_identity()["Account"] == visitor.account_id
    assert len(slow) == 500


def test_a_request_in_pieces_is_answered(door: Server, visitor: Account) -> None:
    key = (visitor.access_key_id, visitor.secret_access_key)
    whole = sign_request(door.url, "sts", key, {"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    assert answer(door, *(whole[at : at + 7] for at in range(0, len(whole), 7))).status == 200


def test_proxies_that_are_not_trusted_mean_nothing(door: Server, visitor: Account) -> None:
    key = (visitor.access_key_id, visitor.secret_access_key)
    params = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    forged = sign_request("http://elsewhere.example", "sts", key, params)
    forged = forged.replace(b"Host: elsewhere.example", b"Host: h\r\nX-Forwarded-Host: elsewhere.example")
    assert answer(door, forged) == (403, "SignatureDoesNotMatch")


def test_a_trusted_proxy_tells_host_and_address(door: Server, visitor: Account) -> None:
    key = (visitor.access_key_id, visitor.secret_access_key)
    params = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    request = sign_request("https://iam.example", "sts", key, params)
    request = request.replace(b"Host: iam.example", b"Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9")
    with serving(
        door.store, *door.arguments, "--public-url", "https://iam.example", "--trusted-proxies", "127.0.0.1"
    ) as behind:
        assert answer(behind, request).status == 200
