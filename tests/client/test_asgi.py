"""The ASGI middleware on scopes that servers and other middleware make, and WebSockets."""

import asyncio
import contextlib
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from iamd.client import Iamd
from iamd.client.asgi import IamdMiddleware
from tests import servers
from tests.client.conftest import Library, Service, bearer
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import HOST
from tests.servers import allow

Scope = dict[str, Any]
Messages = list[dict[str, Any]]


def scope(api_key: str, path: str = "/books/17", **others: Any) -> Scope:
    values = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "root_path": "",
        "client": ("203.0.113.9", 1234),
        "headers": [(b"host", HOST.encode()), (b"authorization", f"Bearer {api_key}".encode())],
    }
    return {**values, **others}


def call(service: Service, scope: Scope, received: Messages | None = None) -> tuple[Messages, list[Scope]]:
    """Return the messages that the server would be sent, and the scopes that reach the application."""
    incoming = [{"type": "http.request", "body": b""}] if received is None else list(received)
    sent: Messages = []
    served: list[Scope] = []

    async def app(own_scope: Any, receive: Any, send: Any) -> None:
        served.append({**own_scope, "first": await receive()})
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    with (
        contextlib.closing(service.iamd) as iamd,
        ThreadPoolExecutor(1) as thread,
    ):  # this one may have a loop
        middleware = IamdMiddleware(app, iamd, "library")
        thread.submit(lambda: asyncio.run(middleware(scope, receive, send))).result()
    return sent, served


@pytest.fixture
def reader(service: Service) -> str:
    """Return the API key of a client that may read book 17 and nothing else."""
    resource = f"arn:aws:library::{service.account.account_id}:book/17"
    return create_api_key(service.account, allow("library:GetBook", resource=resource), name="reader")


@pytest.mark.parametrize(
    ("changes", "decided"),
    [
        ({}, b"/books/17"),
        ({"raw_path": None}, b"/books/17"),
        ({"raw_path": b"/books/%31%37"}, b"/books/%31%37"),
        ({"raw_path": b"/books/18"}, b"/books/17"),
        ({"root_path": "/books"}, b"/books/17"),
        ({"root_path": "/books/"}, b"/books/17"),
        ({"client": ["203.0.113.9", 1234]}, b"/books/17"),
    ],
)
def test_path_that_is_decided(service: Service, reader: str, changes: Scope, decided: bytes) -> None:
    _, (served,) = call(service, scope(reader, **changes))
    assert served["raw_path"] == decided
    assert served["path"] == "/books/17"
    assert served["iamd.caller"].arn.endswith(":user/reader")
    assert dict(served["headers"]) == {b"host": HOST.encode(), b"content-length": b"0"}


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "/books/18", "raw_path": b"/books/17"},
        {"path": "/17", "root_path": "/books"},
        {"path": "/books/17", "root_path": "/library"},
        {"path": "/books/17", "root_path": "/book"},
        {"path": "books/17"},
        {"path": f"http://{HOST}/books/17", "raw_path": f"http://{HOST}/books/17".encode()},
        {"path": ""},
        {"path": "/books/17\x00"},
        {"path": "/books/\ud800"},
        {"path": "/books/\ufffd17", "raw_path": b"/books/%ff17"},
        {"query_string": b"format=\xe9"},
        {"method": "get"},
        {"client": None},
        {"client": ("", 0)},
    ],
)
def test_request_that_is_refused(service: Service, reader: str, changes: Scope) -> None:
    sent, served = call(service, scope(reader, **changes))
    assert 400 <= sent[0]["status"] < 500
    assert not served


def test_values_of_a_repeated_header_are_one(service: Service, reader: str) -> None:
    """The application must not take the first value if iamd has decided on both."""
    request = scope(reader)
    request["headers"] += [(b"X-Note", b"a"), (b"cookie", b"c=1"), (b"x-note", b"b"), (b"cookie", b"d=2")]
    request["headers"] += [(b"x_note", b"c")]
    _, (served,) = call(service, request)
    headers = [header for header in served["headers"] if header[0] in (b"x-note", b"cookie", b"x_note")]
    assert headers == [(b"x-note", b"a,b"), (b"cookie", b"c=1; d=2")]


@pytest.mark.parametrize(
    ("headers", "messages"),
    [
        ([(b"content-length", b"3")], [b"ab"]),
        ([(b"content-length", b"3")], [b"ab", b"cd"]),
        ([(b"content-length", b"3"), (b"transfer-encoding", b"chunked")], [b"abc"]),
        ([(b"content-length", b"-3")], [b"abc"]),
        ([(b"content-length", b"3"), (b"content-length", b"3")], [b"abc"]),
        ([(b"content-length", b"9999999")], []),
        ([], [b"x" * 1024 * 1024, b"x"]),
        ([(b"content-type", b"a"), (b"content-type", b"b")], [b""]),
    ],
)
def test_body_that_is_refused(
    service: Service, headers: list[tuple[bytes, bytes]], messages: list[bytes]
) -> None:
    writer = create_api_key(service.account, allow("library:*"), name="writer")
    request = scope(writer, "/books", method="POST")
    request["headers"] += headers
    received = [{"type": "http.request", "body": body, "more_body": True} for body in messages]
    if received:
        received[-1]["more_body"] = False
    sent, served = call(service, request, received)
    assert sent[0]["status"] in (400, 413)
    assert not served


def test_client_that_leaves_gets_nothing(service: Service, reader: str) -> None:
    received: Messages = [{"type": "http.request", "more_body": True}, {"type": "http.disconnect"}]
    assert call(service, scope(reader), received) == ([], [])


def test_other_protocols_are_not_served(service: Service, reader: str) -> None:
    with pytest.raises(ValueError, match="webtransport"):
        call(service, scope(reader, type="webtransport"))


def test_application_is_closed_while_iamd_is_down(service: Service, reader: str) -> None:
    down = service.account._replace(
        server=service.account.server._replace(url=f"http://127.0.0.1:{servers.free_port()}")
    )
    sent, served = call(service._replace(account=down), scope(reader))
    assert (sent[0]["status"], json.loads(sent[1]["body"])["__type"]) == (503, "ServiceUnavailable")
    assert not served


WEBSOCKET = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
WEBSOCKET_KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


@pytest.mark.parametrize("library", ["asgi-granian"], indirect=True)
def test_handshake_of_a_websocket_is_decided(library: Library) -> None:
    api_key = create_api_key(library.service.account, allow("library:ListBooks"), name="wes")
    head = (*bearer(api_key), *WEBSOCKET, WEBSOCKET_KEY, "X-Iamd-Arn: x")
    refused = library.send_lines("GET /books/17 HTTP/1.1", *head)
    assert (refused.status, json.loads(refused.body)["__type"]) == (403, "AccessDeniedException")
    with socket.create_connection(library.address, timeout=20) as connection:
        connection.sendall("\r\n".join(("GET /books HTTP/1.1", *head, "", "")).encode())
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert received.startswith(b"HTTP/1.1 101 ")
    assert b":user/wes" in received
    assert b"x-iamd-arn" not in received
    assert api_key.encode() not in received


def test_handshake_is_refused_without_the_extension(service: Service, reader: str) -> None:
    sent, served = call(service, scope(reader, "/books", type="websocket"), [{"type": "websocket.connect"}])
    assert (sent, served) == ([{"type": "websocket.close", "code": 1008}], [])


def test_iamd_that_is_not_valid() -> None:
    with pytest.raises(ValueError, match="max_body"):
        IamdMiddleware(None, Iamd("http://localhost", "iamd_x"), "library", 10**9)  # type: ignore[arg-type]
