"""HTTP without a client library: raw requests over sockets, and their parsed responses."""

import signal
import socket
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from iamd.wire.request import Request
from tests.servers import Account, Server
from tests.wire import signing

TIMEOUT_SECONDS = 20

FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Response(NamedTuple):
    """A response, and whether the server closes the connection after it."""

    status: int
    headers: dict[str, str]
    body: bytes
    closes: bool

    @property
    def code(self) -> str:
        """Return the error code of an AWS error document."""
        return self._error("Code")

    @property
    def message(self) -> str:
        return self._error("Message")

    def _error(self, name: str) -> str:
        root = ET.fromstring(self.body)
        namespace = root.tag.partition("}")[0] + "}"
        assert root.tag == f"{namespace}ErrorResponse", self.body
        assert root.findtext(f"{namespace}RequestId") == self.headers["x-amzn-requestid"]
        assert self.headers["content-type"] == "text/xml"
        assert self.status != 500, self.body
        return root.findtext(f"{namespace}Error/{namespace}{name}") or ""


def connect(server: Server) -> socket.socket:
    url = urlsplit(server.url)
    return socket.create_connection((url.hostname, url.port), timeout=TIMEOUT_SECONDS)


def send(server: Server, *parts: bytes) -> Response:
    """Send bytes over a new connection; return the first response."""
    with connect(server) as connection:
        for part in parts:
            connection.sendall(part)
        return receive(connection)


def receive(connection: socket.socket, method: str = "POST") -> Response:
    """Read one response and nothing after it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    line, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    version, status, _ = line.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (header.partition(":") for header in lines)}
    body, length = b"", 0 if method == "HEAD" else int(headers["content-length"])
    while len(body) < length:
        chunk = connection.recv(length - len(body))
        assert chunk, f"the connection ended within {body!r}"
        body += chunk
    closes = headers.get("connection") == "close" or version == "HTTP/1.0"
    return Response(int(status), headers, body, closes)


def is_closed(connection: socket.socket) -> bool:
    """Wait for the server to close a connection; return whether it did."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def stop_and_read_log(server: Server) -> str:
    """Stop a server; return its output."""
    server.process.send_signal(signal.SIGTERM)
    return str(server.process.communicate(timeout=20)[0])


# Signed requests.


def host(server: Server) -> str:
    return urlsplit(server.url).netloc


def post(account: Account, body: str | bytes, *, query: str = "", **options: str) -> Request:
    """Return a form POST to the account's server, signed by the account's administrator."""
    content = body.encode() if isinstance(body, str) else body
    headers = {"host": host(account.server), "content-type": FORM}
    return sign(account, signing.request("POST", query, headers, content), **options)


def get(account: Account, query: str, **options: str) -> Request:
    return sign(account, signing.request("GET", query, {"host": host(account.server)}, b""), **options)


def sign(account: Account, unsigned: Request, **options: str) -> Request:
    key = (account.access_key_id, account.secret_access_key)
    return signing.signed(unsigned, at=datetime.now(UTC), key=key, service=options.get("service", "iam"))


def presign(account: Account, query: str, **options: str) -> Request:
    key = (account.access_key_id, account.secret_access_key)
    unsigned = signing.request("GET", query, {"host": host(account.server)}, b"")
    return signing.presigned(unsigned, at=datetime.now(UTC), key=key, service=options.get("service", "iam"))


def serialize(request: Request, *extra_headers: str) -> bytes:
    """Return a request as bytes, with extra header lines."""
    target = f"{request.path}?{request.query}" if request.query else request.path
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    lines += [f"content-length: {len(request.body)}"] if request.body else []
    return "\r\n".join([*lines, *extra_headers, "", ""]).encode("latin-1") + request.body


def send_request(account: Account, request: Request, *extra_headers: str) -> Response:
    """Send a request to the account's server."""
    return send(account.server, serialize(request, *extra_headers))
