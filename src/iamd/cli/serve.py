"""`iamd serve`: validate the settings, create the first account, and run the worker processes (granian)."""

import contextlib
import gc
import multiprocessing
import os
import resource
import socket
import ssl
import sys
from functools import partial
from multiprocessing import util
from pathlib import Path
from typing import Annotated, Any

import typer
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer as Server

from iamd import __version__, app, datastore, service_files
from iamd.admin import account_creation
from iamd.admin.account_creation import AccountSpec
from iamd.cli import options, root
from iamd.cli.errors import CommandError
from iamd.config import Settings
from iamd.core import clock, cpu_affinity, logs, process_protection
from iamd.gate import client_info
from iamd.gate.connection_reaper import HEAD_SECONDS
from iamd.service_files import ServiceFileError
from iamd.services.definitions import ServiceDefinition
from iamd.signin import links, mail
from iamd.store import accounts
from iamd.wire.endpoint import MAX_HEADER_BYTES

_STOP_SECONDS = 8
_SWITCH_SECONDS = 0.001  # a request that computes for long lets others run so often; 5 ms by default
_GC_THRESHOLD = 10_000  # allocations of containers; 700 by default
_MIN_THREADS = 32
_BACKLOG = 4096  # connections that the kernel accepted and the server did not yet
_MAX_FILES = 65_536
_RESERVED_FILES = 1024  # for the store and its locks, identity providers, and mail
_SECRET_VARIABLES = ("IAMD_MASTER_KEY", "IAMD_S3_STORE", "IAMD_SMTP_URL", "IAMD_DATABASE")
_ENVIRONMENT_PREFIXES = ("PG", "LANG", "LC_", "TZ", "SSL_CERT_")

_BANNER = """\
iamd {version} serves {accounts} at {url}
Every signature is verified and every policy is enforced; this cannot be turned off.
"""
_SETUP_NOTICE = """\
This account has no root user yet. Open this link within 24 hours to set it up. The link works once:

    {url}
"""
_CLIENT_CONFIG = """\
Set these variables in a shell:

    export AWS_ENDPOINT_URL_IAM={url} AWS_ENDPOINT_URL_STS={url}

or add this to ~/.aws/config, for `aws --profile iamd iam get-user`:

    [profile iamd]
    region = us-east-1
    services = iamd
    [services iamd]
    iam =
      endpoint_url = {url}
    sts =
      endpoint_url = {url}
"""


def serve(
    data: options.Data = None,
    database: options.Database = None,
    master_key_file: options.MasterKeyFile = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="H", help="Address to listen on. [default: 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", metavar="N", help="Port to listen on. [default: 8470]")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", help="Worker processes. [default: 1]")
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="URL at which clients reach this server."),
    ] = None,
    trusted_proxies: Annotated[
        str | None,
        typer.Option(
            "--trusted-proxies",
            metavar="LIST",
            help="Addresses or networks, comma-separated, whose X-Forwarded-* headers are trusted.",
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="F", help="TLS certificate chain in PEM format.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="F", help="TLS private key in PEM format.")
    ] = None,
) -> None:
    """Serve IAM, STS and the console. For an empty store, create an account and print a link to set it up."""
    settings = options.settings(
        data=data,
        database=database,
        master_key_file=master_key_file,
        host=host,
        port=port,
        workers=workers,
        public_url=public_url,
        trusted_proxies=trusted_proxies,
        tls_cert=tls_cert,
        tls_key=tls_key,
    )
    _validate(settings)
    process_protection.protect_memory()
    for name in _SECRET_VARIABLES:
        process_protection.erase_variable(name)  # the settings have it
    _run(settings)


def _run(settings: Settings) -> None:
    """Serve until a signal stops the process."""
    definitions = _read_definitions(settings)
    with datastore.opened_store(settings) as store:
        _create_first_account(store)
        with store.database.write() as tx:
            account_ids = [account.account_id for account in accounts.list_all(tx)]
            token = (
                links.create_setup_token(tx, account_ids[0], int(clock.now().timestamp()))
                if len(account_ids) == 1
                else None
            )
    settings = _with_s3_accounts(settings, account_ids)
    server = _server(settings)
    server.on_startup(lambda: _print_banner(settings, account_ids, token))
    worker_counter = multiprocessing.Value("i", os.getpid())
    server.serve(
        target_loader=partial(
            _load_app, settings, store.master_key, definitions, worker_counter, os.getpid()
        ),
        wrap_loader=False,
    )


def _read_definitions(settings: Settings) -> tuple[ServiceDefinition, ...]:
    """Read the definitions of services once for all workers; CommandError if one is not valid."""
    try:
        return service_files.read_service_files(settings.services)
    except ServiceFileError as error:
        raise CommandError(f"IAMD_SERVICES: {error}", status=2) from error


def _with_s3_accounts(settings: Settings, account_ids: list[str]) -> Settings:
    """Return the settings with the accounts that the S3 store belongs to, by default the only one.

    Set once for all workers: an account that is created later gets no signatures for the store. Raises
    CommandError if it must be set.
    """
    if settings.s3_store is None or settings.s3_accounts:
        return settings
    if len(account_ids) != 1:
        raise CommandError(
            "IAMD_S3_ACCOUNTS must be set: there are several accounts, and the store behind the gateway "
            "would belong to all of them",
            status=2,
        )
    return settings.model_copy(update={"s3_accounts": tuple(account_ids)})


