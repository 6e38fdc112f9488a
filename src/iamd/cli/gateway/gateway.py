"""What the configuration of a proxy is made of. All values are safe in the configuration of every proxy."""

import re
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from iamd.cli.errors import CommandError

_LISTEN = re.compile(r"(?:([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):)?([0-9]{1,5})", re.ASCII)
_URL = re.compile(
    r"(https?)://((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)/?", re.ASCII | re.IGNORECASE
)
_PATH = re.compile(r"[^\s\"'`;{}$\\#]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535
S3, AWS = "s3", "aws"  # services that need no definition


class Upstream(NamedTuple):
    """A server behind the proxy; `host` is as in the Host header of requests to it."""

    scheme: str
    host: str

    @property
    def name(self) -> str:
        """The host without its port, and an IPv6 address without brackets."""
        return re.sub(r":[0-9]+$", "", self.host).strip("[]")

    @property
    def port(self) -> int:
        match = re.search(r":([0-9]+)$", self.host)
        return _DEFAULT_PORTS[self.scheme] if match is None else int(match[1])

    @property
    def address(self) -> str:
        """The host with its port."""
        return f"[{self.name}]:{self.port}" if ":" in self.name else f"{self.name}:{self.port}"

    @property
    def has_tls(self) -> bool:
        return self.scheme == "https"


class Listener(NamedTuple):
    """Where the proxy listens; `host` is empty for all addresses. Certificate and key are paths, or empty."""

    host: str
    port: int
    certificate: str = ""
    key: str = ""

    @property
    def address(self) -> str:
        """The address as `[HOST:]PORT`."""
        return f"{self.host}:{self.port}" if self.host else str(self.port)

    @property
    def has_tls(self) -> bool:
        return bool(self.certificate)


class Gateway(NamedTuple):
    """A proxy in front of the `backend`, a service of the name `service`, which asks `iamd`.

    `hosts` are the host names that it serves, all if there are none; buckets are subdomains of those of S3.
    """

    service: str
    listener: Listener
    iamd: Upstream
    backend: Upstream
    hosts: tuple[str, ...]
    api_key: str
    ca_file: str

    @property
    def is_s3(self) -> bool:
        return self.service == S3

    @property
    def is_aws(self) -> bool:
        """Whether the service is an emulator of AWS's, which reads service and Region in the signature."""
        return self.service == AWS

    @property
    def host_patterns(self) -> tuple[str, ...]:
        """The hosts, with `*.HOST` for the buckets of S3."""
        if not self.is_s3:
            return self.hosts
        return tuple(pattern for host in self.hosts for pattern in (host, f"*.{host}"))

    def values(self) -> dict[str, str]:
        """Return what templates of all proxies have in common, by the names of the placeholders."""
        return {
            "SERVICE": self.service,
            "LISTEN": self.listener.address,
            "LISTEN_HOST": self.listener.host.strip("[]") or "0.0.0.0",  # noqa: S104 - all addresses
            "LISTEN_PORT": str(self.listener.port),
            "IAMD_SCHEME": self.iamd.scheme,
            "IAMD_HOST": self.iamd.host,
            "IAMD_ADDRESS": self.iamd.address,
            "BACKEND_SCHEME": self.backend.scheme,
            "BACKEND_HOST": self.backend.host,
            "BACKEND_ADDRESS": self.backend.address,
            "API_KEY": self.api_key,
        }


def parse_url(url: str, option: str) -> Upstream:
    """Parse `http(s)://host[:port]`; CommandError, with status 2, if it is something else."""
    match = _URL.fullmatch(url)
    if match is None:
        raise CommandError(f"{option} must be http(s)://host[:port]", status=2)
    upstream = Upstream(match[1].lower(), match[2])
    if not 0 < upstream.port <= _MAX_PORT:
        raise CommandError(f"{option} must be http(s)://host[:port]", status=2)
    return upstream


def parse_listener(address: str, tls_cert: Path | None, tls_key: Path | None) -> Listener:
    """Parse where to listen; CommandError, with status 2, if it is not `[HOST:]PORT`."""
    match = _LISTEN.fullmatch(address)
    if match is None or not 0 < int(match[2]) <= _MAX_PORT:
        raise CommandError("--listen must be a port, or an address with a port", status=2)
    if tls_cert is None and tls_key is None:
        return Listener(match[1] or "", int(match[2]))
    if tls_cert is None or tls_key is None:
        raise CommandError("--tls-cert and --tls-key must be set together", status=2)
    return Listener(match[1] or "", int(match[2]), config_path(tls_cert), config_path(tls_key))


def config_path(path: Path) -> str:
    """Return an absolute path; CommandError, with status 2, if it would need quoting."""
    text = str(path.absolute())
    if not _PATH.fullmatch(text):
        raise CommandError(f"the path {text} must not have spaces, quotes, braces or semicolons", status=2)
    return text


def render(template: str, values: dict[str, str]) -> str:
    """Return a template with values in place of `@NAME@`.

    A line that consists of a placeholder is left out if its value is empty.
    """
    text = (resources.files("iamd.cli.gateway") / "templates" / template).read_text(encoding="utf-8")
    for name, value in values.items():
        if not value:
            text = re.sub(rf"^[ \t]*@{name}@\n", "", text, flags=re.MULTILINE)
        text = text.replace(f"@{name}@", value)
    return text
