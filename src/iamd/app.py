"""Puts the house together: opens the store, finds the master key, builds the doors."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import sqlalchemy.exc

from iamd import ops
from iamd.api.callers import Vault
from iamd.api.gate import Gate
from iamd.api.limits import Limits
from iamd.api.recorder import Recorder
from iamd.config import Settings
from iamd.core.errors import ServiceUnavailable
from iamd.keys import master, seal
from iamd.keys.master import MasterKeyError
from iamd.store import accounts, migrate
from iamd.store.database import Database
from iamd.store.postgres import Postgres
from iamd.store.sqlite import Sqlite
from iamd.store.turn import Turn
from iamd.wire import origin
from iamd.wire.endpoint import Endpoint, Environ, StartResponse

# How many requests run Python at a time: docs/performance.md has the figures.
SQLITE_TURNS = 1
POSTGRES_TURNS = 4
THREADS = 1024  # a slow client's body occupies one of these and nothing else


class StoreError(Exception):
    """The store cannot be opened; the message says why in one line."""


class Store(NamedTuple):
    """An open store and what opens its secrets."""

    database: Database
    vault: Vault
    master_key: bytes


def connect(settings: Settings, turn: Turn | None = None) -> Database:
    """Name the database that the settings tell; nothing is opened yet."""
    if settings.database is None:
        return Sqlite(settings.data, turn)
    if not settings.database.startswith(("postgresql://", "postgres://")):
        raise StoreError("the database must be a URL that begins with postgresql://")
    return Postgres(settings.database)


def open_store(settings: Settings) -> Store:
    """Open the store, founding or migrating it where needed.

    StoreError, MasterKeyError or NewerStoreError when that cannot be done.
    """
    database = connect(settings)
    try:
        if settings.database is None:
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        migrate.upgrade(database)
        with database.exclusive():
            key = _master_key(database, settings)
    except psycopg.OperationalError as failed:
        raise StoreError(f"the database cannot be reached: {_first_line(failed)}") from failed
    except (sqlite3.DatabaseError, sqlalchemy.exc.DatabaseError) as failed:
        raise StoreError(f"the store is damaged or cannot be used: {_first_line(failed)}") from failed
    except OSError as failed:
        raise StoreError(f"the folder {settings.data} cannot be used: {failed.strerror}") from failed
    return Store(database, Vault(key), key)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _master_key(database: Database, settings: Settings) -> bytes:
    """Return the key that this store was founded with; a new one only for a new store."""
    with database.read() as tx:
        fingerprint = accounts.key_fingerprint(tx)
    key = _given_key(settings, new=fingerprint is None)
    if fingerprint is None:
        with database.write() as tx:
            accounts.set_key_fingerprint(tx, seal.fingerprint(key))
    elif seal.fingerprint(key) != fingerprint:
        raise MasterKeyError("this master key is not the one that the store was founded with")
    return key


def _given_key(settings: Settings, *, new: bool) -> bytes:
    if settings.master_key is not None:
        return master.read_text(settings.master_key.get_secret_value(), "IAMD_MASTER_KEY")
    file = key_file(settings)
    if new and not file.exists():
        return master.make_file(file)
    return master.read_file(file)


def key_file(settings: Settings) -> Path:
    """Return where the master key lies: beside the data folder, never in it."""
    if settings.master_key_file is not None:
        return settings.master_key_file
    if settings.database is not None:
        return Path.home() / ".config" / "iamd" / "master.key"
    data = settings.data.absolute()
    return data.with_name(f"{data.name}.key")


class App:
    """The WSGI application of one worker process."""

    def __init__(self, settings: Settings, master_key: bytes) -> None:
        turn = Turn(SQLITE_TURNS if settings.database is None else POSTGRES_TURNS)
        self.database = connect(settings, turn)
        self.recorder = Recorder(self.database, timedelta(days=settings.audit_days))
        gate = Gate(self.database, Vault(master_key), self.recorder, Limits(settings.rate_limit))
        seen = origin.origin(settings.public_url, settings.trusted_proxies)
        self._endpoint = Endpoint(gate, ops.SERVED, seen, turn)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"]
        if path == "/":
            return self._endpoint(environ, start_response)
        if path == "/healthz":
            return _plain(start_response, "200 OK", "ok\n")
        if path == "/readyz":
            return self._ready(start_response)
        return _plain(start_response, "404 Not Found", "Nothing is served here; the API is at /.\n")

    def _ready(self, start_response: StartResponse) -> Any:
        """Tell whether the store is reachable and its schema the one that this program works with."""
        with contextlib.suppress(ServiceUnavailable, psycopg.Error), self.database.read() as tx:
            if migrate.version(tx) == migrate.LATEST:
                return _plain(start_response, "200 OK", "ready\n")
        return _plain(start_response, "503 Service Unavailable", "The store is not ready.\n")

    def close(self) -> None:
        """Write what is not written yet, and close the store."""
        self.recorder.close()
        self.database.close()


def _plain(start_response: StartResponse, status: str, text: str) -> list[bytes]:
    body = text.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(status, headers)
    return [body]


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open the store for a command of the operator, and close it again."""
    store = open_store(settings)
    try:
        yield store
    finally:
        store.database.close()
