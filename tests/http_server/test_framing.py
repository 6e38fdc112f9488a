"""HTTP message framing: malformed heads and bodies, the Host header, and persistent connections."""

import socket

import pytest

from tests.api.responses import refused
from tests.http_server import raw
from tests.servers import Account, Server

LIST = "Action=ListUsers&Version=2010-05-08"
WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15"


def test_signed_request_succeeds(account: Account) -> None:
    response = raw.send_request(account, raw.post(account, LIST))
    assert (response.status, response.closes) == (200, False)
    assert response.headers["x-amzn-requestid"].encode() in response.body
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


# Malformed heads: 400, and the connection is closed.

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"
MALFORMED_HEADS = {
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
    "a length with a sign": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a length that is not a number": HEAD + b"Content-Length: three\r\n\r\nabc",
    "a length beyond 64 bits": HEAD + b"Content-Length: 99999999999999999999999\r\n\r\nabc",
    "unknown transfer coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two transfer codings": HEAD
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a folded header": HEAD + b"X-A: 1\r\n 2\r\n\r\n",
    "a space before the colon": HEAD + b"Content-Length : 3\r\n\r\nabc",
    "no colon": HEAD + b"Content-Length\r\n\r\n",
    "a bare CR": HEAD + b"X-A: 1\rContent-Length: 3\r\n\r\n",
    "a NUL in a header": HEAD + b"X-A: a\x00b\r\n\r\n",
    "a NUL in a name": HEAD + b"X\x00A: b\r\n\r\n",
    "a NUL in the request line": b"GET /?a=\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
    "a space in the request line": b"GET /?a= b HTTP/1.1\r\nHost: h\r\n\r\n",
    "bytes that are not ASCII": b"GET /?a=\xff HTTP/1.1\r\nHost: h\r\n\r\n",
    "no path": b"GET ?a HTTP/1.1\r\nHost: h\r\n\r\n",
    "unknown HTTP version": b"GET / HTTP/1.2\r\nHost: h\r\n\r\n",
    "TLS": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", MALFORMED_HEADS.values(), ids=MALFORMED_HEADS)
def test_malformed_head_closes_the_connection(sqlite_server: Server, request_bytes: bytes) -> None:
    with raw.connect(sqlite_server) as connection:
        connection.sendall(request_bytes)
        response = raw.receive(connection)
        assert (response.status, response.closes) == (400, True)
        assert raw.is_closed(connection)


# Requests refused with an AWS error document, and whether the connection stays open.


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ],
)
@pytest.mark.parametrize("body", [b"0\r\n\r\n", b"5c\r\n", b"zz\r\n", b""])
def test_request_smuggling_with_content_length_and_chunks_is_refused(
    sqlite_server: Server, head: bytes, body: bytes
) -> None:
    """One response, and the connection is closed: what follows is not parsed as a request."""
    with raw.connect(sqlite_server) as connection:
        connection.sendall(HEAD + head + b"\r\n" + body + b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        response = raw.receive(connection)
        assert (response.status, response.code) == (411, "MissingContentLength")
        assert raw.is_closed(connection)


@pytest.mark.parametrize(
    "chunk", [b"zz\r\nabc\r\n0\r\n\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"3\nabc"]
)
def test_malformed_chunk_closes_the_connection(sqlite_server: Server, chunk: bytes) -> None:
    with raw.connect(sqlite_server) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
        assert raw.receive(connection).code == "MissingContentLength"
        connection.shutdown(socket.SHUT_WR)
        assert raw.is_closed(connection)


def test_repeated_equal_content_length_is_accepted(account: Account) -> None:
    request = raw.post(account, LIST)
    assert raw.send_request(account, request, f"Content-Length: {len(request.body)}").status == 200


def test_bare_line_feed_ends_a_header_line(account: Account) -> None:
    """RFC 9112, section 2.2, allows a server to accept a single LF as a line terminator."""
    request_bytes = raw.serialize(raw.post(account, LIST))
    head, _, body = request_bytes.partition(b"\r\n\r\n")
    with raw.connect(account.server) as connection:
        connection.sendall(head.replace(b"\r\n", b"\n") + b"\n\n" + body)
        assert raw.receive(connection).status == 200
        connection.sendall(request_bytes)
        assert raw.receive(connection).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "get"])
