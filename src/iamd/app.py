"""The WSGI application: opens the store and routes requests to API, web pages and health checks."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import sqlalchemy.exc

from iamd import operations
from iamd.config import Settings
from iamd.core.clock_steps import ClockSteps
from iamd.core.errors import ServiceUnavailable
from iamd.core.execution_slots import ExecutionSlots, ReleaseSlot
from iamd.crypto import master_key, seal
from iamd.crypto.master_key import MasterKeyError
from iamd.crypto.password_blocklist import PasswordBlocklist, read_password_list
from iamd.crypto.passwords import Hasher
from iamd.federation import ssrf_guard
from iamd.federation.https_client import HttpsClient
from iamd.federation.jwks_cache import JwksCache
from iamd.framework.call import Dependencies
from iamd.gate import client_info, console_sessions
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.concurrency_limits import AddressLimits, ConcurrencyLimiter
from iamd.gate.connection_reaper import ConnectionReaper
from iamd.gate.gate import Gate
from iamd.gate.rate_limits import RateLimiter
from iamd.gate.request_bodies import RequestBodies
from iamd.gate.vault import Vault
from iamd.signin.mail import Mailer
from iamd.signin.services import SignInServices
from iamd.store import accounts, migrate
from iamd.store.database import Database
from iamd.store.postgres import PostgresDatabase
from iamd.store.sqlite import FILE_NAME, SqliteDatabase
from iamd.wire.endpoint import Endpoint, Environ, StartResponse

# How many requests of a worker run Python code at a time; measurements are in docs/performance.md.
SQLITE_SLOTS = 1
POSTGRES_SLOTS = 4
MAX_WAITING_PER_CALLER = 1024  # requests, each in a thread
# A request occupies a thread until its body has arrived, and no slot: 8,000 stalled bodies take 430 MB and
# delay nobody. A connection without a request occupies no thread.
BLOCKING_THREADS = 8192


_PAGE_PREFIXES = ("/signin", "/signout", "/setup/", "/static/", "/console")


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


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


def session_limits(settings: Settings, clock_steps: ClockSteps) -> console_sessions.SessionLimits:
    """Return the idle and absolute timeouts of console sessions."""
    return console_sessions.SessionLimits(
        settings.session_idle_minutes * 60, settings.session_hours * 3600, clock_steps
    )


def blocklist(settings: Settings, release_slot: ReleaseSlot = contextlib.nullcontext) -> PasswordBlocklist:
    """Return the blocklist of common and breached passwords; OSError or ValueError if it cannot be read."""
    extra_passwords = read_password_list(settings.password_list) if settings.password_list else ()
    return PasswordBlocklist(extra_passwords, settings.breached_password_url, release_slot)


def issuers(settings: Settings, release_slot: ReleaseSlot = contextlib.nullcontext) -> JwksCache:
    """Return the cache of identity providers' keys; ValueError if an allowed private network is invalid."""
    return JwksCache(HttpsClient(ssrf_guard.parse_networks(settings.oidc_private_networks)), release_slot)


class App:
    """The WSGI application of one worker process."""

    def __init__(self, settings: Settings, master_key: bytes) -> None:
        execution_slots = ExecutionSlots(_slot_count(settings))
        self.database = create_database(settings, execution_slots)
        self.audit_queue = AuditQueue(self.database, timedelta(days=settings.audit_days))
        clock_steps = ClockSteps()
        authenticator = Authenticator(
            Vault(master_key), session_limits(settings, clock_steps), settings.root_access_keys
        )
        dependencies = Dependencies(
            self.database,
            Hasher(execution_slots.released),
            blocklist(settings, execution_slots.suspended),
            issuers(settings, execution_slots.suspended),
            clock_steps,
            settings.root_access_keys,
        )
        proxy_settings = client_info.parse_proxy_settings(settings.public_url, settings.trusted_proxies)
        request_bodies = RequestBodies(settings.requests_per_address)
        self._connection_reaper = ConnectionReaper(
            settings.port,
            settings.connections_per_address,
            request_bodies.stalled_peers,
            proxy_settings.is_proxy,
        )
        self._endpoint = _build_endpoint(
            settings,
            dependencies,
            authenticator,
            self.audit_queue,
            proxy_settings,
            execution_slots,
            request_bodies,
        )
        self._web_app = _build_web_app(
            settings,
            master_key,
            dependencies,
            authenticator,
            self.audit_queue,
            proxy_settings,
            execution_slots,
            request_bodies,
        )

    def start(self) -> None:
        """Start to close connections that stall; for the process that listens on the port of the settings."""
        self._connection_reaper.start()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Any:
        path = environ["PATH_INFO"]
        if path == "/":
            if _is_browser_request(environ):
                return _redirect_to_console(start_response)
            return self._endpoint(environ, start_response)
        if path.startswith(_PAGE_PREFIXES):
            return self._web_app(environ, start_response)
        if path == "/healthz":
            return _plain_text(start_response, "200 OK", "ok\n")
        if path == "/readyz":
            return self._readiness(start_response)
        if "text/html" in environ.get("HTTP_ACCEPT", ""):
            return _plain_text(start_response, "404 Not Found", "Not found. The console is at /console.\n")
        return self._endpoint.not_found(environ, start_response)

    def _readiness(self, start_response: StartResponse) -> Any:
        """Return 200 if the store is reachable and has the schema revision of this version, otherwise 503."""
        with contextlib.suppress(ServiceUnavailable, psycopg.Error), self.database.read() as tx:
            if migrate.find_revision(tx) == migrate.LATEST_REVISION:
                return _plain_text(start_response, "200 OK", "ready\n")
        return _plain_text(start_response, "503 Service Unavailable", "The store is not ready.\n")

    def close(self) -> None:
        """Write the queued audit entries and close the store."""
        self._connection_reaper.close()
        self.audit_queue.close()
        self.database.close()


