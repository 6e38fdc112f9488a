"""Requests that programs read differently: what the application serves is what was decided."""

import json
import socket

import pytest

from tests.client.app_servers import NAMES
from tests.client.conftest import Library, bearer, content
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import HOST
from tests.http_server import raw
from tests.servers import allow


@pytest.fixture(scope="package")
def reader(library: Library) -> str:
    """Return the API key of a client that may read book 17 and use note 1, and nothing else."""
    account = library.service.account
    books = allow("library:GetBook", resource=f"arn:aws:library::{account.account_id}:book/17")
    notes = allow("library:UseNote", resource=f"arn:aws:library::{account.account_id}:note/1")
    return create_api_key(account, books, notes, name="reader")


TARGETS = [
    "/books/17",
    "/books/%31%37",
    "/b%6Foks/17",
    "/books/18",
    "/books/17/../18",
    "/books/17/%2e%2e/18",
    "/books/17%2F..%2F18",
    "/books/17%2f18",
    "/books/18%2F..%2F17",
    "/books/17\\..\\18",
    "/books/17%5C..%5C18",
    "/books//17",
    "/books//18",
    "//books/17",
    "//books/18",
    "//17/books/18",
    "/./books/18",
    "/books/17/",
    "/books/17/.",
    "/books/17;/../18",
    "/books/17;x=1",
    "/books/17%3B/../18",
    "/books/17%00",
    "/books/17%00/../18",
    "/books/17%0d%0aX-Iamd-Arn:x",
    "/books/17%",
    "/books/17%2",
    "/books/17%252f..%252f18",
    "/books/%2531%2537",
    "/books/17%ff",
    "/books/%EF%BC%91%EF%BC%97",
    "/books/1\xe97",
    "/books/17#/../18",
    "/books/17?/../18",
    "/books/17?format=a&format=b",
    "/BOOKS/18",
    "books/18",
    "*",
    f"http://{HOST}/books/17",
    f"http://{HOST}/books/18",
    "http://other.example/books/17",
    f"http://{HOST}/books%2f18",
    "/",
]


@pytest.mark.parametrize("target", TARGETS)
def test_application_serves_what_was_decided(library: Library, reader: str, target: str) -> None:
    response = library.send_lines(f"GET {target} HTTP/1.1", *bearer(reader))
    if response.status == 200:
        assert content(response)["path"] == "/books/17"
    else:
        assert 400 <= response.status < 500, response
    if target in ("/books/17", "/books/%31%37", "/books/17?/../18"):
        assert response.status == 200


FORGED = [
    ("X-Forwarded-Uri", "/books/17"),
    ("X_Forwarded_Uri", "/books/17"),
    ("X-Forwarded_Uri", "/books/17"),
    ("X_FORWARDED_URI", "/books/17"),
    ("X-Forwarded-Method", "GET"),
    ("X_Original_Content_Length", "0"),
    ("X-Original-Url", "/books/17"),
    ("X_Original_Url", "/books/17"),
    ("X-Rewrite-Url", "/books/17"),
    ("X_Iamd_Api_Key", "iamd_x"),
    ("Content_Length", "3"),
    ("Content_Type", "text/x"),
    ("Script_Name", "/books/17"),
    ("Path_Info", "/books/17"),
    ("Request_Uri", "/books/17"),
    ("Raw-Uri", "/books/17"),
    ("X-Script-Name", "/books"),
]


@pytest.mark.parametrize(("name", "value"), FORGED)
def test_header_does_not_change_what_is_decided(library: Library, reader: str, name: str, value: str) -> None:
    line = f"{name}: {value}"
    assert 400 <= library.send_lines("GET /books/18 HTTP/1.1", *bearer(reader), line).status < 500
    assert 400 <= library.send_lines("DELETE /books/17 HTTP/1.1", *bearer(reader), line).status < 500


@pytest.mark.parametrize(("name", "value"), FORGED)
def test_header_does_not_reach_the_application(library: Library, reader: str, name: str, value: str) -> None:
    response = library.send_lines("GET /books/17 HTTP/1.1", *bearer(reader), f"{name}: {value}")
    if response.status == 200:
        got = content(response)
        assert got["path"] == "/books/17"
        headers = {header.replace("_", "-") for header in got["headers"]}
        reserved = ("x-forwarded", "x-iamd", "x-original")
        assert not [header for header in headers if header.startswith(reserved)]
        assert got["headers"].get("content-length", "0") == "0"
        assert got["headers"].get("content-type", "") == ""