def test_methods_other_than_get_and_post_are_refused(sqlite_server: Server, method: str) -> None:
    response = raw.send(sqlite_server, f"{method} /?{LIST} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert (response.status, response.code) == (400, "MalformedInput")


def test_response_to_head_has_no_body(sqlite_server: Server) -> None:
    with raw.connect(sqlite_server) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert raw.receive(connection, "HEAD").status == 400
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        assert raw.receive(connection).body == b"ok\n"


@pytest.mark.parametrize(
    "path",
    ["//", "/.", "/..", "/%2e", "/%2F", "/iam", "/index.html", "/%00", "/%ff", "/%zz", "/healthz/"],
)
def test_other_paths_are_not_found(sqlite_server: Server, path: str) -> None:
    head = f"GET {path}?{LIST} HTTP/1.1\r\nHost: h\r\n"
    response = raw.send(sqlite_server, f"{head}\r\n".encode())
    assert (response.status, response.code) == (404, "NotFound")
    page = raw.send(sqlite_server, f"{head}Accept: text/html,*/*\r\n\r\n".encode())
    assert (page.status, page.headers["content-type"]) == (404, "text/plain; charset=utf-8")


def test_sdk_shows_why_an_endpoint_url_with_a_path_is_wrong(account: Account) -> None:
    server = account.server._replace(url=f"{account.server.url}/iam")
    error = refused(account._replace(server=server).iam, "ListUsers")
    assert error == ("NotFound", 404, "The API is at the path /: set the endpoint URL without a path.")


# The Host header.


@pytest.mark.parametrize(
    "lines", [(), ("Host: a", "Host: b"), ("Host: a", "Host: a"), ("Host:",), ("Host: a,b",)]
)
def test_request_must_have_exactly_one_host(account: Account, lines: tuple[str, ...]) -> None:
    request = raw.post(account, LIST)
    hostless = request._replace(headers={n: value for n, value in request.headers.items() if n != "host"})
    response = raw.send_request(account, hostless, *lines)
    assert (response.status, response.code) == (400, "MalformedInput")
    assert raw.send_request(account, hostless, f"Host: {request.headers['host']}").status == 200


def test_changed_host_invalidates_the_signature(account: Account) -> None:
    request = raw.post(account, LIST)
    for host in ("iam.amazonaws.com", "localhost", request.headers["host"] + "0"):
        response = raw.send_request(account, request._replace(headers={**request.headers, "host": host}))
        assert (response.status, response.code) == (403, "SignatureDoesNotMatch")


def test_absolute_form_in_the_request_line_is_ignored(account: Account) -> None:
    """The signed `Host` header counts, not the URL in the request line."""
    request_bytes = raw.serialize(raw.post(account, WHOAMI, service="sts"))
    absolute_form = request_bytes.replace(b"POST / ", b"POST http://elsewhere.example/ ")
    assert raw.send(account.server, absolute_form).status == 200
    unsigned = b"GET http://elsewhere.example/ HTTP/1.1\r\nHost: h\r\n\r\n"
    assert raw.send(account.server, unsigned).code == "MissingAction"


def test_http_1_0_closes_the_connection(account: Account) -> None:
    request_bytes = raw.serialize(raw.get(account, LIST)).replace(b"HTTP/1.1", b"HTTP/1.0")
    response = raw.send(account.server, request_bytes)
    assert (response.status, response.closes) == (200, True)


# Connections.


def test_pipelined_requests_are_answered_in_order(account: Account) -> None:
    good = raw.serialize(raw.post(account, WHOAMI, service="sts"))
    bad = raw.serialize(raw.get(account, WHOAMI, service="iam"))
    with raw.connect(account.server) as connection:
        connection.sendall((good + bad) * 20)
        assert [raw.receive(connection).status for _ in range(40)] == [200, 403] * 20


def test_error_response_keeps_the_connection_open(account: Account) -> None:
    with raw.connect(account.server) as connection:
        connection.sendall(HEAD + b"Content-Length: 10\r\n\r\nAction=%zz")
        assert raw.receive(connection).code == "MalformedQueryString"
        connection.sendall(raw.serialize(raw.post(account, LIST)))
        assert raw.receive(connection).status == 200


def test_expect_100_continue(account: Account) -> None:
    request = raw.post(account, LIST)
    head, _, body = raw.serialize(request, "Expect: 100-continue").rpartition(b"\r\n\r\n")
    with raw.connect(account.server) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert raw.receive(connection).status == 200


def test_truncated_body_is_refused(sqlite_server: Server) -> None:
    with raw.connect(sqlite_server) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nAction=")
        connection.shutdown(socket.SHUT_WR)
        response = raw.receive(connection)
        assert (response.status, response.code) == (400, "MalformedInput")
        assert raw.is_closed(connection)


# Characters and parameters of signed requests.


def test_unescaped_bytes_do_not_match_the_signature_of_other_characters(account: Account) -> None:
    """`%C3%83%C2%A9` is two characters and an unescaped `é` is one: they must not share a signature."""
    tag = "Action=ListUsers&Version=2010-05-08&PathPrefix="
    for spelling in ("%C3%83%C2%A9", "%C3%A9", "%E9"):
        request = raw.get(account, tag + spelling)
        response = raw.send_request(account, request._replace(query=tag + "é".encode().decode("latin-1")))
        assert (response.status, response.code) == (
            (403, "SignatureDoesNotMatch") if spelling != "%C3%A9" else (400, "ValidationError")
        )


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Content_Length: 3", 200),  # an underscore is not a hyphen
        ("Content_Type: text/plain", 200),
        ("Transfer_Encoding: chunked", 411),  # but another server may read it as a hyphen
        ("X_Amz_Target: x", 403),
    ],
)
def test_underscores_in_header_names_are_not_hyphens(account: Account, line: str, status: int) -> None:
    assert raw.send_request(account, raw.post(account, LIST), line).status == status


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", f"{LIST}&Action=CreateUser"),
        ("", f"{LIST}&action=CreateUser"),
        ("", f"{LIST}&%41ction=CreateUser"),
        ("", f"{LIST}&+Action=CreateUser"),
        ("Action=CreateUser", LIST),
        ("ACTION=CreateUser", LIST),
        ("Version=2011-06-15", LIST),
    ],
)
def test_repeated_action_or_version_is_refused(account: Account, query: str, body: str) -> None:
    response = raw.send_request(account, raw.post(account, body, query=query))
    if "+Action" in body:  # an unknown parameter
        assert response.status == 200
    else:
        assert (response.status, response.code) == (404, "MalformedQueryString")
    assert len(account.iam.list_users()["Users"]) == 1


@pytest.mark.parametrize(
    "value", [b"%", b"%4", b"%zz", b"%C3", b"%FF", b"\xff", b"%00", b"\x00", b"%ED%A0%80", b"%C0%AF"]
)
def test_form_must_be_valid_utf_8(account: Account, value: bytes) -> None:
    response = raw.send_request(account, raw.post(account, LIST.encode() + b"&PathPrefix=" + value))
    assert (response.status, response.code) == (404, "MalformedQueryString")
