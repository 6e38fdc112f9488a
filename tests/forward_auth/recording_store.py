"""A store that answers every request with 200 and remembers its head, to see what a gateway passes on."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.forward_auth.seaweedfs import ACCESS_KEY, SECRET_KEY, ObjectStore


class Head(NamedTuple):
    """The head of a request; header names are in lower case, and values of repeated headers are joined."""

    method: str
    target: str
    headers: dict[str, str]


class RecordingStore(NamedTuple):
    """A running store, and the requests that it has received."""

    store: ObjectStore
    requests: list[Head]

    def take(self) -> list[Head]:
        """Return the requests since the last call."""
        taken = list(self.requests)
        self.requests.clear()
        return taken


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests: list[Head]

    def _answer(self) -> None:
        names = dict.fromkeys(name.lower() for name in self.headers)
        headers = {name: ",".join(self.headers.get_all(name, [])) for name in names}
        self.requests.append(Head(self.command, self.path, headers))
        self.rfile.read(int(headers.get("content-length", "0")))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


@contextlib.contextmanager
def running() -> Iterator[RecordingStore]:
    """Run a store until the block ends."""
    requests: list[Head] = []
    handler = type("Handler", (_Handler,), {"requests": requests})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        host = f"127.0.0.1:{server.server_port}"
        try:
            yield RecordingStore(ObjectStore(host, f"http://{ACCESS_KEY}:{SECRET_KEY}@{host}"), requests)
        finally:
            server.shutdown()
            thread.join()
