"""The store behind a proxy: its address, and the credentials that requests to it are signed with."""

import re
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

_SCHEMES = ("http", "https")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", re.ASCII)
_FORM_MESSAGE = "the store must be http(s)://ACCESS_KEY_ID:SECRET@host[:port]"


class Backend(NamedTuple):
    """An S3-compatible store; `host` is as in the Host header of requests to it."""

    scheme: str
    host: str
    access_key_id: str
    secret_access_key: str
    region: str


def parse_backend(url: str, region: str) -> Backend:
    """Parse `http(s)://ACCESS_KEY_ID:SECRET@host[:port]`; ValueError, without the secret, if invalid."""
    parts = _split(url)
    port, hostname = _port(parts), parts.hostname or ""
    has_more = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(hostname) or has_more:
        raise ValueError(_FORM_MESSAGE)
    if not parts.username or not parts.password:
        raise ValueError("the store's URL must have its access key: http(s)://ACCESS_KEY_ID:SECRET@host")
    host = f"[{hostname}]" if ":" in hostname else hostname
    return Backend(
        parts.scheme,
        f"{host}{port}".removesuffix(_DEFAULT_PORTS[parts.scheme]),
        unquote(parts.username),
        unquote(parts.password),
        region,
    )


def _split(url: str) -> SplitResult:
    """Split a URL; the errors of `urlsplit` may contain all of it."""
    with suppress(ValueError):
        return urlsplit(url)
    raise ValueError(_FORM_MESSAGE)


def _port(parts: SplitResult) -> str:
    """Return the port with its colon, or an empty string."""
    with suppress(ValueError):
        if parts.port != 0:
            return "" if parts.port is None else f":{parts.port}"
    raise ValueError("the port of the store is not valid")
