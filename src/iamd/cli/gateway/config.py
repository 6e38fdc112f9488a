"""`iamd gateway config`: write the configuration of a proxy in front of an S3-compatible store."""

import os
import re
from enum import Enum
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from iamd.cli import options
from iamd.cli.errors import CommandError
from iamd.config import Settings
from iamd.forward_auth.backend import Backend, parse_backend

_API_KEY_VARIABLE = "IAMD_API_KEY"
_API_KEY = re.compile(r"iamd_[\w-]{20,100}", re.ASCII)
_LISTEN = re.compile(r"[A-Za-z0-9._:\[\]-]{1,100}", re.ASCII)
_PATH = re.compile(r"[^\s\"';{}$\\]+")
_WITHOUT_BODY = 'proxy_set_header Content-Length "";\nproxy_set_header Transfer-Encoding "";\n'
_EVERY_ADDRESS = ("0.0.0.0", "::", "localhost")  # noqa: S104 - compared, not bound
_URL = re.compile(
    r"(https?)://((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)/?", re.ASCII | re.IGNORECASE
)
_CA_FILE = Path("/etc/ssl/certs/ca-certificates.crt")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Proxy(Enum):
    """The proxies for which a configuration can be written."""

    NGINX = "nginx"


ProxyArgument = Annotated[Proxy, typer.Argument(metavar="PROXY", help="The proxy: nginx.")]
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
        "--ca-file", metavar="F", help="Authorities by which nginx verifies https servers behind it, in PEM."
    ),
]


def config(
    proxy: ProxyArgument,
    listen: Listen = "8080",
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    iamd: Iamd = None,
    api_key_file: ApiKeyFile = None,
    ca_file: CaFile = _CA_FILE,
) -> None:
    """Print a proxy's configuration; the store is that of IAMD_S3_STORE."""
    settings = options.settings()
    if settings.s3_store is None:
        raise CommandError("IAMD_S3_STORE must be set to the store's URL, with its access key", status=2)
    if not _LISTEN.fullmatch(listen):
        raise CommandError("--listen must be a port, or an address with a port", status=2)
    backend = parse_backend(settings.s3_store.get_secret_value(), settings.s3_region)
    has_tls = tls_cert is not None or tls_key is not None
    listener = f"listen {listen} ssl;\n    {_tls(tls_cert, tls_key)}" if has_tls else f"listen {listen};"
    typer.echo(
        _nginx(
            settings,
            backend,
            listener,
            iamd or _served_at(settings),
            _read_api_key(api_key_file),
            ca_file,
        )
    )


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


def _tls(tls_cert: Path | None, tls_key: Path | None) -> str:
    if tls_cert is None or tls_key is None:
        raise CommandError("--tls-cert and --tls-key must be set together", status=2)
    return f"ssl_certificate {_config_path(tls_cert)};\n    ssl_certificate_key {_config_path(tls_key)};"


def _config_path(path: Path) -> str:
    text = str(path.absolute())
    if not _PATH.fullmatch(text):
        raise CommandError(f"the path {text} must not have spaces, quotes, braces or semicolons", status=2)
    return text


def _read_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}", status=2) from error


def _nginx(
    settings: Settings, backend: Backend, listener: str, iamd_url: str, api_key: str, ca_file: Path
) -> str:
    iamd = _URL.fullmatch(iamd_url)
    if iamd is None:
        raise CommandError("--iamd must be http(s)://host[:port]", status=2)
    scheme, host = iamd[1].lower(), iamd[2]
    values = {
        "LISTEN": listener,
        "SERVER_NAMES": " ".join(_server_names(settings)),
        "IAMD_SCHEME": scheme,
        "IAMD_ADDRESS": _address(host, scheme),
        "IAMD_HOST": host,
        "STORE_SCHEME": backend.scheme,
        "STORE_ADDRESS": _address(backend.host, backend.scheme),
        "STORE_HOST": backend.host,
        "API_KEY": api_key,
    }
    headers = _template("nginx_headers.conf") + _server_verification(scheme, host, ca_file)
    text = _template("nginx.conf").replace("@QUESTION@", _indent(_WITHOUT_BODY + headers))
    text = text.replace("@ANSWER@", _indent(headers))
    text = text.replace(
        "@STORE_TLS@\n", _indent(_server_verification(backend.scheme, backend.host, ca_file)) + "\n"
    )
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _served_at(settings: Settings) -> str:
    """Return the URL of the server of these settings, for a proxy on the same host."""
    scheme = "http" if settings.tls_cert is None else "https"
    host = "127.0.0.1" if settings.host in _EVERY_ADDRESS else settings.host
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _server_verification(scheme: str, host: str, ca_file: Path) -> str:
    """Return what makes nginx send the host's name and verify the server's certificate, under https."""
    if scheme == "http":
        return ""
    name = re.sub(r":[0-9]+$", "", host)
    return (
        f'proxy_ssl_server_name on;\nproxy_ssl_name "{name}";\nproxy_ssl_verify on;\n'
        f"proxy_ssl_verify_depth 4;\nproxy_ssl_trusted_certificate {_config_path(ca_file)};\n"
    )


def _server_names(settings: Settings) -> list[str]:
    return [name for host in settings.s3_hosts for name in (host, f"*.{host}")] or ["_"]


def _address(host: str, scheme: str) -> str:
    """Return a host with its port, for an upstream."""
    has_port = re.search(r":[0-9]+$", host) is not None
    return host if has_port else f"{host}:{_DEFAULT_PORTS[scheme]}"


def _template(name: str) -> str:
    return (resources.files("iamd.cli.gateway") / name).read_text(encoding="utf-8")


def _indent(lines: str) -> str:
    return "\n        ".join(lines.strip().splitlines())
