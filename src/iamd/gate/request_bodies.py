"""Bodies that are being received: bounded for each client address, and large ones in all.

Until its body is complete, a request occupies a thread and memory, and nothing about its sender is known.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from iamd.core.client_addresses import address_group
from iamd.core.errors import MalformedInput, MissingContentLength, RequestEntityTooLarge, Throttling

SMALL_BODY_BYTES = 64 * 1024  # what a request without credentials may have
MAX_LARGE_BYTES = 128 * 1024 * 1024  # of all larger bodies together, in a worker
BODY_SECONDS = 10
_MAX_LENGTH_DIGITS = 9


def parse_length(environ: Mapping[str, Any], max_bytes: int) -> int:
    """Return the length of the body of a WSGI request; 0 if it has none.

    Raises MissingContentLength for a body without a length, RequestEntityTooLarge if it is larger than
    `max_bytes`.
    """
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if "HTTP_TRANSFER_ENCODING" in environ or not (length.isascii() and length.isdecimal()):
        raise MissingContentLength("The request must have a Content-Length and no Transfer-Encoding.")
    if len(length) > _MAX_LENGTH_DIGITS or int(length) > max_bytes:
        raise RequestEntityTooLarge(f"The request is larger than {max_bytes} bytes.")
    return int(length)


class _Reception(NamedTuple):
    peer: str
    started_at: float


class RequestBodies:
    """Counts the bodies that are being received by a worker process."""

    def __init__(self, per_address: int, monotonic_time: Callable[[], float] = time.monotonic) -> None:
        self._per_address = per_address
        self._time = monotonic_time
        self._counts: dict[str, int] = {}
        self._receptions: dict[int, _Reception] = {}  # by their identity
        self._large_bytes = 0
        self._lock = threading.Lock()

    def receive(self, address: str, peer: str, length: int, read: Callable[[int], bytes]) -> bytes:
        """Read a body of `length` bytes, which is counted meanwhile for the client's address.

        `peer` is the address at the other end of the connection: the client or a proxy. Raises Throttling if
        too many of the address are being received, or too many large ones of anyone, and MalformedInput if
        the body ends early.
        """
        address = address_group(address)
        large_bytes = length if length > SMALL_BODY_BYTES else 0
        reception = _Reception(peer, self._time())
        with self._lock:
            count = self._counts.get(address, 0)
            if count >= self._per_address or self._large_bytes + large_bytes > MAX_LARGE_BYTES:
                raise Throttling("Too many requests are being received. Try again.")
            self._counts[address] = count + 1
            self._large_bytes += large_bytes
            self._receptions[id(reception)] = reception
        try:
            body = read(length)
        finally:
            with self._lock:
                del self._receptions[id(reception)]
                self._large_bytes -= large_bytes
                self._counts[address] -= 1
                if not self._counts[address]:
                    del self._counts[address]
        if len(body) != length:
            raise MalformedInput("The request ended before its Content-Length.")
        return body

    def stalled_peers(self) -> frozenset[str]:
        """Return the peers of whom a body is overdue: it began more than `BODY_SECONDS` ago."""
        overdue = self._time() - BODY_SECONDS
        with self._lock:
            return frozenset(
                reception.peer for reception in self._receptions.values() if reception.started_at < overdue
            )