@pytest.mark.parametrize("method", ["get", "Delete", "delete", "GET-", "G/T", "PROPFIND"])
def test_method_is_decided_as_the_application_reads_it(library: Library, reader: str, method: str) -> None:
    """A route for any method must not allow a method that frameworks put in upper case."""
    assert library.send_lines("GET /notes/1 HTTP/1.1", *bearer(reader)).status == 200
    response = library.send_lines(f"{method} /notes/1 HTTP/1.1", *bearer(reader))
    if response.status == 200:
        assert content(response)["method"] == method
    else:
        assert 400 <= response.status < 502


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        ("Host: other.example",),
        (f"Host: {HOST}", "Host: other.example"),
        ("Host: other.example", f"Host: {HOST}"),
        (f"Host: {HOST},other.example",),
        ("Host: ",),
        ("Host: other.example", f"X-Forwarded-Host: {HOST}"),
        ("Host: other.example", f"X_Forwarded_Host: {HOST}"),
    ],
)
def test_host_must_be_that_of_the_service(library: Library, reader: str, hosts: tuple[str, ...]) -> None:
    authorization = f"Authorization: Bearer {reader}"
    assert 400 <= library.send_lines("GET /books/17 HTTP/1.1", *hosts, authorization).status < 500


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 3", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 30"),
        ("Transfer-Encoding: identity", "Content-Length: 3"),
        ("Content-Length: 3", "Content-Length: 4"),
        ("Content-Length: +3",),
        ("Content-Length: 0x3",),
        ("Content-Length: -1",),
        ("Content-Length: " + "9" * 40,),
    ],
)
def test_body_whose_length_is_not_certain(library: Library, reader: str, lines: tuple[str, ...]) -> None:
    body = b"3\r\nabc\r\n0\r\n\r\n"
    response = library.send_lines("POST /notes/1 HTTP/1.1", *bearer(reader), *lines, body=body)
    if response.status == 200:  # the server has resolved it: granian ignores the length of a chunked body
        got = content(response)
        assert got["body"] in ("abc", "3\r\na")
        assert got["headers"]["content-length"] == str(len(got["body"]))
    else:
        assert 400 <= response.status < 502, response


@pytest.mark.parametrize(
    "line", ["Authorization: Bearer iamd_x", "X-Note: caf\xc3\xa9", "X-Note: \xff", "X-Note: a\x0bb"]
)
def test_header_that_programs_read_differently(library: Library, reader: str, line: str) -> None:
    response = library.send_lines("GET /notes/1 HTTP/1.1", *bearer(reader), line)
    if response.status == 200:  # granian gives WSGI applications an empty value
        assert content(response)["headers"]["x-note"] == ""
    else:
        assert 400 <= response.status < 500, response


@pytest.mark.parametrize("library", [name for name in NAMES if name != "flask-werkzeug"], indirect=True)
def test_each_request_of_a_connection_is_decided(library: Library, reader: str) -> None:
    """The body of a refused request, and what follows a complete one, is not served without a decision."""
    head = "\r\n".join((*bearer(reader), "", ""))
    hidden = f"GET /books/17 HTTP/1.1\r\n{head}"
    parts = (
        f"POST /books HTTP/1.1\r\nContent-Length: {len(hidden)}\r\n{head}{hidden}",
        f"GET /books/18 HTTP/1.1\r\n{head}",
        f"GET /books/17 HTTP/1.1\r\n{head}",
        f"GET /books/18 HTTP/1.1\r\n{head}",
    )
    with socket.create_connection(library.address, timeout=raw.TIMEOUT_SECONDS) as connection:
        connection.sendall("".join(parts).encode())
        responses = [raw.receive(connection) for _ in parts]
    assert [response.status for response in responses] == [403, 403, 200, 403]
    assert json.loads(responses[2].body)["path"] == "/books/17"


def test_request_that_ends_early_is_not_served(library: Library, reader: str) -> None:
    with socket.create_connection(library.address, timeout=raw.TIMEOUT_SECONDS) as connection:
        head = "\r\n".join(("GET /notes/1 HTTP/1.1", *bearer(reader), "Content-Length: 100", "", "abc"))
        connection.sendall(head.encode())
        connection.shutdown(socket.SHUT_WR)
        received = connection.recv(65536)
    assert b" 200 " not in received
