"""An HTTP request as received, as the client signed it."""

from typing import NamedTuple


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
