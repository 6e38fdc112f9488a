"""An HTTP request as received, as the client signed it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from iamd.core.errors import MalformedInput
from iamd.gate.client_info import ClientInfo


class Request(NamedTuple):
    """An HTTP request: `query` is undecoded and without the question mark, header names are in lower case.

    Text is decoded as Latin-1, as in WSGI. The values of a repeated header are joined by commas.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    source_ip: str
    secure: bool


def build_request(environ: Mapping[str, Any], client_info: ClientInfo, body: bytes) -> Request:
    """Return the request of a WSGI environment; MalformedInput if it has more than one host, or none."""
    if not client_info.host or "," in client_info.host:
        raise MalformedInput("The request must have one Host.")
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if "CONTENT_TYPE" in environ:
        headers["content-type"] = environ["CONTENT_TYPE"]
    if "CONTENT_LENGTH" in environ:
        headers["content-length"] = environ["CONTENT_LENGTH"]
    headers["host"] = client_info.host
    return Request(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        headers,
        body,
        client_info.source_ip,
        client_info.secure,
    )
