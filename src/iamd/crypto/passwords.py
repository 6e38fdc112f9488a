"""Password hashing: argon2id, one hash at a time per process, so that sign-ins do not slow down the API.

The parameters exceed those of OWASP's Password Storage Cheat Sheet (19 MiB, 2 iterations). A hash contains
its parameters: older hashes still verify, and are replaced at the next sign-in.
"""

import contextlib
import unicodedata
from collections.abc import Iterator

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from iamd.core import cpu_affinity
from iamd.core.execution_slots import ReleaseSlot
from iamd.core.priority_lock import PriorityLock

_MEMORY_COST_KIB = 64 * 1024
_TIME_COST = 3
_PARALLELISM = 1
_MAX_WAIT_SECONDS = 10.0
_MAX_WAITING_STRANGERS = 64  # about as many as can be served within that time


def normalize(password: str) -> str:
    """Return a password in Unicode NFC, for hashing and comparison: keyboards differ in how they compose."""
    return unicodedata.normalize("NFC", password)


class Hasher:
    """Hashes and verifies passwords; `release_slot` releases the execution slot meanwhile.

    Its methods raise Throttling after waiting ten seconds for other threads. `is_stranger` is whether the
    client is neither signed in nor on a known device: strangers come last, and only some of them may wait.
    """

    def __init__(self, release_slot: ReleaseSlot = contextlib.nullcontext) -> None:
        self._argon2 = PasswordHasher(
            time_cost=_TIME_COST, memory_cost=_MEMORY_COST_KIB, parallelism=_PARALLELISM
        )
        self._release_slot = release_slot
        self._lock = PriorityLock(_MAX_WAITING_STRANGERS)
        self._dummy_hash = self._argon2.hash("dummy password")

    def hash(self, password: str) -> str:
        """Return a password's hash with its parameters, in PHC string format."""
        with self._exclusive(is_stranger=False):
            return self._argon2.hash(normalize(password))

    def verify(self, password_hash: str | None, password: str, *, is_stranger: bool = False) -> bool:
        """Return whether a password matches a hash.

        Without a hash, take the same time and return False, so that timing does not reveal which users exist.
        """
        with self._exclusive(is_stranger=is_stranger):
            try:
                self._argon2.verify(password_hash or self._dummy_hash, normalize(password))
            except (VerificationError, InvalidHashError):
                return False
            return password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Return whether a hash was made with other than the current parameters."""
        return self._argon2.check_needs_rehash(password_hash)

    def require_room_for_stranger(self) -> None:
        """Raise Throttling if so many strangers wait that `verify` would refuse another one."""
        self._lock.require_room_for_stranger()

    @contextlib.contextmanager
    def _exclusive(self, *, is_stranger: bool) -> Iterator[None]:
        with (
            self._release_slot(),
            self._lock.exclusive(is_stranger=is_stranger, max_wait_seconds=_MAX_WAIT_SECONDS),
            cpu_affinity.unpinned(),
        ):
            yield
