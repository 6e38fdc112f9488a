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
from iamd.api import origin, sessions
from iamd.api.gate import Gate
from iamd.api.limits import Limits
from iamd.api.mail import Mailer
from iamd.api.prover import Prover
from iamd.api.recorder import Recorder
from iamd.api.signin.desk import Desk
from iamd.api.vault import Vault
from iamd.config import Settings
from iamd.core.errors import ServiceUnavailable
from iamd.federation import addresses
from iamd.federation.fetch import Fetcher
from iamd.federation.issuers import Issuers
from iamd.keys import master, seal
from iamd.keys.blocklist import Blocklist, read_list
from iamd.keys.master import MasterKeyError
from iamd.keys.passwords import Aside, Hasher
from iamd.ops.call import Means
from iamd.store import accounts, migrate
from iamd.store.database import Database
from iamd.store.postgres import Postgres
from iamd.store.sqlite import Sqlite
from iamd.store.turn import Turn
from iamd.wire.endpoint import Endpoint, Environ, StartResponse

# How many requests run Python at a time: docs/performance.md has the figures.
SQLITE_TURNS = 1
POSTGRES_TURNS = 4
THREADS = 1024  # a slow client's body occupies one of these and nothing else


_PAGES = ("/signin", "/signout", "/setup/", "/static/", "/console")


_OWN_PORTS = {"http": ":80", "https": ":443"}


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


def session_limits(settings: Settings) -> sessions.Limits:
    """Return how long console sessions hold."""
    return sessions.Limits(settings.session_idle_minutes * 60, settings.session_hours * 3600)


def blocklist(settings: Settings, aside: Aside = contextlib.nullcontext) -> Blocklist:
    """Return the passwords that nobody may have; OSError or ValueError when the list cannot be read."""
    more = read_list(settings.password_list) if settings.password_list else ()
    return Blocklist(more, settings.breached_password_url, aside)


def issuers(settings: Settings, aside: Aside = contextlib.nullcontext) -> Issuers:
    """Return what knows the keys of identity providers; ValueError for a network that is none."""
    return Issuers(Fetcher(addresses.networks(settings.oidc_private_networks)), aside)


class App:
    """The WSGI application of one worker process."""

    def __init__(self, settings: Settings, master_key: bytes) -> None:
        turn = Turn(SQLITE_TURNS if settings.database is None else POSTGRES_TURNS)
        self.database = connect(settings, turn)
        self.recorder = Recorder(self.database, timedelta(days=settings.audit_days))
        prover = Prover(Vault(master_key), session_limits(settings), settings.root_access_keys)
        means = Means(
            self.database,
            Hasher(turn.aside),
            blocklist(settings, turn.aside),
            issuers(settings, turn.aside),
            settings.root_access_keys,
        )
        gate = Gate(means, prover, self.recorder, Limits(settings.rate_limit))
        seen = origin.origin(settings.public_url, settings.trusted_proxies)
        self._endpoint = Endpoint(gate, ops.SERVED, seen, turn)
        self._people = _people(settings, master_key, means, prover, self.recorder, seen, turn)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"]
        if path == "/":
            if _wants_a_page(environ):
                return _to_console(start_response)
            return self._endpoint(environ, start_response)
        if path.startswith(_PAGES):
            return self._people(environ, start_response)
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


def _people(
    settings: Settings,
    master_key: bytes,
    means: Means,
    prover: Prover,
    recorder: Recorder,
    seen: origin.Origin,
    turn: Turn,
) -> Any:
    """Build the people's door; only workers import it, since it costs a tenth of a second."""
    from iamd.web.door import Door
    from iamd.web.people import People

    mailer = None
    if settings.smtp_url is not None and settings.mail_from is not None:
        mailer = Mailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    key = seal.derived(master_key, "the people's door")
    desk = Desk(means, prover.vault, key, prover.limits, recorder, mailer, aside=turn.aside)
    return People(Door(desk, base_url(settings)), seen, turn)


def base_url(settings: Settings) -> str:
    """Return how people reach this server: passkeys need a name, so loopback goes by its own.

    The scheme's own port stays out, as browsers leave it out of the host that they ask for.
    """
    if settings.public_url:
        url = settings.public_url.rstrip("/")
    else:
        url = f"{'https' if settings.tls_cert else 'http'}://{_host(settings.host)}:{settings.port}"
    return url.removesuffix(_OWN_PORTS[url.partition(":")[0].lower()])


def _host(address: str) -> str:
    if address in ("127.0.0.1", "::1", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{address}]" if ":" in address else address


def _wants_a_page(environ: Environ) -> bool:
    """Say whether a browser opened the server's address; a call of the API names its action."""
    is_get = environ["REQUEST_METHOD"] in ("GET", "HEAD") and "Action=" not in environ["QUERY_STRING"]
    return is_get and "text/html" in environ.get("HTTP_ACCEPT", "")


def _to_console(start_response: StartResponse) -> list[bytes]:
    start_response("303 See Other", [("Location", "/console"), ("Content-Length", "0")])
    return []


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
