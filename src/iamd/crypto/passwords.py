"""Passwords: argon2id, one hash at a time, so that people who sign in cannot stop the API.

Parameters are above those of OWASP's password storage cheat sheet (19 MiB, 2 passes). A hash says its own
parameters, so that older ones still verify and are renewed at the next sign-in.
"""

import contextlib
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from iamd.core import cpu_affinity
from iamd.core.errors import Throttling

_MEMORY_COST_KIB = 64 * 1024
_TIME_COST = 3
_PARALLELISM = 1
_MAX_WAIT_SECONDS = 10.0

ReleaseSlot = Callable[[], AbstractContextManager[None]]


def normalize(password: str) -> str:
    """Return the form that is hashed and compared: the same characters typed on any keyboard (NFC)."""
    return unicodedata.normalize("NFC", password)


class Hasher:
    """Hashes and verifies; `aside` gives the turn away meanwhile. Throttling when too many wait."""

    def __init__(self, release_slot: ReleaseSlot = contextlib.nullcontext) -> None:
        self._argon2 = PasswordHasher(
            time_cost=_TIME_COST, memory_cost=_MEMORY_COST_KIB, parallelism=_PARALLELISM
        )
        self._release_slot = release_slot
        self._lock = threading.Lock()
        self._dummy_hash = self._argon2.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        with self._exclusive():
            return self._argon2.hash(normalize(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Say whether a password is the one that was hashed; without a hash do the same work for nothing."""
        with self._exclusive():
            try:
                self._argon2.verify(password_hash or self._dummy_hash, normalize(password))
            except (VerificationError, InvalidHashError):
                return False
            return password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(password_hash)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._release_slot():
            if not self._lock.acquire(timeout=_MAX_WAIT_SECONDS):
                raise Throttling("Too many passwords are being checked at the moment. Try again.")
            try:
                with cpu_affinity.unpinned():
                    yield
            finally:
                self._lock.release()
