"""`iamd serve`: the server, and what it says when it starts."""

import multiprocessing
import os
import socket
import ssl
from functools import partial
from multiprocessing import util
from pathlib import Path
from typing import Annotated, Any

import typer
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer as Server

from iamd import __version__, app
from iamd.api import founding, mail, origin
from iamd.api.founding import Wanted
from iamd.api.signin import links
from iamd.cli import options, root
from iamd.cli.errors import CommandError
from iamd.config import Settings
from iamd.core import clock, cores, logs
from iamd.store import accounts
from iamd.wire.endpoint import MAX_HEADERS

_STOP_SECONDS = 8
_HEADER_MILLISECONDS = 10_000
_KEPT = ("PG", "LANG", "LC_", "TZ", "SSL_CERT_")

_START = """\
iamd {version} serves {accounts} at {url}
Every signature is verified and every policy is enforced; there is no way to switch that off.
"""
_SET_UP = """\
This account has no root user yet. Open this link within 24 hours to set it up; it works once:

    {url}
"""
_PASTE = """\
Paste into a shell:

    export AWS_ENDPOINT_URL_IAM={url} AWS_ENDPOINT_URL_STS={url}

or into ~/.aws/config, for `aws --profile iamd iam get-user`:

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
        str | None, typer.Option("--public-url", metavar="URL", help="How clients reach this server.")
    ] = None,
    trusted_proxies: Annotated[
        str | None,
        typer.Option(
            "--trusted-proxies",
            metavar="LIST",
            help="Addresses or networks, comma-separated, whose X-Forwarded-* headers count.",
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="F", help="Certificate chain in PEM.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="F", help="Private key in PEM.")
    ] = None,
) -> None:
    """Serve IAM, STS and the console. An empty store gets an account, and a link to set it up."""
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
    _check(settings)
    with app.opened(settings) as store:
        _found_first(store)
        with store.database.write() as tx:
            held = [one.account_id for one in accounts.every(tx)]
            token = links.setup_token(tx, held[0], int(clock.now().timestamp())) if len(held) == 1 else None
    server = _server(settings)
    server.on_startup(lambda: _greet(settings, held, token))
    numbers = multiprocessing.Value("i", os.getpid())
    server.serve(target_loader=partial(_load, settings, store.master_key, numbers), wrap_loader=False)


def _check(settings: Settings) -> None:
    try:
        origin.origin(settings.public_url, settings.trusted_proxies)
        app.issuers(settings)
    except ValueError as wrong:
        raise CommandError(str(wrong), status=2) from wrong
    _check_tls(settings)
    _check_signing_in(settings)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except (OSError, UnicodeError) as failed:
            reason = getattr(failed, "strerror", None) or "no such address"
            raise CommandError(f"cannot listen on {settings.host}:{settings.port}: {reason}") from failed


def _check_signing_in(settings: Settings) -> None:
    if (settings.smtp_url is None) != (settings.mail_from is None):
        raise CommandError("IAMD_SMTP_URL and IAMD_MAIL_FROM go together", status=2)
    try:
        if settings.smtp_url is not None:
            mail.check_url(settings.smtp_url.get_secret_value())
        app.blocklist(settings)
    except OSError as failed:
        raise CommandError(f"the list of passwords cannot be read: {failed.strerror}") from failed
    except ValueError as wrong:
        raise CommandError(str(wrong), status=2) from wrong


def _check_tls(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise CommandError("--tls-cert and --tls-key go together", status=2)
    if settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as failed:
        reason = failed.strerror or failed
        raise CommandError(f"the TLS certificate or key cannot be used: {reason}") from failed


def _found_first(store: app.Store) -> None:
    """Make the first account of an empty store; two nodes that start together make one."""
    with store.database.exclusive():
        with store.database.read() as tx:
            empty = not accounts.every(tx)
        if empty:
            founding.found(store.database, store.vault, Wanted(None, None, None, None), clock.now())


def _server(settings: Settings) -> Server:
    return Server(
        "iamd",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=app.THREADS,
        backpressure=app.THREADS,
        backlog=2 * app.THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=MAX_HEADERS),
        websockets=False,
        log_level=LogLevels.error,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=_STOP_SECONDS,
        respawn_failed_workers=True,
    )


def _load(settings: Settings, master_key: bytes, numbers: Any) -> app.App:
    """Build the application in a worker; what it has not written yet is written when the worker ends."""
    with numbers.get_lock():
        number = numbers.value = numbers.value + 1
    cores.stay(number)
    _forget_environment()
    logs.to_standard_error()
    application = app.App(settings, master_key)
    util.Finalize(application, application.close, exitpriority=100)
    return application


def _forget_environment() -> None:
    """Drop what no request should carry: granian copies the environment into every one."""
    for name in list(os.environ):
        if not name.startswith(_KEPT):
            del os.environ[name]


def _greet(settings: Settings, account_ids: list[str], token: str | None) -> None:
    shown = f"account {account_ids[0]}" if len(account_ids) == 1 else f"{len(account_ids)} accounts"
    url = app.base_url(settings)
    typer.echo(_START.format(version=__version__, accounts=shown, url=url))
    typer.echo(_PASTE.format(url=url))
    if token is not None:
        typer.echo(_SET_UP.format(url=root.setup_url(settings, token)))
    typer.echo("Press Ctrl+C to stop.")
