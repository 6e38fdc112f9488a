"""Bodies that are being received: bounded for each client address, and large ones in all.

Until its body is complete, a request occupies a thread and memory, and nothing about its sender is known.
"""

import threading
from collections.abc import Callable

from iamd.core.client_addresses import address_group
from iamd.core.errors import Throttling

SMALL_BODY_BYTES = 64 * 1024  # what a request without credentials may have
MAX_LARGE_BYTES = 128 * 1024 * 1024  # of all larger bodies together, in a worker


class RequestBodies:
    """Counts the bodies that are being received by a worker process."""

    def __init__(self, per_address: int) -> None:
        self._per_address = per_address
        self._counts: dict[str, int] = {}
        self._large_bytes = 0
        self._lock = threading.Lock()

    def receive(self, address: str, length: int, read: Callable[[int], bytes]) -> bytes:
        """Read a body of `length` bytes, which is counted meanwhile.

        Raises Throttling if too many of the address are being received, or too many large ones of anyone.
        """
        address = address_group(address)
        large_bytes = length if length > SMALL_BODY_BYTES else 0
        with self._lock:
            count = self._counts.get(address, 0)
            if count >= self._per_address or self._large_bytes + large_bytes > MAX_LARGE_BYTES:
                raise Throttling("Too many requests are being received. Try again.")
            self._counts[address] = count + 1
            self._large_bytes += large_bytes
        try:
            return read(length)
        finally:
            with self._lock:
                self._large_bytes -= large_bytes
                self._counts[address] -= 1
                if not self._counts[address]:
                    del self._counts[address]
