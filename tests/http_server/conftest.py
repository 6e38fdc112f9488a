"""A server on SQLite, for HTTP tests that do not depend on the database."""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.http_server.raw import stop_and_read_log
from tests.servers import Account, Server


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of this test process; when it stops, its log must not contain internal errors."""
    with servers.serving_new_store(tmp_path_factory.mktemp("http") / "data") as running:
        yield running
        log = stop_and_read_log(running)
    assert not [word for word in ("Traceback", "request failed", "panicked") if word in log], log


@pytest.fixture
def account(sqlite_server: Server) -> Account:
    """Return a new account on the SQLite server."""
    return servers.create_account(sqlite_server)
