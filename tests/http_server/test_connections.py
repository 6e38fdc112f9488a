"""Connections that stay silent or stall in the middle of a request keep nobody out."""

import contextlib
import resource
import socket
import time
import urllib.request
from collections.abc import Iterator

import pytest

from tests import servers
from tests.http_server import raw
from tests.servers import Account, Server

FLOOD = 1_200  # more than the threads and the connections of a worker once were
FILES = 8_192
STALLED = (
    b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 60000\r\n\r\nAction="
)
LIST = "Action=ListUsers&Version=2010-05-08"


@pytest.fixture(autouse=True)
def open_files() -> Iterator[None]:
    """Allow this process to open many connections."""
    soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard_limit), hard_limit))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft_limit, hard_limit))


@pytest.fixture
def server(sqlite_server: Server) -> Iterator[Server]:
    """Return a server of its own for each test."""
    with servers.serving(sqlite_server.store, *sqlite_server.arguments) as running:
        yield running


@contextlib.contextmanager
def flood(server: Server, content: bytes, count: int) -> Iterator[list[socket.socket]]:
    """Open connections that send the beginning of a request, or nothing, until the block ends."""
    with contextlib.ExitStack() as connections:
        opened = [connections.enter_context(raw.connect(server)) for _ in range(count)]
        for connection in opened:
            connection.sendall(content)
        yield opened


def slowest_health_check(server: Server) -> float:
    """Return how long the slowest of twenty requests took, in seconds."""
    times = []
    for _ in range(20):
        start = time.monotonic()
        with urllib.request.urlopen(f"{server.url}/healthz", timeout=5) as response:
            assert response.status == 200
        times.append(time.monotonic() - start)
    return max(times)


@pytest.mark.parametrize("content", [b"", b"POST / HTTP/1.1\r\nHost: "], ids=["silent", "in the head"])
def test_idle_connections_keep_nobody_out(server: Server, account: Account, content: bytes) -> None:
    with flood(server, content, FLOOD):
        assert slowest_health_check(server) < 1
        assert account._replace(server=server).iam.list_users()["Users"]


def test_stalled_bodies_keep_nobody_out(server: Server, account: Account) -> None:
    with flood(server, STALLED, FLOOD):
        assert slowest_health_check(server) < 1
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.2", 0)) as other_address:
            other_address.sendall(raw.serialize(raw.post(account._replace(server=server), LIST)))
            assert raw.receive(other_address).status == 200


def test_address_may_have_some_requests_received_at_a_time(sqlite_server: Server, account: Account) -> None:
    store, arguments = sqlite_server.store, sqlite_server.arguments
    with servers.serving(store, *arguments, IAMD_REQUESTS_PER_ADDRESS="2") as limited:
        signed = raw.serialize(raw.post(account._replace(server=limited), LIST))
        with contextlib.ExitStack() as connections:
            response = raw.send(limited, signed)
            while response.status == 200:  # one that arrives beside another request may be refused itself
                connections.enter_context(flood(limited, STALLED, 1))
                response = raw.send(limited, signed)
            assert response.code == "Throttling"
            assert slowest_health_check(limited) < 1
        assert send_until_accepted(limited, signed).status == 200


def send_until_accepted(server: Server, content: bytes) -> raw.Response:
    """Send a request again and again until its status is 200, for five seconds at most."""
    deadline = time.monotonic() + 5
    response = raw.send(server, content)
    while response.status != 200 and time.monotonic() < deadline:
        response = raw.send(server, content)
    return response
