"""A server on SQLite for what does not depend on the store."""

from collections.abc import Iterator

import pytest

from iamd.app import open_store
from iamd.config import Settings
from tests import servers
from tests.door.raw import logged
from tests.servers import Account, Server


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a running server of this test process's own; it has logged no bug when it ends."""
    data = tmp_path_factory.mktemp("door") / "data"
    store = open_store(Settings(data=data))
    servers.make_account(store)
    with servers.serving(store, "--data", str(data)) as running:
        yield running
        said = logged(running)
    assert not [word for word in ("Traceback", "request failed", "panicked") if word in said], said
    store.database.close()


@pytest.fixture
def visitor(door: Server) -> Account:
    """Return an account of the test's own on that server."""
    return servers.found(door)