def _validate(settings: Settings) -> None:
    for place, parse in (
        (
            "IAMD_TRUSTED_PROXIES",
            lambda: client_info.parse_proxy_settings(None, settings.trusted_proxies),
        ),
        ("IAMD_OIDC_PRIVATE_NETWORKS", lambda: app.issuers(settings)),
    ):
        try:
            parse()
        except ValueError as error:
            raise CommandError(f"{place}: {error}", status=2) from error
    _validate_tls(settings)
    _validate_sign_in(settings)
    address = listen_address(settings)
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, settings.port))
        except OSError as error:
            raise CommandError(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror}"
            ) from error


def listen_address(settings: Settings) -> str:
    """Return the IP address of the host to listen on; the first one if it is a name such as localhost.

    Raises CommandError if there is none.
    """
    try:
        addresses = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise CommandError(f"cannot listen on {settings.host}:{settings.port}: no such address") from error
    return str(min(addresses, key=lambda address: address[0] != socket.AF_INET)[4][0])


def _validate_sign_in(settings: Settings) -> None:
    if (settings.smtp_url is None) != (settings.mail_from is None):
        raise CommandError("IAMD_SMTP_URL and IAMD_MAIL_FROM must be set together", status=2)
    try:
        if settings.smtp_url is not None:
            mail.validate_url(settings.smtp_url.get_secret_value())
        app.blocklist(settings)
    except OSError as error:
        raise CommandError(f"the password blocklist cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise CommandError(str(error), status=2) from error


def _validate_tls(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise CommandError("--tls-cert and --tls-key must be used together", status=2)
    if settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password=_no_passphrase)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or error
        raise CommandError(f"the TLS certificate or key cannot be used: {reason}") from error


def _no_passphrase() -> str:
    """Refuse a key with a passphrase, for which OpenSSL would ask on the terminal."""
    raise CommandError("the TLS key has a passphrase: decrypt it, or protect it by its file mode")


def _create_first_account(store: datastore.Store) -> None:
    """Create the first account of an empty store; servers that start at the same time create only one."""
    with store.database.exclusive_lock():
        with store.database.read() as tx:
            empty = not accounts.list_all(tx)
        if empty:
            account_creation.create(
                store.database, store.vault, AccountSpec(None, None, None, None), clock.now()
            )


def _max_threads(workers: int) -> int:
    """Return how many threads a worker may start: its share of half of what the system allows."""
    limits = [resource.getrlimit(resource.RLIMIT_NPROC)[0]]
    with contextlib.suppress(OSError, ValueError):  # no cgroup, or its limit is `max`
        limits.append(int(_pids_limit_file().read_text()))
    shares = [limit // (2 * workers) for limit in limits if limit > 0]  # RLIM_INFINITY is -1
    return max(_MIN_THREADS, min([app.BLOCKING_THREADS, *shares]))


def _pids_limit_file() -> Path:
    """Return the file with the limit of a container or of a systemd unit (cgroups(7), version 2)."""
    _, _, cgroup = Path("/proc/self/cgroup").read_text().strip().rpartition("::/")
    return Path("/sys/fs/cgroup", cgroup, "pids.max")


def _max_connections() -> int:
    """Raise the limit of open files as far as allowed; return how many connections a worker may have open.

    Idle connections cost a few KB each and no thread, so nobody can keep others out by opening them.
    """
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _MAX_FILES if hard_limit == resource.RLIM_INFINITY else min(hard_limit, _MAX_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard_limit))
    return max(files - _RESERVED_FILES, files // 2)


def _server(settings: Settings) -> Server:
    return Server(
        "iamd",
        address=listen_address(settings),
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=_max_threads(settings.workers),
        backpressure=_max_connections(),
        backlog=_BACKLOG,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=MAX_HEADER_BYTES
        ),
        websockets=False,
        log_level=LogLevels.error,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=_STOP_SECONDS,
        respawn_failed_workers=True,
    )


def _load_app(
    settings: Settings,
    master_key: bytes,
    definitions: tuple[ServiceDefinition, ...],
    worker_counter: Any,
    supervisor_id: int,
) -> app.App:
    """Create the application in a worker process; closing it at the worker's end writes pending data."""
    process_protection.protect_memory()
    process_protection.stop_with_parent(supervisor_id)
    with worker_counter.get_lock():
        worker_number = worker_counter.value = worker_counter.value + 1
    cpu_affinity.pin(worker_number)
    _clear_environment()
    sys.setswitchinterval(_SWITCH_SECONDS)
    logs.configure()
    application = app.App(settings, master_key, definitions)
    application.start()
    _spare_garbage_collector()
    util.Finalize(application, application.close, exitpriority=100)
    return application


def _spare_garbage_collector() -> None:
    """Exempt what exists now from garbage collection, which is then rarer: requests leave few cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def _clear_environment() -> None:
    """Remove most environment variables: granian copies the environment into every WSGI request."""
    for name in list(os.environ):
        if not name.startswith(_ENVIRONMENT_PREFIXES):
            del os.environ[name]


def _print_banner(settings: Settings, account_ids: list[str], token: str | None) -> None:
    accounts_text = f"account {account_ids[0]}" if len(account_ids) == 1 else f"{len(account_ids)} accounts"
    url = app.base_url(settings)
    typer.echo(_BANNER.format(version=__version__, accounts=accounts_text, url=url))
    typer.echo(_CLIENT_CONFIG.format(url=url))
    if token is not None:
        typer.echo(_SETUP_NOTICE.format(url=root.setup_url(settings, token)))
    typer.echo("Press Ctrl+C to stop.")
