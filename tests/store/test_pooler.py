"""PgBouncer in transaction mode in front of PostgreSQL. Skipped where it is not installed."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from iamd.config import Settings
from iamd.datastore import Store, open_store
from iamd.store import accounts
from tests import servers
from tests.iamd_command import run
from tests.servers import Account, free_port

CONFIG = """
[databases]
pooled = host={host} dbname={database} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = 4
unix_socket_dir =
query_wait_timeout = 10
"""


@pytest.fixture
def pooler_url(postgres_url: str, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database behind PgBouncer."""
    if shutil.which("pgbouncer") is None:
        pytest.skip("pgbouncer is not installed")
    database, port = f"pooled_{time.monotonic_ns()}", free_port()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    folder = Path(parse_qs(urlsplit(postgres_url).query)["host"][0])
    config = tmp_path / "pgbouncer.ini"
    config.write_text(CONFIG.format(host=folder, database=database, port=port))
    user = ["-u", folder.owner()] if os.geteuid() == 0 else []  # it refuses to run as root
    process = subprocess.Popen(["pgbouncer", "-q", *user, str(config)])
    try:
        _wait_listening(port)
        yield f"postgresql://postgres@127.0.0.1:{port}/pooled"
    finally:
        process.terminate()
        process.wait(10)


def _wait_listening(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.01)
    raise AssertionError("pgbouncer did not get ready")


@pytest.fixture
def pooled_store(pooler_url: str, tmp_path: Path) -> Iterator[Store]:
    store = open_store(Settings(database=pooler_url, master_key_file=tmp_path / "master.key"))
    yield store
    store.database.close()


def test_many_threads_read_and_write_through_a_pooler(pooled_store: Store) -> None:
    """Each statement runs more often than psycopg waits before it prepares a statement."""
    store = pooled_store

    def create_and_list(_: int) -> int:
        servers.create_account_in_store(store)
        for _ in range(20):
            with store.database.read() as tx, store.database.snapshot(tx) as snapshot_tx:
                count = len(accounts.list_all(snapshot_tx))
        return count

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(create_and_list, range(16)))
    assert max(counts) == 16


def test_commands_and_two_nodes_behind_a_pooler(pooler_url: str, pooled_store: Store, tmp_path: Path) -> None:
    new_account = servers.create_account_in_store(pooled_store)
    arguments = ("--database", pooler_url, "--master-key-file", str(tmp_path / "master.key"))
    for _ in range(3):  # the second one once waited for a lock that the first left behind
        result = run("account", "list", *arguments)
        assert (result.returncode, new_account.account.account_id in result.stdout) == (0, True)
    with (
        servers.serving(pooled_store, *arguments) as first,
        servers.serving(pooled_store, *arguments) as second,
    ):
        key = new_account.access_key_id or "", new_account.secret_access_key or ""
        nodes = [Account(new_account.account.account_id, *key, node) for node in (first, second)]
        for number in range(20):
            nodes[number % 2].iam.create_user(UserName=f"user-{number}")
            assert nodes[1 - number % 2].iam.get_user(UserName=f"user-{number}")
