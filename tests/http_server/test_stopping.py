"""A server that is told to stop: what it has begun is finished, what it knows is written."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iamd.app import App, Store, open_store
from iamd.config import Settings
from iamd.store import audit
from tests import servers
from tests.door import raw
from tests.servers import Account, Server

WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = open_store(settings)
    servers.make_account(opened)
    yield opened
    opened.database.close()


@pytest.fixture
def visitor(store: Store, settings: Settings) -> Iterator[Account]:
    """Return an account on a server that is the test's own."""
    with servers.serving(store, "--data", str(settings.data)) as running:
        yield servers.found(running)


def stop(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)


def ended(server: Server) -> float:
    """Wait for a server's good end; return how long it took."""
    began = time.monotonic()
    said = server.process.communicate(timeout=20)[0]
    assert "Traceback" not in said
    assert server.process.returncode == 0
    return time.monotonic() - began


def connected(visitor: Account, count: int) -> list[socket.socket]:
    """Open connections that have been served once."""
    opened = [raw.connect(visitor.server) for _ in range(count)]
    for connection in opened:
        connection.sendall(raw.written(raw.post(visitor, WHOAMI, service="sts")))
        assert raw.receive(connection).status == 200
    return opened


def identities(store: Store, visitor: Account) -> list[Any]:
    """Return the recorded events of an account's questions who it is."""
    with store.database.read() as tx:
        events = audit.list_recent(tx, visitor.account_id, 100)
    return [json.loads(event.record) for event in events if event.event_name == "GetCallerIdentity"]


def make(visitor: Account, name: str) -> bytes:
    return raw.written(raw.post(visitor, f"Action=CreateUser&Version=2010-05-08&UserName={name}"))


def answered(connection: socket.socket) -> bool:
    """Tell whether a whole answer came; half of one is a failure of the test."""
    try:
        if not connection.recv(1, socket.MSG_PEEK):
            return False
    except ConnectionResetError:
        return False
    assert raw.receive(connection).status == 200
    return True


def test_what_is_under_way_is_finished(visitor: Account, store: Store) -> None:
    connections = connected(visitor, 40)
    requests = [make(visitor, f"user-{number}") for number in range(40)]
    for connection, request in zip(connections, requests, strict=True):
        connection.sendall(request)
    assert raw.receive(connections[0]).status == 200
    stop(visitor.server)
    done = {f"user-{number}" for number in range(1, 40) if answered(connections[number])} | {"user-0"}
    assert ended(visitor.server) < 10
    for connection in connections:
        connection.close()

    with servers.serving(store, *visitor.server.arguments) as again:
        held = {user["UserName"] for user in visitor._replace(server=again).iam.list_users()["Users"]}
    assert done <= held
    assert len(done) > 1


def test_what_was_read_last_is_recorded(visitor: Account, store: Store) -> None:
    request_id = raw.ask(visitor, raw.post(visitor, WHOAMI, service="sts")).headers["x-amzn-requestid"]
    stop(visitor.server)
    assert ended(visitor.server) < 10
    assert [event["requestID"] for event in identities(store, visitor)] == [request_id]


def test_a_slow_client_does_not_keep_it_from_ending(visitor: Account, store: Store) -> None:
    """Nor from writing down what it knows, though its worker has to be ended by force."""
    slow = [raw.connect(visitor.server) for _ in range(3)]
    for connection in slow:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nAction=")
    idle = connected(visitor, 3)
    stop(visitor.server)
    assert ended(visitor.server) < 10
    for connection in slow + idle:
        connection.close()
    assert len(identities(store, visitor)) == 3


def test_nobody_new_is_let_in(visitor: Account) -> None:
    stop(visitor.server)
    assert ended(visitor.server) < 10
    with pytest.raises(ConnectionRefusedError):
        raw.connect(visitor.server)


# Health.


def asked(app: App, path: str) -> tuple[str, bytes]:
    said: list[str] = []
    body = app({"PATH_INFO": path}, lambda status, _: said.append(status))
    return said[0], b"".join(body)


def test_a_server_is_ready_when_its_store_is(store: Store, settings: Settings) -> None:
    app = App(settings, store.master_key)
    assert asked(app, "/healthz") == ("200 OK", b"ok\n")
    assert asked(app, "/readyz") == ("200 OK", b"ready\n")
    with store.database.write() as tx:
        tx.cursor.execute("UPDATE alembic_version SET version_num = 'another'")
    assert asked(app, "/healthz") == ("200 OK", b"ok\n")
    assert asked(app, "/readyz") == ("503 Service Unavailable", b"The store is not ready.\n")
    app.close()
