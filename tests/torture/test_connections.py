"""Thousands of connections that say nothing, stall, or send slowly."""

import contextlib
import resource
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from iamd.gate.connection_reaper import STALLED_SECONDS
from tests import servers
from tests.http_server import raw
from tests.servers import Account, Server
from tests.torture.latency import measured

pytestmark = pytest.mark.torture

CONNECTIONS = 5_000
SLOW_SENDERS = 200
SECONDS = 5  # of a measurement
NOISE_MS = 10  # of the p99 on a machine that does other things too
STALLED = (
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 60000\r\n\r\nAction="
)
ATTACKERS = [f"127.0.1.{number}" for number in range(1, 51)]  # none has too many requests or connections


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Account]:
    """Return an account on a server of its own; this process may open many files."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    with servers.serving_new_store(tmp_path / "data") as server:
        yield servers.create_account(server)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@contextlib.contextmanager
def flood(
    server: Server, content: bytes, count: int, sources: Sequence[str]
) -> Iterator[list[socket.socket]]:
    """Open connections from many addresses, and send the beginning of a request, or nothing, on each."""
    port = int(server.url.rpartition(":")[2])
    with contextlib.ExitStack() as connections:
        opened = []
        for number in range(count):
            source = (sources[number % len(sources)], 0)
            connection = socket.create_connection(("127.0.0.1", port), raw.TIMEOUT_SECONDS * 2, source)
            opened.append(connections.enter_context(connection))
            connection.sendall(content)
        yield opened


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False


@pytest.mark.parametrize(
    "content", [b"", b"POST / HTTP/1.1\r\nHost: ", STALLED], ids=["silent", "in the head", "in the body"]
)
def test_idle_connections_slow_nobody_down(victim: Account, content: bytes) -> None:
    with measured(victim) as quiet:
        time.sleep(SECONDS)
    with flood(victim.server, content, CONNECTIONS, ATTACKERS), measured(victim) as attacked:
        time.sleep(SECONDS)
    print(f"quiet {quiet[0]}, attacked {attacked[0]}")
    assert attacked[0].p99 < max(2 * quiet[0].p99, NOISE_MS)


def test_slow_senders_slow_nobody_down_and_are_cut_off(victim: Account) -> None:
    with measured(victim) as quiet:
        time.sleep(SECONDS)
    done = threading.Event()
    with flood(victim.server, STALLED, SLOW_SENDERS, ATTACKERS) as senders:

        def drip() -> None:
            while not done.wait(0.2):
                for sender in senders:
                    with contextlib.suppress(OSError):
                        sender.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        with measured(victim) as attacked:
            time.sleep(STALLED_SECONDS + 5)
        done.set()
        thread.join()
        assert not any(is_open(sender) for sender in senders)
    print(f"quiet {quiet[0]}, attacked {attacked[0]}")
    assert attacked[0].p99 < max(2 * quiet[0].p99, NOISE_MS)


def test_address_with_too_many_connections_loses_the_most_silent(victim: Account) -> None:
    with flood(victim.server, b"", 1_500, ["127.0.2.1"]) as silent:
        time.sleep(8)  # a scan is due every five seconds, and no header timeout yet
        assert 900 < sum(is_open(connection) for connection in silent) < 1_200
        assert victim.iam.list_users()["Users"]
