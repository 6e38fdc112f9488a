"""HTTP load generator: requests signed in advance, sent over keep-alive connections with little CPU time."""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

Key = tuple[str, str]


class LoadResult(NamedTuple):
    """The result of a run: requests per second, and two percentiles of latency in milliseconds."""

    per_second: float
    p50_ms: float
    p99_ms: float


def sign_request(url: str, service: str, key: Key, params: dict[str, str]) -> bytes:
    """Return the bytes of a signed POST request."""
    body = urlencode(params).encode()
    request = AWSRequest("POST", url + "/", headers={"Content-Type": _FORM_CONTENT_TYPE}, data=body)
    SigV4Auth(Credentials(*key), service, "us-east-1").add_auth(request)
    lines = ["POST / HTTP/1.1", f"Host: {urlsplit(url).netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


_FORM_CONTENT_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


class _Connection:
    """A keep-alive connection with at most one request in flight; reopened if the server closes it."""

    def __init__(self, address: tuple[str, int], selector: selectors.BaseSelector) -> None:
        self._address = address
        self._selector = selector
        self._received = b""
        self.sent_at = 0.0
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(self._address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self.socket, selectors.EVENT_READ, self)

    def close(self) -> None:
        self._selector.unregister(self.socket)
        self.socket.close()

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        if b"\r\nconnection: close" in self._received.partition(b"\r\n\r\n")[0].lower():
            self.close()
            self._open()
        self._received = b""
        self.socket.sendall(request)

    def read_response(self) -> bool:
        """Read available bytes; return True if the response is complete.

        Raises RuntimeError if its status is not 200.
        """
        chunk = self.socket.recv(262_144)
        self._received += chunk
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if separator and b" 200 " in head[:16] and _is_complete(head, body):
            return True
        if not chunk or (separator and b" 200 " not in head[:16]):
            raise RuntimeError(self._received[:600].decode(errors="replace") or "connection closed")
        return False


def _is_complete(head: bytes, body: bytes) -> bool:
    if b"\r\ntransfer-encoding: chunked" in head.lower():
        return body.endswith(b"\r\n0\r\n\r\n")
    return len(body) >= _content_length(head)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise RuntimeError(f"response without Content-Length: {head!r}")


def run_load(url: str, requests: Iterator[bytes], seconds: float, connections: int = 8) -> LoadResult:
    """Send requests as fast as they are answered, until `seconds` have passed or `requests` is exhausted."""
    parts = urlsplit(url)
    selector = selectors.DefaultSelector()
    latencies: list[float] = []
    for _ in range(connections):
        connection = _Connection((parts.hostname or "", parts.port or 80), selector)
        connection.send(next(requests))
    start = time.perf_counter()
    in_flight = connections
    while in_flight:
        events = selector.select(timeout=10)
        if not events:
            raise RuntimeError("the server does not respond")
        for key, _ in events:
            connection = key.data
            if not connection.read_response():
                continue
            latencies.append(time.perf_counter() - connection.sent_at)
            next_request = next(requests, None) if time.perf_counter() - start < seconds else None
            if next_request is None:
                in_flight -= 1
                connection.close()
            else:
                connection.send(next_request)
    elapsed = time.perf_counter() - start
    return LoadResult(len(latencies) / elapsed, _percentile(latencies, 0.5), _percentile(latencies, 0.99))


def _percentile(latencies: Sequence[float], share: float) -> float:
    return sorted(latencies)[int(len(latencies) * share)] * 1000
