"""Passwords: argon2id, one hash at a time, so that people who sign in cannot stop the API.

Parameters are above those of OWASP's password storage cheat sheet (19 MiB, 2 passes). A hash says its own
parameters, so that older ones still verify and are renewed at the next sign-in.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from iamd.core import cores, password_rules
from iamd.core.errors import Throttling

_MEMORY_KIB = 64 * 1024
_PASSES = 3
_LANES = 1
_WAIT_SECONDS = 10.0

Aside = Callable[[], AbstractContextManager[None]]


class Hasher:
    """Hashes and verifies; `aside` gives the turn away meanwhile. Throttling when too many wait."""

    def __init__(self, aside: Aside = contextlib.nullcontext) -> None:
        self._argon2 = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._aside = aside
        self._free = threading.Lock()
        self._nobodys = self._argon2.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        with self._alone():
            return self._argon2.hash(password_rules.normal(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Say whether a password is the one that was hashed; without a hash do the same work for nothing."""
        with self._alone():
            try:
                self._argon2.verify(hashed or self._nobodys, password_rules.normal(password))
            except (VerificationError, InvalidHashError):
                return False
            return hashed is not None

    def outdated(self, hashed: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(hashed)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._aside():
            if not self._free.acquire(timeout=_WAIT_SECONDS):
                raise Throttling("Too many passwords are being checked at the moment. Try again.")
            try:
                with cores.roaming():
                    yield
            finally:
                self._free.release()
