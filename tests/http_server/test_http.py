"""Invalid requests get AWS error documents; slow and aborted clients do not affect others."""

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


class ErrorResponse(NamedTuple):
    status: int
    code: str


def send(server: Server, *parts: bytes) -> bytes:
    """Send bytes; return what the server sends until the response is complete or the connection is closed."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while not _is_complete(received) and (chunk := connection.recv(65536)):
            received += chunk
    return received


def _is_complete(received: bytes) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(separator and lengths and len(body) >= int(lengths[0].partition(b":")[2]))


def send_and_parse(server: Server, *parts: bytes) -> ErrorResponse:
    """Send bytes; return the status and, if the body is XML, the error code of the response."""
    received = send(server, *parts)
    head, _, body = received.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    if not body.startswith(b"<"):
        return ErrorResponse(status, "")
    code = ET.fromstring(body).find(".//{*}Code")
    return ErrorResponse(status, (code.text if code is not None else None) or "")


def post(body: bytes, headers: bytes = FORM, query: bytes = b"", method: bytes = b"POST") -> bytes:
    return b"%s /%s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %d\r\n\r\n%s" % (
        method,
        query,
        headers,
        len(body),
        body,
    )


def many_parameters(count: int) -> bytes:
    return b"&".join(b"p%d=1" % number for number in range(count))


REFUSALS = {
    "no action": (post(b""), (400, "MissingAction")),
    "no version": (post(b"Action=ListUsers"), (400, "InvalidAction")),
    "another version": (post(b"Action=ListUsers&Version=2020-01-01"), (400, "InvalidAction")),
    "operation that is not supported": (
        post(b"Action=CreateSAMLProvider&Version=2010-05-08"),
        (400, "InvalidAction"),
    ),
    "unsigned": (post(IDENTITY), (403, "MissingAuthenticationToken")),
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
    "two actions in different case": (
        post(b"Action=ListUsers&action=GetUser&Version=2010-05-08"),
        (404, "MalformedQueryString"),
    ),
    "actions in query and body": (
        post(b"Action=ListUsers", query=b"?Action=GetUser"),
        (404, "MalformedQueryString"),
    ),
    "a bad escape": (post(b"Action=%zz"), (404, "MalformedQueryString")),
    "not utf-8": (post(b"Action=%ff"), (404, "MalformedQueryString")),
    "a NUL": (post(b"Action=a%00b"), (404, "MalformedQueryString")),
    "1,001 parameters": (post(many_parameters(1001)), (404, "MalformedQueryString")),
    "json": (post(b"{}", b"Content-Type: application/json\r\n"), (400, "MalformedInput")),
    "too large": (post(b"a" * (1024 * 1024 + 1)), (413, "RequestEntityTooLarge")),
    "unsupported method": (post(b"", method=b"PUT"), (400, "MalformedInput")),
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
    "unknown path": (b"GET /etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", (404, "NotFound")),
}


@pytest.mark.parametrize(("request_bytes", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_invalid_request_is_refused(
    sqlite_server: Server, request_bytes: bytes, expected: tuple[int, str]
) -> None:
    assert send_and_parse(sqlite_server, request_bytes) == expected


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_endpoints(sqlite_server: Server, path: str) -> None:
    assert send_and_parse(sqlite_server, f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode()).status == 200


def test_unsigned_request_gets_no_validation_errors(sqlite_server: Server) -> None:
    body = send(sqlite_server, post(b"Action=GetUser&Version=2010-05-08&UserName=a%20b"))
    assert b"MissingAuthenticationToken" in body  # and no validation error about the name


def test_truncated_requests_do_not_affect_others(sqlite_server: Server, account: Account) -> None:
    address = urlsplit(sqlite_server.url)
    for _ in range(20):
        with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
            connection.sendall(post(IDENTITY)[:-10])
    assert account.sts.get_caller_identity()["Account"] == account.account_id


@pytest.fixture
def slow_connections(sqlite_server: Server) -> Iterator[list[socket.socket]]:
    """Open 500 connections, each with half a request."""
    address = urlsplit(sqlite_server.url)
    connections = []
    for number in range(500):
        connection = socket.create_connection((address.hostname or "", address.port or 0))
        request = post(IDENTITY)
        connection.sendall(request[: 20 if number % 2 else len(request) - 10])
        connections.append(connection)
    yield connections
    for connection in connections:
        connection.close()


def test_slow_clients_do_not_delay_others(slow_connections: list[socket.socket], account: Account) -> None:
    for _ in range(10):
        assert account.sts.get_caller_identity()["Account"] == account.account_id
    assert len(slow_connections) == 500


def test_request_in_small_pieces_succeeds(sqlite_server: Server, account: Account) -> None:
    key = (account.access_key_id, account.secret_access_key)
    request = sign_request(
        sqlite_server.url, "sts", key, {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    )
    assert (
        send_and_parse(
            sqlite_server, *(request[offset : offset + 7] for offset in range(0, len(request), 7))
        ).status
        == 200
    )


def test_forwarded_host_of_an_untrusted_proxy_is_ignored(sqlite_server: Server, account: Account) -> None:
    key = (account.access_key_id, account.secret_access_key)
    params = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    forged = sign_request("http://elsewhere.example", "sts", key, params)
    forged = forged.replace(b"Host: elsewhere.example", b"Host: h\r\nX-Forwarded-Host: elsewhere.example")
    assert send_and_parse(sqlite_server, forged) == (403, "SignatureDoesNotMatch")


def test_trusted_proxy_with_a_public_url(sqlite_server: Server, account: Account) -> None:
    key = (account.access_key_id, account.secret_access_key)
    params = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    request = sign_request("https://iam.example", "sts", key, params)
    request = request.replace(b"Host: iam.example", b"Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9")
    with serving(
        sqlite_server.store,
        *sqlite_server.arguments,
        "--public-url",
        "https://iam.example",
        "--trusted-proxies",
        "127.0.0.1",
    ) as server_behind_proxy:
        assert send_and_parse(server_behind_proxy, request).status == 200
