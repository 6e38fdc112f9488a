"""Password hashing: argon2id, one hash at a time per process, so that sign-ins do not slow down the API.

The parameters exceed those of OWASP's Password Storage Cheat Sheet (19 MiB, 2 iterations). A hash contains
its parameters: older hashes still verify, and are replaced at the next sign-in.
"""

import contextlib
import threading
import unicodedata
from collections.abc import Iterator

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from iamd.core import cpu_affinity
from iamd.core.errors import Throttling
from iamd.core.execution_slots import ReleaseSlot

_MEMORY_COST_KIB = 64 * 1024
_TIME_COST = 3
_PARALLELISM = 1
_MAX_WAIT_SECONDS = 10.0


def normalize(password: str) -> str:
    """Return a password in Unicode NFC, for hashing and comparison: keyboards differ in how they compose."""
    return unicodedata.normalize("NFC", password)


class Hasher:
    """Hashes and verifies passwords; `release_slot` releases the execution slot meanwhile.

    Its methods raise Throttling after waiting ten seconds for other threads.
    """

    def __init__(self, release_slot: ReleaseSlot = contextlib.nullcontext) -> None:
        self._argon2 = PasswordHasher(
            time_cost=_TIME_COST, memory_cost=_MEMORY_COST_KIB, parallelism=_PARALLELISM
        )
        self._release_slot = release_slot
        self._lock = threading.Lock()
        self._dummy_hash = self._argon2.hash("dummy password")

    def hash(self, password: str) -> str:
        """Return a password's hash with its parameters, in PHC string format."""
        with self._exclusive():
            return self._argon2.hash(normalize(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Return whether a password matches a hash.

        Without a hash, take the same time and return False, so that timing does not reveal which users exist.
        """
        with self._exclusive():
            try:
                self._argon2.verify(password_hash or self._dummy_hash, normalize(password))
            except (VerificationError, InvalidHashError):
                return False
            return password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Return whether a hash was made with other than the current parameters."""
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