def _slot_count(settings: Settings) -> int:
    return SQLITE_SLOTS if settings.database is None else POSTGRES_SLOTS


def _build_endpoint(
    settings: Settings,
    dependencies: Dependencies,
    authenticator: Authenticator,
    audit_queue: AuditQueue,
    proxy_settings: client_info.ProxySettings,
    execution_slots: ExecutionSlots,
    request_bodies: RequestBodies,
) -> Endpoint:
    gate = Gate(
        dependencies,
        authenticator,
        audit_queue,
        RateLimiter(settings.rate_limit),
        ConcurrencyLimiter(_slot_count(settings), MAX_WAITING_PER_CALLER, execution_slots),
    )
    return Endpoint(
        gate,
        operations.OPERATIONS,
        proxy_settings,
        execution_slots,
        AddressLimits(settings.requests_per_address, execution_slots),
        request_bodies,
        client_info.console_hosts(base_url(settings)),
    )


def _build_web_app(
    settings: Settings,
    master_key: bytes,
    dependencies: Dependencies,
    authenticator: Authenticator,
    audit_queue: AuditQueue,
    proxy_settings: client_info.ProxySettings,
    execution_slots: ExecutionSlots,
    request_bodies: RequestBodies,
) -> Any:
    """Build the web application. Imported late: the import takes 0.1 seconds and only workers need it."""
    from iamd.web.app import WebApp
    from iamd.web.context import WebContext

    mailer = None
    if settings.smtp_url is not None and settings.mail_from is not None:
        mailer = Mailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    sealing_key = seal.derive_key(master_key, "the people's door")
    services = SignInServices(
        dependencies,
        authenticator.vault,
        sealing_key,
        authenticator.session_limits,
        audit_queue,
        mailer,
        release_slot=execution_slots.released,
    )
    return WebApp(WebContext(services, base_url(settings)), proxy_settings, execution_slots, request_bodies)


def base_url(settings: Settings) -> str:
    """Return the server's public URL, without a trailing slash.

    Loopback addresses become `localhost`, since passkeys need a host name. The scheme's default port is
    omitted, as in the Host header of browsers.
    """
    if settings.public_url:
        url = settings.public_url.rstrip("/")
    else:
        url = f"{'https' if settings.tls_cert else 'http'}://{_host(settings.host)}:{settings.port}"
    return url.removesuffix(_DEFAULT_PORTS[url.partition(":")[0].lower()])


def _host(address: str) -> str:
    if address in ("127.0.0.1", "::1", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{address}]" if ":" in address else address


def _is_browser_request(environ: Environ) -> bool:
    """Return whether a browser opened the server's address; an API call has an Action parameter."""
    is_get = environ["REQUEST_METHOD"] in ("GET", "HEAD") and "Action=" not in environ["QUERY_STRING"]
    return is_get and "text/html" in environ.get("HTTP_ACCEPT", "")


def _redirect_to_console(start_response: StartResponse) -> list[bytes]:
    start_response("303 See Other", [("Location", "/console"), ("Content-Length", "0")])
    return []


def _plain_text(start_response: StartResponse, status: str, text: str) -> list[bytes]:
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
def opened_store(settings: Settings) -> Iterator[Store]:
    """Open the store for a CLI command and close it afterwards."""
    store = open_store(settings)
    try:
        yield store
    finally:
        store.database.close()
