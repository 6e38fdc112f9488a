"""The client's request, as a proxy describes it in the headers of its own request to iamd.

The proxy passes the client's headers on, and says in others what it received: `X-Forwarded-Method`, `-Uri`,
`-Host`, `-Proto` and `-For`, as Caddy and Traefik do, and `X-Original-Content-Length` and
`X-Original-Transfer-Encoding`, since its request may have no body. The proxy has proved who it is, so that
what it says is believed.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from iamd.core.errors import MalformedInput
from iamd.gate import forwarded
from iamd.gate.forwarded import Address
from iamd.wire.request import Request

_LENGTH_HEADER = "HTTP_X_ORIGINAL_CONTENT_LENGTH"
_ENCODING_HEADER = "HTTP_X_ORIGINAL_TRANSFER_ENCODING"
# Set by the proxy, or about its own connection to iamd. Clients do not sign them.
_PROXY_HEADERS = frozenset(
    {
        "HTTP_HOST",
        "HTTP_CONNECTION",
        "HTTP_FORWARDED",
        "HTTP_X_REAL_IP",
        "HTTP_X_IAMD_API_KEY",
        _LENGTH_HEADER,
        _ENCODING_HEADER,
        "HTTP_TRANSFER_ENCODING",
    }
)
_FORWARDED_PREFIX = "HTTP_X_FORWARDED_"
# What the service is told. The proxy removes them; what it has left is spelled in another way.
_IDENTITY_HEADERS = frozenset(
    {
        "HTTP_X_IAMD_ARN",
        "HTTP_X_IAMD_ACCOUNT",
        "HTTP_X_IAMD_USER_ID",
        "HTTP_X_IAMD_PRINCIPAL_TAGS",
        "HTTP_X_IAMD_CONTENT_SHA256",
    }
)
_HEADER_NAME = re.compile(r"HTTP_[A-Z0-9_]+", re.ASCII)


def read_request(environ: Mapping[str, Any], body: bytes, is_trusted: Callable[[Address], bool]) -> Request:
    """Return the client's request; MalformedInput if the proxy does not say what it was.

    The proxy passes the body for some requests only; otherwise it is empty.
    """
    target = _required(environ, "HTTP_X_FORWARDED_URI")
    host = _required(environ, "HTTP_X_FORWARDED_HOST")
    if not target.startswith("/") or "#" in target or "," in host:
        raise MalformedInput("The request target must be a path, with one Host header.")
    _check_header_names(environ)
    path, _, query = target.partition("?")
    peer = str(environ.get("REMOTE_ADDR", "")).removeprefix("::ffff:")
    peer_address = forwarded.parse_address(peer)
    hop = forwarded.client_hop(environ, peer, lambda address: address == peer_address or is_trusted(address))
    return Request(
        _required(environ, "HTTP_X_FORWARDED_METHOD"),
        path,
        query,
        _client_headers(environ, host),
        body,
        hop.address,
        hop.proto == "https",
    )


def _required(environ: Mapping[str, Any], name: str) -> str:
    value = str(environ.get(name, ""))
    if not value:
        header = name.removeprefix("HTTP_").replace("_", "-").title()
        raise MalformedInput(f"The proxy must send the header {header}.")
    return value


def _check_header_names(environ: Mapping[str, Any]) -> None:
    """Refuse headers that the service could take for others: CGI turns `X.Iamd.Arn` into HTTP_X_IAMD_ARN."""
    for name in environ:
        if not name.startswith("HTTP_"):
            continue
        if name in _IDENTITY_HEADERS:
            raise MalformedInput("The headers X-Iamd-… are not the client's to send.")
        if not _HEADER_NAME.fullmatch(name):
            raise MalformedInput("Names of headers must consist of letters, digits and hyphens.")


def _client_headers(environ: Mapping[str, Any], host: str) -> dict[str, str]:
    headers = {
        name[5:].lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_") and name not in _PROXY_HEADERS and not name.startswith(_FORWARDED_PREFIX)
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    if environ.get(_LENGTH_HEADER):
        headers["content-length"] = environ[_LENGTH_HEADER]
    if environ.get(_ENCODING_HEADER):
        headers["transfer-encoding"] = environ[_ENCODING_HEADER]
    headers["host"] = host
    return headers
