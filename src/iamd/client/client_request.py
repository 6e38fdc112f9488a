"""A client's request to a service, and the headers in which iamd is told what it is."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from iamd.client.errors import bad_request

# Methods are case-sensitive (RFC 9110, section 9.1), but frameworks put them in upper case.
_METHOD: Final = re.compile(r"[A-Z]+(-[A-Z]+)*", re.ASCII)
_TARGET: Final = re.compile(r"/[\x21-\x7e]*", re.ASCII)
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^`|~-]+", re.ASCII)
# Servers differ in how they read other bytes.
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]*", re.ASCII)

# What a proxy or this package tells, and a client must not.
_RESERVED_PREFIXES: Final = ("x-iamd-", "x-forwarded-")
_RESERVED: Final = frozenset(
    {
        "forwarded",
        "x-original-content-length",
        "x-original-transfer-encoding",
        "x-real-ip",
        "x-scheme",
        "x-script-name",
    }
)
_CREDENTIALS: Final = frozenset({"authorization", "x-amz-security-token"})
# About the client's connection, or told in another header.
_CONNECTION: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class ClientRequest(NamedTuple):
    """A request as the service is going to serve it.

    `target` is the path with the query, percent-encoded as the client sent it; `host` is the Host header,
    and `scheme` is `http` or `https`. Header names may repeat and be in any case.
    """

    method: str
    target: str
    host: str
    scheme: str
    remote_address: str
    headers: Sequence[tuple[str, str]]
    body: bytes = b""


def is_reserved(name: str) -> bool:
    """Return whether a header, named in lower case, has no meaning if a client sends it."""
    return name in _RESERVED or name.startswith(_RESERVED_PREFIXES)


def is_for_service(name: str) -> bool:
    """Return whether the service gets a header of the client, named in lower case.

    It gets no credentials, which would end up in its logs.
    """
    return name not in _CREDENTIALS and not is_reserved(name)


def question_headers(request: ClientRequest) -> Iterator[tuple[str, str]]:
    """Return the headers that describe a request to iamd.

    Raises Denied if the service might read the request in another way than iamd.
    """
    _check(request)
    yield "X-Forwarded-Method", request.method
    yield "X-Forwarded-Uri", request.target
    yield "X-Forwarded-Host", request.host
    yield "X-Forwarded-Proto", request.scheme
    yield "X-Forwarded-For", request.remote_address
    yield "X-Original-Content-Length", str(len(request.body))
    for name, value in request.headers:
        if name.lower() not in _CONNECTION and not is_reserved(name.lower()):
            yield name, value


def _check(request: ClientRequest) -> None:
    if not _METHOD.fullmatch(request.method):
        raise bad_request("The method must be in upper case.")
    if not _TARGET.fullmatch(request.target):
        raise bad_request("The request target must be a path, percent-encoded.")
    if not request.host or "," in request.host or not _HEADER_VALUE.fullmatch(request.host):
        raise bad_request("The request must have one Host header.")
    for name, value in request.headers:
        if not _HEADER_NAME.fullmatch(name):
            raise bad_request("The name of a header is not valid.")
        if not _HEADER_VALUE.fullmatch(value):
            raise bad_request(f"The header {name} must have printable ASCII characters only.")
