"""A request as values: what a client sent, as a client and its signature see it."""

from typing import NamedTuple


class Request(NamedTuple):
    """`query` is as sent, without its question mark; header names are in lower case.

    A byte that is not ASCII is the character of its number, as WSGI has it. A header that was sent more than
    once has its values joined by commas.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    source_ip: str
    secure: bool
