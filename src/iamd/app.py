"""The WSGI application: opens the store and routes requests to API, web pages and health checks."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg

from iamd import operations
from iamd.authzen import endpoint as authzen_endpoint
from iamd.authzen.endpoint import AuthZenEndpoint
from iamd.authzen.evaluator import AccessEvaluator
from iamd.config import Settings
from iamd.core.clock_steps import ClockSteps
from iamd.core.errors import ServiceUnavailable
from iamd.core.execution_slots import ExecutionSlots, ReleaseSlot
from iamd.crypto import seal
from iamd.crypto.password_blocklist import PasswordBlocklist, read_password_list
from iamd.crypto.passwords import Hasher
from iamd.datastore import create_database
from iamd.discovery.endpoint import DiscoveryEndpoint
from iamd.federation import ssrf_guard
from iamd.federation.https_client import HttpsClient
from iamd.federation.jwks_cache import JwksCache
from iamd.forward_auth import endpoint as forward_auth_endpoint
from iamd.forward_auth.backend import parse_backend
from iamd.forward_auth.endpoint import AWS, ForwardAuthEndpoint
from iamd.forward_auth.s3_authorization import S3Authorizer, S3Store
from iamd.forward_auth.s3_operations import S3Operations
from iamd.forward_auth.service_authorization import ServiceAuthorizer
from iamd.forward_auth.store_client import StoreClient
from iamd.framework.call import Dependencies
from iamd.gate import client_info, console_sessions
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.callers import CallerCache
from iamd.gate.concurrency_limits import AddressLimits, ConcurrencyLimiter
from iamd.gate.connection_reaper import ConnectionReaper
from iamd.gate.decisions import DecisionPoint
from iamd.gate.gate import Gate
from iamd.gate.issuers import PATH_PREFIX as ISSUER_PREFIX
from iamd.gate.issuers import IssuerDirectory
from iamd.gate.rate_limits import RateLimiter
from iamd.gate.request_bodies import RequestBodies
from iamd.gate.subjects import SubjectFinder
from iamd.gate.vault import Vault
from iamd.keystone import endpoint as keystone_endpoint
from iamd.keystone.endpoint import KeystoneEndpoint
from iamd.keystone.identity_service import IdentityService
from iamd.opa import endpoint as opa_endpoint
from iamd.opa.endpoint import OpaEndpoint
from iamd.opa.policy_agent import PolicyAgent
from iamd.operations.service_reference import ServiceReference
from iamd.services.aws import AwsRequestMap
from iamd.services.definitions import ServiceDefinition
from iamd.services.service_request import RequestMap
from iamd.signin.mail import Mailer
from iamd.signin.services import SignInServices
from iamd.store import migrate
from iamd.wire.endpoint import Endpoint, Environ, StartResponse
from iamd.wire.service_requests import ServiceRequests

# How many requests of a worker run Python code at a time; measurements are in docs/performance.md.
SQLITE_SLOTS = 1
POSTGRES_SLOTS = 4
MAX_WAITING_PER_CALLER = 1024  # requests, each in a thread
# A request occupies a thread until its body has arrived, and no slot: 8,000 stalled bodies take 430 MB and
# delay nobody. A connection without a request occupies no thread.
BLOCKING_THREADS = 8192


_PAGE_PREFIXES = ("/signin", "/signout", "/setup/", "/static/", "/console")


_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


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


class _Worker(NamedTuple):
    """What the front ends of a worker process share."""

    settings: Settings
    dependencies: Dependencies
    authenticator: Authenticator
    audit_queue: AuditQueue
    proxy_settings: client_info.ProxySettings
    execution_slots: ExecutionSlots
    request_bodies: RequestBodies
    rate_limiter: RateLimiter
    address_limits: AddressLimits

    @property
    def service_requests(self) -> ServiceRequests:
        """What receives the requests of services."""
        return ServiceRequests(
            self.proxy_settings, self.execution_slots, self.request_bodies, self.address_limits
        )


class App:
    """The WSGI application of one worker process."""

    def __init__(
        self, settings: Settings, master_key: bytes, definitions: tuple[ServiceDefinition, ...] = ()
    ) -> None:
        worker = _create_worker(settings, master_key)
        self.database, self.audit_queue = worker.dependencies.database, worker.audit_queue
        self._connection_reaper = ConnectionReaper(
            settings.port,
            settings.connections_per_address,
            worker.request_bodies.stalled_peers,
            worker.proxy_settings.is_proxy,
        )
        caller_cache = CallerCache()
        decision_point = DecisionPoint(
            self.database, worker.authenticator, self.audit_queue, worker.rate_limiter, caller_cache
        )
        self._endpoint = _build_endpoint(worker, caller_cache)
        self._web_app = _build_web_app(worker, master_key)
        self._forward_auth = _build_forward_auth(worker, decision_point, definitions)
        subject_finder = SubjectFinder(self.database, worker.authenticator, caller_cache)
        self._authzen = AuthZenEndpoint(
            AccessEvaluator(decision_point, subject_finder, ServiceReference(definitions)),
            worker.service_requests,
            base_url(settings),
        )
        self._opa = OpaEndpoint(PolicyAgent(decision_point, subject_finder), worker.service_requests)
        identity_service = IdentityService(
            decision_point, worker.authenticator.auth_tokens, base_url(settings)
        )
        self._keystone = KeystoneEndpoint(identity_service, worker.service_requests, base_url(settings))
        self._discovery = DiscoveryEndpoint(
            IssuerDirectory(self.database, base_url(settings)),
            worker.proxy_settings,
            worker.execution_slots,
            worker.address_limits,
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
        service_endpoint = self._service_endpoint(path)
        if service_endpoint is not None:
            return service_endpoint(environ, start_response)
        if path == "/healthz":
            return _plain_text(start_response, "200 OK", "ok\n")
        if path == "/readyz":
            return self._readiness(start_response)
        if "text/html" in environ.get("HTTP_ACCEPT", ""):
            return _plain_text(start_response, "404 Not Found", "Not found. The console is at /console.\n")
        return self._endpoint.not_found(environ, start_response)

    def _service_endpoint(self, path: str) -> Callable[[Environ, StartResponse], Any] | None:
        """Return the endpoint at which services ask on a path."""
        if path.startswith(forward_auth_endpoint.PATH_PREFIXES):
            return self._forward_auth
        if path in authzen_endpoint.PATHS:
            return self._authzen
        if path.startswith(opa_endpoint.PREFIX):
            return self._opa
        if path == keystone_endpoint.PATH or path.startswith(keystone_endpoint.PREFIX):
            return self._keystone
        if path.startswith(ISSUER_PREFIX):
            return self._discovery
        return None

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


def _create_worker(settings: Settings, master_key: bytes) -> _Worker:
    execution_slots = ExecutionSlots(_slot_count(settings))
    database = create_database(settings, execution_slots)
    clock_steps = ClockSteps()
    dependencies = Dependencies(
        database,
        Hasher(execution_slots.released),
        blocklist(settings, execution_slots.suspended),
        issuers(settings, execution_slots.suspended),
        clock_steps,
        settings.root_access_keys,
        base_url(settings),
    )
    return _Worker(
        settings,
        dependencies,
        Authenticator(Vault(master_key), session_limits(settings, clock_steps), settings.root_access_keys),
        AuditQueue(database, timedelta(days=settings.audit_days)),
        client_info.parse_proxy_settings(settings.public_url, settings.trusted_proxies),
        execution_slots,
        RequestBodies(settings.requests_per_address),
        RateLimiter(settings.rate_limit),
        AddressLimits(settings.requests_per_address, execution_slots),
    )


def _build_endpoint(worker: _Worker, caller_cache: CallerCache) -> Endpoint:
    settings = worker.settings
    gate = Gate(
        worker.dependencies,
        worker.authenticator,
        worker.audit_queue,
        worker.rate_limiter,
        ConcurrencyLimiter(_slot_count(settings), MAX_WAITING_PER_CALLER, worker.execution_slots),
        caller_cache,
    )
    return Endpoint(
        gate,
        operations.OPERATIONS,
        worker.proxy_settings,
        worker.execution_slots,
        worker.address_limits,
        worker.request_bodies,
        client_info.console_hosts(base_url(settings)),
    )


def _build_web_app(worker: _Worker, master_key: bytes) -> Any:
    """Build the web application. Imported late: the import takes 0.1 seconds and only workers need it."""
    from iamd.web.app import WebApp
    from iamd.web.context import WebContext

    settings, mailer = worker.settings, None
    if settings.smtp_url is not None and settings.mail_from is not None:
        mailer = Mailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    sealing_key = seal.derive_key(master_key, "the people's door")
    services = SignInServices(
        worker.dependencies,
        worker.authenticator.vault,
        sealing_key,
        worker.authenticator.session_limits,
        worker.audit_queue,
        mailer,
        release_slot=worker.execution_slots.released,
    )
    context = WebContext(services, base_url(settings))
    return WebApp(context, worker.proxy_settings, worker.execution_slots, worker.request_bodies)


def _build_forward_auth(
    worker: _Worker, decision_point: DecisionPoint, definitions: tuple[ServiceDefinition, ...]
) -> ForwardAuthEndpoint:
    settings, backend = worker.settings, None
    if settings.s3_store is not None:
        backend = parse_backend(settings.s3_store.get_secret_value(), settings.s3_region)
    store = S3Store(
        tuple(host.lower() for host in settings.s3_hosts),
        settings.s3_region,
        backend,
        frozenset(settings.s3_accounts),
    )
    maps: dict[str, RequestMap] = {AWS: AwsRequestMap(), **{item.name: item for item in definitions}}
    authorizer = S3Authorizer(decision_point, store)
    store_client = None if backend is None else StoreClient(backend, worker.execution_slots.suspended)
    return ForwardAuthEndpoint(
        authorizer,
        S3Operations(authorizer, store_client),
        ServiceAuthorizer(decision_point, maps),
        worker.proxy_settings,
        worker.execution_slots,
        worker.request_bodies,
        worker.address_limits,
    )


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
