"""What HTTP lets a client get wrong: where a request begins and ends, and whom it is for."""

import socket

import pytest

from tests.door import raw
from tests.servers import Account, Server

LIST = "Action=ListUsers&Version=2010-05-08"
WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15"


def test_a_signed_request_is_answered(visitor: Account) -> None:
    answer = raw.ask(visitor, raw.post(visitor, LIST))
    assert (answer.status, answer.closes) == (200, False)
    assert answer.headers["x-amzn-requestid"].encode() in answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


# What the server takes no further than its head: 400 and hang up.

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\n"
BROKEN = {
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of lengths": HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
    "a length with a sign": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a length that is none": HEAD + b"Content-Length: three\r\n\r\nabc",
    "a length beyond all": HEAD + b"Content-Length: 99999999999999999999999\r\n\r\nabc",
    "another coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a folded header": HEAD + b"X-A: 1\r\n 2\r\n\r\n",
    "a space before the colon": HEAD + b"Content-Length : 3\r\n\r\nabc",
    "no colon": HEAD + b"Content-Length\r\n\r\n",
    "a bare CR": HEAD + b"X-A: 1\rContent-Length: 3\r\n\r\n",
    "a NUL in a header": HEAD + b"X-A: a\x00b\r\n\r\n",
    "a NUL in a name": HEAD + b"X\x00A: b\r\n\r\n",
    "a NUL in the line": b"GET /?a=\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
    "a space in the line": b"GET /?a= b HTTP/1.1\r\nHost: h\r\n\r\n",
    "bytes that are no text": b"GET /?a=\xff HTTP/1.1\r\nHost: h\r\n\r\n",
    "no path": b"GET ?a HTTP/1.1\r\nHost: h\r\n\r\n",
    "another version": b"GET / HTTP/1.2\r\nHost: h\r\n\r\n",
    "TLS": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_read_ends_the_connection(door: Server, sent: bytes) -> None:
    with raw.connect(door) as connection:
        connection.sendall(sent)
        answer = raw.receive(connection)
        assert (answer.status, answer.closes) == (400, True)
        assert raw.is_closed(connection)


# What is refused in the protocol's words, and whether anything could follow on the connection.


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ],
)
@pytest.mark.parametrize("body", [b"0\r\n\r\n", b"5c\r\n", b"zz\r\n", b""])
def test_nothing_can_be_smuggled_behind_two_lengths(door: Server, head: bytes, body: bytes) -> None:
    """One answer, and the connection ends: what follows is nobody's request."""
    with raw.connect(door) as connection:
        connection.sendall(HEAD + head + b"\r\n" + body + b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = raw.receive(connection)
        assert (answer.status, answer.code) == (411, "MissingContentLength")
        assert raw.is_closed(connection)


@pytest.mark.parametrize(
    "chunk", [b"zz\r\nabc\r\n0\r\n\r\n", b"-1\r\n", b"ffffffffffffffffff\r\n", b"3\nabc"]
)
def test_a_bad_chunk_ends_the_connection(door: Server, chunk: bytes) -> None:
    with raw.connect(door) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
        assert raw.receive(connection).code == "MissingContentLength"
        connection.shutdown(socket.SHUT_WR)
        assert raw.is_closed(connection)


def test_a_length_that_is_said_twice_alike_is_one(visitor: Account) -> None:
    sent = raw.post(visitor, LIST)
    assert raw.ask(visitor, sent, f"Content-Length: {len(sent.body)}").status == 200


def test_lines_may_end_in_a_line_feed(visitor: Account) -> None:
    """RFC 9112 (2.2) lets a server read them so; the head is the same, and so is its end."""
    whole = raw.written(raw.post(visitor, LIST))
    head, _, body = whole.partition(b"\r\n\r\n")
    with raw.connect(visitor.server) as connection:
        connection.sendall(head.replace(b"\r\n", b"\n") + b"\n\n" + body)
        assert raw.receive(connection).status == 200
        connection.sendall(whole)
        assert raw.receive(connection).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO", "get"])
def test_a_method_that_is_neither(door: Server, method: str) -> None:
    answer = raw.send(door, f"{method} /?{LIST} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert (answer.status, answer.code) == (400, "MalformedInput")


def test_a_head_has_no_body(door: Server) -> None:
    with raw.connect(door) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert raw.receive(connection, "HEAD").status == 400
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n")
        assert raw.receive(connection).body == b"ok\n"


@pytest.mark.parametrize(
    "path",
    ["//", "/.", "/..", "/%2e", "/%2F", "/iam", "/index.html", "/%00", "/%ff", "/%zz", "/healthz/"],
)
def test_there_is_nothing_elsewhere(door: Server, path: str) -> None:
    answer = raw.send(door, f"GET {path}?{LIST} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
    assert (answer.status, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")


# Hosts.


@pytest.mark.parametrize(
    "lines", [(), ("Host: a", "Host: b"), ("Host: a", "Host: a"), ("Host:",), ("Host: a,b",)]
)
def test_a_request_has_one_host(visitor: Account, lines: tuple[str, ...]) -> None:
    sent = raw.post(visitor, LIST)
    hostless = sent._replace(headers={n: value for n, value in sent.headers.items() if n != "host"})
    answer = raw.ask(visitor, hostless, *lines)
    assert (answer.status, answer.code) == (400, "MalformedInput")
    assert raw.ask(visitor, hostless, f"Host: {sent.headers['host']}").status == 200


def test_another_host_was_not_signed(visitor: Account) -> None:
    sent = raw.post(visitor, LIST)
    for host in ("iam.amazonaws.com", "localhost", sent.headers["host"] + "0"):
        answer = raw.ask(visitor, sent._replace(headers={**sent.headers, "host": host}))
        assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")


def test_a_whole_url_in_the_line_means_nothing(visitor: Account) -> None:
    """The `Host` that was signed decides, whatever URL stands in the request's line."""
    sent = raw.written(raw.post(visitor, WHOAMI, service="sts"))
    elsewhere = sent.replace(b"POST / ", b"POST http://elsewhere.example/ ")
    assert raw.send(visitor.server, elsewhere).status == 200
    unsigned = b"GET http://elsewhere.example/ HTTP/1.1\r\nHost: h\r\n\r\n"
    assert raw.send(visitor.server, unsigned).code == "MissingAction"


def test_http_1_0(visitor: Account) -> None:
    sent = raw.written(raw.get(visitor, LIST)).replace(b"HTTP/1.1", b"HTTP/1.0")
    answer = raw.send(visitor.server, sent)
    assert (answer.status, answer.closes) == (200, True)


# Connections.


def test_requests_in_a_row_are_answered_in_their_order(visitor: Account) -> None:
    good = raw.written(raw.post(visitor, WHOAMI, service="sts"))
    bad = raw.written(raw.get(visitor, WHOAMI, service="iam"))
    with raw.connect(visitor.server) as connection:
        connection.sendall((good + bad) * 20)
        assert [raw.receive(connection).status for _ in range(40)] == [200, 403] * 20


def test_a_refusal_leaves_the_connection_as_it_was(visitor: Account) -> None:
    with raw.connect(visitor.server) as connection:
        connection.sendall(HEAD + b"Content-Length: 10\r\n\r\nAction=%zz")
        assert raw.receive(connection).code == "MalformedQueryString"
        connection.sendall(raw.written(raw.post(visitor, LIST)))
        assert raw.receive(connection).status == 200


def test_a_client_may_ask_before_it_sends(visitor: Account) -> None:
    sent = raw.post(visitor, LIST)
    head, _, body = raw.written(sent, "Expect: 100-continue").rpartition(b"\r\n\r\n")
    with raw.connect(visitor.server) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert raw.receive(connection).status == 200


def test_half_a_body_is_no_request(door: Server) -> None:
    with raw.connect(door) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\nAction=")
        connection.shutdown(socket.SHUT_WR)
        answer = raw.receive(connection)
        assert (answer.status, answer.code) == (400, "MalformedInput")
        assert raw.is_closed(connection)


# What was signed, at the door.


def test_a_byte_is_not_taken_for_a_character(visitor: Account) -> None:
    """`%C3%83%C2%A9` is two characters and `é` unescaped is one: they once had one signature."""
    tag = "Action=ListUsers&Version=2010-05-08&PathPrefix="
    for spelling in ("%C3%83%C2%A9", "%C3%A9", "%E9"):
        sent = raw.get(visitor, tag + spelling)
        answer = raw.ask(visitor, sent._replace(query=tag + "é".encode().decode("latin-1")))
        assert (answer.status, answer.code) == (
            (403, "SignatureDoesNotMatch") if spelling != "%C3%A9" else (400, "ValidationError")
        )


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Content_Length: 3", 200),  # an underscore is no dash
        ("Content_Type: text/plain", 200),
        ("Transfer_Encoding: chunked", 411),  # but another server may take it for one
        ("X_Amz_Target: x", 403),
    ],
)
def test_underscores(visitor: Account, line: str, status: int) -> None:
    assert raw.ask(visitor, raw.post(visitor, LIST), line).status == status


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
def test_an_action_is_said_once(visitor: Account, query: str, body: str) -> None:
    answer = raw.ask(visitor, raw.post(visitor, body, query=query))
    if "+Action" in body:  # another name, that nobody knows
        assert answer.status == 200
    else:
        assert (answer.status, answer.code) == (404, "MalformedQueryString")
    assert len(visitor.iam.list_users()["Users"]) == 1


@pytest.mark.parametrize(
    "value", [b"%", b"%4", b"%zz", b"%C3", b"%FF", b"\xff", b"%00", b"\x00", b"%ED%A0%80", b"%C0%AF"]
)
def test_a_form_is_text(visitor: Account, value: bytes) -> None:
    answer = raw.ask(visitor, raw.post(visitor, LIST.encode() + b"&PathPrefix=" + value))
    assert (answer.status, answer.code) == (404, "MalformedQueryString")
