"""`iamd gateway config`: write the configuration of a proxy in front of a service."""

import os
import re
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from iamd.cli import options
from iamd.cli.errors import CommandError
from iamd.cli.gateway.caddy import render_caddy
from iamd.cli.gateway.envoy import render_envoy
from iamd.cli.gateway.gateway import AWS, S3, Gateway, Upstream, config_path, parse_listener, parse_url
from iamd.cli.gateway.haproxy import render_haproxy, render_haproxy_lua
from iamd.cli.gateway.nginx import render_nginx
from iamd.cli.gateway.traefik import render_traefik
from iamd.config import Settings
from iamd.forward_auth.backend import parse_backend
from iamd.service_files import ServiceFileError, read_service_files

_API_KEY_VARIABLE = "IAMD_API_KEY"
_API_KEY = re.compile(r"iamd_[\w-]{20,100}", re.ASCII)
_EVERY_ADDRESS = ("0.0.0.0", "::", "localhost")  # noqa: S104 - compared, not bound
_CA_FILE = Path("/etc/ssl/certs/ca-certificates.crt")


class Proxy(Enum):
    """The proxies for which a configuration can be written."""

    NGINX = "nginx"
    CADDY = "caddy"
    ENVOY = "envoy"
    HAPROXY = "haproxy"
    HAPROXY_LUA = "haproxy-lua"
    TRAEFIK = "traefik"


_RENDERERS = {
    Proxy.NGINX: render_nginx,
    Proxy.CADDY: render_caddy,
    Proxy.ENVOY: render_envoy,
    Proxy.HAPROXY: render_haproxy,
    Proxy.HAPROXY_LUA: render_haproxy_lua,
    Proxy.TRAEFIK: render_traefik,
}

_WITH_BODIES = (Proxy.ENVOY, Proxy.TRAEFIK)  # those that pass the client's body to iamd

ProxyArgument = Annotated[
    Proxy,
    typer.Argument(
        metavar="PROXY", help="nginx, caddy, envoy, haproxy (with haproxy-lua, its script), traefik."
    ),
]
Service = Annotated[
    str, typer.Option("--service", metavar="NAME", help="Name of a service of IAMD_SERVICES, s3, or aws.")
]
Backend = Annotated[
    str | None,
    typer.Option("--backend", metavar="URL", help="Where the service is. [default for s3: IAMD_S3_STORE]"),
]
Listen = Annotated[
    str, typer.Option("--listen", metavar="ADDRESS", help="Where the proxy listens: [HOST:]PORT.")
]
Iamd = Annotated[
    str | None,
    typer.Option("--iamd", metavar="URL", help="Where the proxy reaches iamd. [default: as served here]"),
]
ApiKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--api-key-file", metavar="F", help="File with the API key of the gateway. [default: IAMD_API_KEY]"
    ),
]
TlsCert = Annotated[
    Path | None,
    typer.Option("--tls-cert", metavar="F", help="Certificate chain of the gateway in PEM; with --tls-key."),
]
TlsKey = Annotated[
    Path | None, typer.Option("--tls-key", metavar="F", help="Private key of the gateway in PEM.")
]
CaFile = Annotated[
    Path,
    typer.Option(
        "--ca-file", metavar="F", help="Authorities by which https servers behind it are verified, in PEM."
    ),
]


def config(
    proxy: ProxyArgument,
    service: Service = S3,
    backend: Backend = None,
    listen: Listen = "8080",
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    iamd: Iamd = None,
    api_key_file: ApiKeyFile = None,
    ca_file: CaFile = _CA_FILE,
) -> None:
    """Print a proxy's configuration: for the S3 store of IAMD_S3_STORE, or another service."""
    if service == AWS and proxy not in _WITH_BODIES:
        raise CommandError("this proxy does not pass bodies to iamd: use envoy or traefik", status=2)
    settings = options.settings()
    upstream = _backend(settings, service, backend)
    gateway = Gateway(
        service,
        parse_listener(listen, tls_cert, tls_key),
        parse_url(iamd or _served_at(settings), "--iamd"),
        upstream,
        _hosts(settings, service),
        _read_api_key(api_key_file),
        config_path(ca_file),
    )
    typer.echo(_RENDERERS[proxy](gateway), nl=False)


def _backend(settings: Settings, service: str, url: str | None) -> Upstream:
    if service != S3:
        if url is None:
            raise CommandError("--backend must be the URL of the service: http(s)://host[:port]", status=2)
        return parse_url(url, "--backend")
    if url is not None:
        raise CommandError("the store of an S3 gateway is set by IAMD_S3_STORE, not by --backend", status=2)
    if settings.s3_store is None:
        raise CommandError("IAMD_S3_STORE must be set to the store's URL, with its access key", status=2)
    store = parse_backend(settings.s3_store.get_secret_value(), settings.s3_region)
    return Upstream(store.scheme, store.host)


def _hosts(settings: Settings, service: str) -> tuple[str, ...]:
    """Return the hosts of a service, all if none; CommandError, with status 2, if it is not defined."""
    if service == S3:
        return settings.s3_hosts
    if service == AWS:
        return ()
    try:
        definitions = {item.name: item for item in read_service_files(settings.services)}
    except ServiceFileError as error:
        raise CommandError(f"IAMD_SERVICES: {error}", status=2) from error
    if service not in definitions:
        raise CommandError("--service must be a service that a file of IAMD_SERVICES defines", status=2)
    return tuple(sorted(definitions[service].hosts))


def _read_api_key(path: Path | None) -> str:
    if path is not None:
        api_key, source = _read_file(path).strip(), str(path)
    else:
        api_key, source = os.environ.get(_API_KEY_VARIABLE, ""), _API_KEY_VARIABLE
    if not _API_KEY.fullmatch(api_key):
        raise CommandError(
            f"{source} must have the gateway's API key: the secret that "
            "`aws iam create-service-specific-credential --service-name iamd` returned",
            status=2,
        )
    return api_key


def _read_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}", status=2) from error


def _served_at(settings: Settings) -> str:
    """Return the URL of the server of these settings, for a proxy on the same host."""
    scheme = "http" if settings.tls_cert is None else "https"
    host = "127.0.0.1" if settings.host in _EVERY_ADDRESS else settings.host
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"
