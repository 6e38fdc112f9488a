"""Graceful shutdown: requests in progress are completed and audit events are written. Health checks."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iamd.app import App
from iamd.config import Settings
from iamd.datastore import Store, open_store
from iamd.store import audit
from tests import servers
from tests.http_server import raw
from tests.servers import Account, Server

WHOAMI = "Action=GetCallerIdentity&Version=2011-06-15"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened_store = open_store(settings)
    servers.create_account_in_store(opened_store)
    yield opened_store
    opened_store.database.close()


@pytest.fixture
def account(store: Store, settings: Settings) -> Iterator[Account]:
    """Return an account on a server of this test."""
    with servers.serving(store, "--data", str(settings.data)) as running:
        yield servers.create_account(running)


def stop(server: Server) -> None:
    server.process.send_signal(signal.SIGTERM)


def wait_for_exit(server: Server) -> float:
    """Wait for a server to exit without errors; return how long it took."""
    start = time.monotonic()
    output = server.process.communicate(timeout=20)[0]
    assert "Traceback" not in output
    assert server.process.returncode == 0
    return time.monotonic() - start


def open_used_connections(account: Account, count: int) -> list[socket.socket]:
    """Open connections that have each served one request."""
    connections = [raw.connect(account.server) for _ in range(count)]
    for connection in connections:
        connection.sendall(raw.serialize(raw.post(account, WHOAMI, service="sts")))
        assert raw.receive(connection).status == 200
    return connections


def list_identity_events(store: Store, account: Account) -> list[Any]:
    """Return the account's audit events of GetCallerIdentity."""
    with store.database.read() as tx:
        events = audit.list_recent(tx, account.account_id, 100)
    return [json.loads(event.record) for event in events if event.event_name == "GetCallerIdentity"]


def create_user_request(account: Account, name: str) -> bytes:
    return raw.serialize(raw.post(account, f"Action=CreateUser&Version=2010-05-08&UserName={name}"))


def has_response(connection: socket.socket) -> bool:
    """Return whether a response arrived; a partial one fails the test."""
    try:
        if not connection.recv(1, socket.MSG_PEEK):
            return False
    except ConnectionResetError:
        return False
    assert raw.receive(connection).status == 200
    return True


def test_requests_in_progress_are_completed(account: Account, store: Store) -> None:
    connections = open_used_connections(account, 40)
    requests = [create_user_request(account, f"user-{number}") for number in range(40)]
    for connection, request in zip(connections, requests, strict=True):
        connection.sendall(request)
    assert raw.receive(connections[0]).status == 200
    stop(account.server)
    created = {f"user-{number}" for number in range(1, 40) if has_response(connections[number])} | {"user-0"}
    assert wait_for_exit(account.server) < 10
    for connection in connections:
        connection.close()

    with servers.serving(store, *account.server.arguments) as restarted:
        user_names = {
            user["UserName"] for user in account._replace(server=restarted).iam.list_users()["Users"]
        }
    assert created <= user_names
    assert len(created) > 1


def test_last_read_is_in_the_audit_log(account: Account, store: Store) -> None:
    request_id = raw.send_request(account, raw.post(account, WHOAMI, service="sts")).headers[
        "x-amzn-requestid"
    ]
    stop(account.server)
    assert wait_for_exit(account.server) < 10
    assert [event["requestID"] for event in list_identity_events(store, account)] == [request_id]


def test_slow_clients_do_not_delay_shutdown(account: Account, store: Store) -> None:
    """Audit events are written too, although the worker has to be killed."""
    slow = [raw.connect(account.server) for _ in range(3)]
    for connection in slow:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nAction=")
    idle = open_used_connections(account, 3)
    stop(account.server)
    assert wait_for_exit(account.server) < 10
    for connection in slow + idle:
        connection.close()
    assert len(list_identity_events(store, account)) == 3


def test_new_connections_are_refused_after_shutdown(account: Account) -> None:
    stop(account.server)
    assert wait_for_exit(account.server) < 10
    with pytest.raises(ConnectionRefusedError):
        raw.connect(account.server)


# Health.


def get_health(app: App, path: str) -> tuple[str, bytes]:
    statuses: list[str] = []
    body = app({"PATH_INFO": path}, lambda status, _: statuses.append(status))
    return statuses[0], b"".join(body)


def test_readiness_depends_on_the_store(store: Store, settings: Settings) -> None:
    app = App(settings, store.master_key)
    assert get_health(app, "/healthz") == ("200 OK", b"ok\n")
    assert get_health(app, "/readyz") == ("200 OK", b"ready\n")
    with store.database.write() as tx:
        tx.cursor.execute("UPDATE alembic_version SET version_num = 'another'")
    assert get_health(app, "/healthz") == ("200 OK", b"ok\n")
    assert get_health(app, "/readyz") == ("503 Service Unavailable", b"The store is not ready.\n")
    app.close()
