"""Connections that stall, and those of a client that has too many."""

import contextlib
import fcntl
import socket
from pathlib import Path

import pytest

from iamd.gate.connection_reaper import (
    MAX_SILENT_SECONDS,
    STALLED_SECONDS,
    Connection,
    ConnectionReaper,
    select_for_closing,
)

CLIENT, PROXY = "192.0.2.1", "10.0.0.1"


@pytest.mark.parametrize(
    ("peer", "seconds", "closed"),
    [
        (CLIENT, 0.0, False),
        (CLIENT, STALLED_SECONDS - 1, False),  # it may have been idle, and then sent a request a moment ago
        (CLIENT, STALLED_SECONDS, True),
        (PROXY, STALLED_SECONDS, True),
        ("198.51.100.7", STALLED_SECONDS, False),  # another client's request is merely slow to be answered
        ("198.51.100.7", MAX_SILENT_SECONDS, True),
    ],
)
def test_connection_of_an_overdue_body_is_closed(peer: str, seconds: float, closed: bool) -> None:
    connection = Connection(7, peer, 40_000, seconds)
    selected = select_for_closing([connection], {CLIENT, PROXY}, 10, {PROXY}.__contains__)
    assert selected == ([connection] if closed else [])


@pytest.mark.parametrize(
    ("peers", "closed"),
    [
        ([CLIENT] * 5, [4, 3]),
        ([CLIENT] * 3, []),
        ([CLIENT, "192.0.2.2"] * 3, []),
        ([f"2001:db8::{number}" for number in range(5)], [4, 3]),  # a subscriber usually has a whole /64
        ([PROXY] * 5, []),  # they are those of many clients
    ],
)
def test_most_silent_connections_of_a_client_are_closed_if_it_has_too_many(
    peers: list[str], closed: list[int]
) -> None:
    connections = [Connection(7, peer, 40_000, float(seconds)) for seconds, peer in enumerate(peers)]
    selected = select_for_closing(connections, (), 3, {PROXY}.__contains__)
    assert sorted(int(connection.silent_seconds) for connection in selected) == sorted(closed)


def test_connections_of_this_process_are_found_and_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as sockets:
        port = listener.getsockname()[1]
        clients = [
            sockets.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5)) for _ in range(4)
        ]
        accepted = [sockets.enter_context(listener.accept()[0]) for _ in clients]
        reaper = ConnectionReaper(port, 2, lambda: (), lambda _: False)
        assert reaper.reap() == 2
        for connection in accepted:
            with contextlib.suppress(OSError):
                connection.sendall(b"open")
        assert sorted(client.recv(100) for client in clients) == [b"", b"", b"open", b"open"]


def test_connections_to_other_ports_are_left_alone() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=5) as client,
        listener.accept()[0] as connection,
    ):
        other_port = client.getsockname()[1] % 60_000 + 1
        assert ConnectionReaper(other_port, 0, lambda: (), lambda _: False).reap() == 0
        connection.sendall(b"open")
        assert client.recv(100) == b"open"


def test_no_file_stays_open_after_a_scan(tmp_path: Path) -> None:
    """A duplicate of the store's lock file would hold its lock."""
    with (tmp_path / "lock").open("w") as lock_file, socket.create_server(("127.0.0.1", 0)) as listener:
        reaper = ConnectionReaper(listener.getsockname()[1], 10, lambda: (), lambda _: False)
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        before = len(list(Path("/proc/self/fd").iterdir()))
        reaper.reap()
        assert len(list(Path("/proc/self/fd").iterdir())) == before
    with (tmp_path / "lock").open("w") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
