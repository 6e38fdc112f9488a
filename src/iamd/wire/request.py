"""A request as values: what a client sent, as a client and its signature see it."""

from typing import NamedTuple


class Request(NamedTuple):
    """`query` is as sent, without its question mark; header names are lower-case, repeated values comma-joined."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    source_ip: str
    secure: bool
