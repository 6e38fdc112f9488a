"""A TCP relay in front of a server: counts connections, and cuts or stalls them."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

_CHUNK_BYTES = 65536


class Relay:
    """A running relay. `max_response_bytes`, if set, are those of each connection before it is cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._connections: list[tuple[threading.Thread, socket.socket]] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.count = 0
        self.max_response_bytes: int | None = None

    def run(self) -> None:
        """Accept connections until the relay is closed."""
        with self._listener, contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.count += 1
                thread = threading.Thread(target=self._serve, args=(client, self.max_response_bytes))
                self._connections.append((thread, client))
                thread.start()

    def cut(self) -> None:
        """Close all connections."""
        while self._connections:
            thread, client = self._connections.pop()
            _shut_down(client)
            thread.join()

    def close(self) -> None:
        _shut_down(self._listener)

    def _serve(self, client: socket.socket, max_response_bytes: int | None) -> None:
        with client, socket.create_connection(self._target) as server:
            for connection in (client, server):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            requests = threading.Thread(target=_pump, args=(client, server, None))
            requests.start()
            _pump(server, client, max_response_bytes)
            requests.join()


def _pump(source: socket.socket, target: socket.socket, max_bytes: int | None) -> None:
    """Pass on what one side sends, up to a maximum; then end both directions."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK_BYTES):
            target.sendall(data[:max_bytes])
            if max_bytes is not None:
                break
    _shut_down(source)
    _shut_down(target)


def _shut_down(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def running(url: str) -> Iterator[Relay]:
    """Run a relay to the server at a URL until the block ends."""
    parts = urlsplit(url)
    relay = Relay((parts.hostname or "", parts.port or 80))
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield relay
    finally:
        relay.close()
        thread.join()
        relay.cut()
