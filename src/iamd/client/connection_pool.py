"""HTTP connections to iamd that are kept for the next question, for any number of threads."""

import contextlib
import http.client
import os
import re
import ssl
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from iamd.client.errors import Unavailable

_URL = re.compile(r"(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?/?", re.ASCII)
_MAX_IDLE = 32
_MAX_BODY_BYTES = 4 * 1024 * 1024
# The server has closed a connection that it kept. A question changes nothing, so it can be asked again.
_CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Question(NamedTuple):
    """A request to iamd; header names may repeat."""

    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes


class Answer(NamedTuple):
    """A response of iamd."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class ConnectionPool:
    """Connections to the server at a URL, `http(s)://host[:port]`.

    `timeout` is in seconds, for connecting and for each wait for bytes. `ca_file` has the certificate
    authorities to trust, in PEM; by default they are the system's. Raises ValueError if the URL is invalid.
    """

    def __init__(self, url: str, timeout: float, ca_file: str | None) -> None:
        self._idle: list[http.client.HTTPConnection] = []
        self._reset()
        match = _URL.fullmatch(url)
        if match is None:
            raise ValueError("the URL of iamd must be http(s)://host[:port]")
        self._host, self._port = match[2].strip("[]"), int(match[3]) if match[3] else None
        self._timeout = timeout
        self._tls = ssl.create_default_context(cafile=ca_file) if match[1] == "https" else None

    def __del__(self) -> None:
        self.close()

    def ask(self, question: Question) -> Answer:
        """Send a question; Unavailable if there is no complete answer in time."""
        try:
            return self._ask(question)
        except TimeoutError as error:
            raise Unavailable(f"{self._host} did not answer within {self._timeout:g} seconds") from error
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{self._host} cannot be reached: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Close the connections that no question is using."""
        while (connection := self._take()) is not None:
            connection.close()

    def _ask(self, question: Question) -> Answer:
        connection, response = self._take(), None
        if connection is not None:
            with contextlib.suppress(*_CLOSED):
                response = _begin(connection, question)
        if connection is None or response is None:
            connection = self._connect()
            response = _begin(connection, question)
        answer = _read(connection, response)
        if connection.sock is not None:
            self._keep(connection)
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)

    def _take(self) -> http.client.HTTPConnection | None:
        """Return a connection that no other thread has, or None."""
        if self._process_id != os.getpid():
            self._reset()
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _keep(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _reset(self) -> None:
        """Begin without connections. A forked process must not read the answers to its parent's questions."""
        self._process_id = os.getpid()
        self._lock = threading.Lock()  # a thread that exists in the parent only may have had the old one
        inherited, self._idle = self._idle, []
        for connection in inherited:
            connection.close()


def _begin(connection: http.client.HTTPConnection, question: Question) -> http.client.HTTPResponse:
    """Send a question, and wait for the head of the response."""
    with _closed_on_failure(connection):
        connection.putrequest("POST", question.path, skip_accept_encoding=True)
        for name, value in question.headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(question.body)))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may have answered already
            connection.endheaders(question.body)
        return connection.getresponse()


def _read(connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> Answer:
    with _closed_on_failure(connection):
        body = response.read(_MAX_BODY_BYTES)
        if not response.isclosed() and response.read(1):
            raise http.client.HTTPException(f"the response has more than {_MAX_BODY_BYTES} bytes")
        if response.length:  # `read` with a size does not raise IncompleteRead
            raise http.client.IncompleteRead(body, response.length)
        return Answer(response.status, response.headers, body)


@contextlib.contextmanager
def _closed_on_failure(connection: http.client.HTTPConnection) -> Iterator[None]:
    """Close a connection whose answer is not read to its end: the next question would be answered by it."""
    try:
        yield
    except BaseException:
        connection.close()
        raise
