"""A PostgreSQL that hangs up: told as ServiceUnavailable, and connected to again by itself."""

import psycopg
import pytest

from iamd.core.errors import ServiceUnavailable
from iamd.store import accounts
from iamd.store.postgres import PostgresDatabase
from iamd.store.query import Tx

pytestmark = pytest.mark.both_databases


def _hang_up(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND application_name = 'iamd-test'"
        )


def _read(database: PostgresDatabase) -> None:
    with database.read() as tx:
        _any_statement(tx)


def _any_statement(tx: Tx) -> None:
    tx.cursor.execute("SELECT 1")


def test_a_lost_connection_costs_one_request(postgres_url: str) -> None:
    database = PostgresDatabase(f"{postgres_url}&application_name=iamd-test")
    _read(database)
    _hang_up(postgres_url)
    with pytest.raises(ServiceUnavailable):
        _read(database)
    _read(database)
    database.close()


def test_a_write_that_loses_its_connection_is_told_and_not_kept(postgres_url: str) -> None:
    database = PostgresDatabase(f"{postgres_url}&application_name=iamd-test")
    with pytest.raises(ServiceUnavailable), database.write() as tx:
        _write_and_hang_up(tx, postgres_url)
    with database.read() as tx:
        assert tx.cursor.execute("SELECT to_regclass('lost')").fetchone() == (None,)
    database.close()


def _write_and_hang_up(tx: Tx, url: str) -> None:
    tx.cursor.execute("CREATE TABLE lost (a int)")
    _hang_up(url)


def test_no_server_is_told() -> None:
    database = PostgresDatabase("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(ServiceUnavailable, match="cannot be reached"), database.read() as tx:
        accounts.list_all(tx)
