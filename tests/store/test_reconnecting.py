"""Lost PostgreSQL connections raise ServiceUnavailable, and the next request reconnects."""

import psycopg
import pytest

from iamd.core.errors import ServiceUnavailable
from iamd.store import accounts
from iamd.store.postgres import PostgresDatabase
from iamd.store.query import Tx

pytestmark = pytest.mark.both_databases


def _terminate_connections(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND application_name = 'iamd-test'"
        )


def _read(database: PostgresDatabase) -> None:
    with database.read() as tx:
        _select(tx)


def _select(tx: Tx) -> None:
    tx.cursor.execute("SELECT 1")


def test_lost_connection_fails_one_request_only(postgres_url: str) -> None:
    database = PostgresDatabase(f"{postgres_url}&application_name=iamd-test")
    _read(database)
    _terminate_connections(postgres_url)
    with pytest.raises(ServiceUnavailable):
        _read(database)
    _read(database)
    database.close()


def test_write_with_a_lost_connection_fails_and_is_rolled_back(postgres_url: str) -> None:
    database = PostgresDatabase(f"{postgres_url}&application_name=iamd-test")
    with pytest.raises(ServiceUnavailable), database.write() as tx:
        _write_and_terminate_connections(tx, postgres_url)
    with database.read() as tx:
        assert tx.cursor.execute("SELECT to_regclass('lost')").fetchone() == (None,)
    database.close()


def _write_and_terminate_connections(tx: Tx, url: str) -> None:
    tx.cursor.execute("CREATE TABLE lost (a int)")
    _terminate_connections(url)


def test_unreachable_server_is_service_unavailable() -> None:
    database = PostgresDatabase("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(ServiceUnavailable, match="cannot be reached"), database.read() as tx:
        accounts.list_all(tx)
