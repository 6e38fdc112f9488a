"""The store behind a proxy: its address, and the credentials that requests to it are signed with."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_SCHEMES = ("http", "https")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Backend(NamedTuple):
    """An S3-compatible store; `host` is as in the Host header of requests to it."""

    scheme: str
    host: str
    access_key_id: str
    secret_access_key: str
    region: str


def parse_backend(url: str, region: str) -> Backend:
    """Parse `http(s)://ACCESS_KEY_ID:SECRET@host[:port]`; ValueError, without the secret, if invalid."""
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise ValueError("the port of the store is not valid") from error
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("the store must be http(s)://ACCESS_KEY_ID:SECRET@host[:port]")
    if not parts.username or not parts.password:
        raise ValueError("the store's URL must have its access key: http(s)://ACCESS_KEY_ID:SECRET@host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Backend(
        parts.scheme,
        f"{host}{port}".removesuffix(_DEFAULT_PORTS[parts.scheme]),
        unquote(parts.username),
        unquote(parts.password),
        region,
    )
