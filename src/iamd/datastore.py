"""The datastore of the settings: opened, created or migrated, with its master key."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import sqlalchemy.exc

from iamd.config import Settings
from iamd.core.execution_slots import ExecutionSlots
from iamd.crypto import master_key, seal
from iamd.crypto.master_key import MasterKeyError
from iamd.gate.vault import Vault
from iamd.store import accounts, migrate
from iamd.store.database import Database
from iamd.store.postgres import PostgresDatabase
from iamd.store.sqlite import FILE_NAME, SqliteDatabase


class StoreError(Exception):
    """The store cannot be opened; the message gives the reason in one line."""


class Store(NamedTuple):
    """An open store, with the vault and the master key that decrypt its secrets."""

    database: Database
    vault: Vault
    master_key: bytes


def create_database(settings: Settings, execution_slots: ExecutionSlots | None = None) -> Database:
    """Return the database of the settings, without connecting to it.

    Raises StoreError if the database URL is not a PostgreSQL URL.
    """
    if settings.database is None:
        return SqliteDatabase(settings.data, execution_slots)
    if not settings.database.startswith(("postgresql://", "postgres://")):
        raise StoreError("the database must be a postgresql:// URL")
    return PostgresDatabase(settings.database)


def open_store(settings: Settings) -> Store:
    """Open the store; create or migrate it if necessary.

    Raises StoreError, MasterKeyError or NewerStoreError if that fails.
    """
    database = create_database(settings)
    try:
        if settings.database is None:
            _check_key_location(settings)
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        migrate.upgrade(database)
        with database.exclusive_lock():
            key = _verified_master_key(database, settings)
    except psycopg.OperationalError as error:
        raise StoreError(f"the database cannot be reached: {_first_line(error)}") from error
    except (psycopg.ProgrammingError, sqlalchemy.exc.ArgumentError) as error:  # may quote a password
        raise StoreError("the database must be a valid URL: postgresql://user@host/name") from error
    except (psycopg.Error, sqlite3.DatabaseError, sqlalchemy.exc.DatabaseError) as error:
        raise StoreError(f"the store is damaged or cannot be used: {_first_line(error)}") from error
    except OSError as error:
        raise StoreError(f"the folder {settings.data} cannot be used: {error.strerror}") from error
    return Store(database, Vault(key), key)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _verified_master_key(database: Database, settings: Settings) -> bytes:
    """Return the master key, checked against the store's fingerprint; created only for a new store."""
    with database.read() as tx:
        fingerprint = accounts.find_master_key_fingerprint(tx)
    key = _load_master_key(settings, new=fingerprint is None)
    if fingerprint is None:
        with database.write() as tx:
            accounts.set_master_key_fingerprint(tx, seal.fingerprint(key))
    elif seal.fingerprint(key) != fingerprint:
        raise MasterKeyError("this master key does not match the store")
    return key


def _load_master_key(settings: Settings, *, new: bool) -> bytes:
    if settings.master_key is not None:
        return master_key.parse(settings.master_key.get_secret_value(), "IAMD_MASTER_KEY")
    path = master_key_path(settings)
    if new and not path.exists():
        return master_key.create_file(path)
    return master_key.read_file(path)


def _check_key_location(settings: Settings) -> None:
    """Raise MasterKeyError if the key of a new store would be created outside the volume of the store."""
    path = master_key_path(settings)
    is_set = settings.master_key is not None or settings.master_key_file is not None
    if is_set or path.exists() or not settings.data.is_mount() or (settings.data / FILE_NAME).exists():
        return
    raise MasterKeyError(
        f"the master key would be created at {path}, outside the volume {settings.data}, and be lost with "
        "the container: set IAMD_MASTER_KEY_FILE, or IAMD_DATA to a folder in the volume"
    )


def master_key_path(settings: Settings) -> Path:
    """Return the path of the master key file: next to the data folder, never in it."""
    if settings.master_key_file is not None:
        return settings.master_key_file
    if settings.database is not None:
        return _home() / ".config" / "iamd" / "master.key"
    data = settings.data.absolute()
    return data.with_name(f"{data.name}.key")


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:  # a container's user without HOME and without an entry in /etc/passwd
        raise MasterKeyError(
            "there is no home directory for the master key: set IAMD_MASTER_KEY_FILE"
        ) from error


@contextlib.contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """Open the store for a CLI command and close it afterwards."""
    store = open_store(settings)
    try:
        yield store
    finally:
        store.database.close()
