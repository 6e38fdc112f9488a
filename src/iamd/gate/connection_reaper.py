"""The connection reaper closes connections that stall, and a client's most silent ones if it has too many.

granian's WSGI interface has no deadline for a request's body and does not count connections by client. The
kernel knows what is needed: TCP_INFO (tcp(7)) tells how long ago the server sent something on a connection.
granian closes an idle connection after `HEAD_SECONDS`, and a body may take `BODY_SECONDS`. If the body of a
client is overdue, and the server has sent nothing on a connection of that client for both together, then it
is that connection. Only Linux has TCP_INFO in this form; elsewhere nothing is closed.
"""

import contextlib
import socket
import struct
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from iamd.core.client_addresses import address_group
from iamd.core.logs import LOGGER
from iamd.gate.request_bodies import BODY_SECONDS

HEAD_SECONDS = 10  # for the head of a request, and between requests
STALLED_SECONDS = HEAD_SECONDS + BODY_SECONDS
MAX_SILENT_SECONDS = 120  # longer than any request takes: the client does not read its response

_SCAN_SECONDS = 1.0
_FULL_SCAN_EVERY = 5  # scans; those between only if a body is overdue
_LOG_SECONDS = 60.0  # what strangers cause must not flood the log
_CONNECTIONS_AT_A_TIME = 50  # then other threads have their turn: this takes about half a millisecond
_PAUSE_SECONDS = 0.001
_FAMILIES = (socket.AF_INET, socket.AF_INET6)
_TCP_INFO_BYTES = 104
_LAST_DATA_SENT_OFFSET = 44  # of tcpi_last_data_sent, milliseconds, in struct tcp_info (linux/tcp.h)


class Connection(NamedTuple):
    """An open connection of this process.

    `peer` is the IP address of the client or proxy; the server has sent nothing for `silent_seconds`.
    """

    file_descriptor: int
    peer: str
    peer_port: int
    silent_seconds: float


def select_for_closing(
    connections: Iterable[Connection],
    stalled_peers: Collection[str],
    max_per_address: int,
    is_proxy: Callable[[str], bool],
) -> list[Connection]:
    """Return the connections to close.

    `stalled_peers` are the peers of whom the body of at least one request is overdue. The connections of a
    peer that `is_proxy` are those of many clients, so they are not limited in number.
    """
    closing = []
    by_address = defaultdict[str, list[Connection]](list)
    for connection in connections:
        max_seconds = STALLED_SECONDS if connection.peer in stalled_peers else MAX_SILENT_SECONDS
        if connection.silent_seconds >= max_seconds:
            closing.append(connection)
        elif not is_proxy(connection.peer):
            by_address[address_group(connection.peer)].append(connection)
    for group in by_address.values():
        group.sort(key=lambda connection: connection.silent_seconds)
        closing += group[max_per_address:]
    return closing


class ConnectionReaper:
    """A thread that closes connections to `port` of this process; see `select_for_closing`."""

    def __init__(
        self,
        port: int,
        max_per_address: int,
        stalled_peers: Callable[[], Collection[str]],
        is_proxy: Callable[[str], bool],
    ) -> None:
        self._port = port
        self._max_per_address = max_per_address
        self._stalled_peers = stalled_peers
        self._is_proxy = is_proxy
        self._closed_count, self._logged_at = 0, -_LOG_SECONDS
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="connection reaper", daemon=True)

    def start(self) -> None:
        """Start the thread; no effect on systems without TCP_INFO."""
        if sys.platform == "linux":
            self._thread.start()

    def close(self) -> None:
        """Stop the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def reap(self) -> int:
        """Close the connections that are due now; return their number."""
        stalled_peers = self._stalled_peers()
        connections = list(self._connections())
        closing = select_for_closing(connections, stalled_peers, self._max_per_address, self._is_proxy)
        for connection in closing:
            _shut_down(connection, self._port)
        return len(closing)

    def _connections(self) -> Iterator[Connection]:
        for number, entry in enumerate(Path("/proc/self/fd").iterdir(), 1):
            connection = _find_connection(int(entry.name), self._port)
            if connection is not None:
                yield connection
            if number % _CONNECTIONS_AT_A_TIME == 0:
                self._stop.wait(_PAUSE_SECONDS)

    def _run(self) -> None:
        scans = 0
        while not self._stop.wait(_SCAN_SECONDS):
            scans += 1
            try:
                if scans % _FULL_SCAN_EVERY == 0 or self._stalled_peers():
                    self._reap_and_log()
            except Exception:  # noqa: BLE001 - whatever the error, the thread must survive
                LOGGER.exception("cannot look for stalled connections")

    def _reap_and_log(self) -> None:
        self._closed_count += self.reap()
        now = time.monotonic()
        if self._closed_count and now >= self._logged_at + _LOG_SECONDS:
            LOGGER.info("closed %d stalled or excessive connections", self._closed_count)
            self._closed_count, self._logged_at = 0, now


@contextlib.contextmanager
def _borrowed(file_descriptor: int) -> Iterator[socket.socket | None]:
    """Yield the socket that a file descriptor refers to; None for other files.

    It is neither duplicated, since a duplicate would take a file descriptor and might hold on to a file's
    locks, nor ever closed, since it belongs to the HTTP server.
    """
    try:
        borrowed = socket.socket(fileno=file_descriptor)
    except OSError:  # not a socket, or closed meanwhile
        yield None
        return
    try:
        yield borrowed
    finally:
        borrowed.detach()


def _find_connection(file_descriptor: int, port: int) -> Connection | None:
    """Return the connection to `port` that a file descriptor of this process refers to; None for others."""
    with _borrowed(file_descriptor) as borrowed:
        return None if borrowed is None else _describe(borrowed, port)


def _describe(connection: socket.socket, port: int) -> Connection | None:
    try:
        if connection.family not in _FAMILIES or connection.getsockname()[1] != port:
            return None
        address, peer_port = connection.getpeername()[:2]
        tcp_info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    except OSError:  # the listening socket, or a connection that was closed
        return None
    (milliseconds,) = struct.unpack_from("I", tcp_info, _LAST_DATA_SENT_OFFSET)
    peer = str(address).removeprefix("::ffff:")
    return Connection(connection.fileno(), peer, peer_port, milliseconds / 1000)


def _shut_down(connection: Connection, port: int) -> None:
    """Close a connection if its file descriptor still refers to it."""
    with _borrowed(connection.file_descriptor) as borrowed:
        current = None if borrowed is None else _describe(borrowed, port)
        if borrowed is None or current is None or current[:3] != connection[:3]:
            return
        with contextlib.suppress(OSError):  # it was closed meanwhile
            borrowed.shutdown(socket.SHUT_RDWR)
