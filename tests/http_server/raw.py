"""HTTP by hand: bytes to a server, and what comes back."""

import signal
import socket
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from iamd.wire.request import Request
from tests.servers import Account, Server
from tests.wire import signing

SECONDS = 20  # so long a test waits for an answer before it fails

FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Answer(NamedTuple):
    """An answer, and whether the server closes the connection after it."""

    status: int
    headers: dict[str, str]
    body: bytes
    closes: bool

    @property
    def code(self) -> str:
        """Return the code of a refusal, which is a document of AWS's form."""
        return self._error("Code")

    @property
    def message(self) -> str:
        return self._error("Message")

    def _error(self, name: str) -> str:
        root = ET.fromstring(self.body)
        space = root.tag.partition("}")[0] + "}"
        assert root.tag == f"{space}ErrorResponse", self.body
        assert root.findtext(f"{space}RequestId") == self.headers["x-amzn-requestid"]
        assert self.headers["content-type"] == "text/xml"
        assert self.status != 500, self.body
        return root.findtext(f"{space}Error/{space}{name}") or ""


def connect(server: Server) -> socket.socket:
    url = urlsplit(server.url)
    return socket.create_connection((url.hostname, url.port), timeout=SECONDS)


def send(server: Server, *parts: bytes) -> Answer:
    """Send bytes over a connection of their own and return the first answer."""
    with connect(server) as connection:
        for part in parts:
            connection.sendall(part)
        return receive(connection)


def receive(connection: socket.socket, method: str = "POST") -> Answer:
    """Read one answer and nothing that comes after it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the connection ended after {head!r}"
        head += byte
    line, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    version, status, _ = line.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    body, length = b"", 0 if method == "HEAD" else int(headers["content-length"])
    while len(body) < length:
        chunk = connection.recv(length - len(body))
        assert chunk, f"the connection ended within {body!r}"
        body += chunk
    closes = headers.get("connection") == "close" or version == "HTTP/1.0"
    return Answer(int(status), headers, body, closes)


def is_closed(connection: socket.socket) -> bool:
    """Wait until a server has closed a connection."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def logged(server: Server) -> str:
    """Stop a server and return all that it said."""
    server.process.send_signal(signal.SIGTERM)
    return str(server.process.communicate(timeout=20)[0])


# Signed requests.


def host(server: Server) -> str:
    return urlsplit(server.url).netloc


def post(account: Account, body: str | bytes, *, query: str = "", **how: str) -> Request:
    """Return a signed POST of a form to an account's server, as the account's administrator."""
    given = body.encode() if isinstance(body, str) else body
    headers = {"host": host(account.server), "content-type": FORM}
    return sign(account, signing.request("POST", query, headers, given), **how)


def get(account: Account, query: str, **how: str) -> Request:
    return sign(account, signing.request("GET", query, {"host": host(account.server)}, b""), **how)


def sign(account: Account, unsigned: Request, **how: str) -> Request:
    key = (account.access_key_id, account.secret_access_key)
    return signing.signed(unsigned, at=datetime.now(UTC), key=key, service=how.get("service", "iam"))


def presign(account: Account, query: str, **how: str) -> Request:
    key = (account.access_key_id, account.secret_access_key)
    unsigned = signing.request("GET", query, {"host": host(account.server)}, b"")
    return signing.presigned(unsigned, at=datetime.now(UTC), key=key, service=how.get("service", "iam"))


def written(request: Request, *more: str) -> bytes:
    """Return a request as bytes, with more lines in its head."""
    target = f"{request.path}?{request.query}" if request.query else request.path
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    lines += [f"content-length: {len(request.body)}"] if request.body else []
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1") + request.body


def ask(account: Account, request: Request, *more: str) -> Answer:
    """Send a request to an account's server."""
    return send(account.server, written(request, *more))
