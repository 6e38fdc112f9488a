"""Password hashes that cost next to nothing, for tests that are about something else.

No setting can bring that about, and none must. This file, run, is the `iamd` of the tests' servers; that the
real one's hashes are dear is shown in tests/keys/test_passwords.py and tests/cli/test_serve.py.
"""

import contextlib
from collections.abc import Iterator

from iamd.cli import main
from iamd.crypto import passwords
from iamd.crypto.passwords import Hasher


def cheapen() -> None:
    """Let hashers that are made from now on hash cheaply."""
    passwords._MEMORY_COST_KIB, passwords._TIME_COST = 8, 1


@contextlib.contextmanager
def _cheap() -> Iterator[None]:
    dear = passwords._MEMORY_COST_KIB, passwords._TIME_COST
    cheapen()
    try:
        yield
    finally:
        passwords._MEMORY_COST_KIB, passwords._TIME_COST = dear


def hasher() -> Hasher:
    """Return a hasher that hashes cheaply."""
    with _cheap():
        return Hasher()


if __name__ != "tests.cheaply":  # a process of the tests, or a worker that it has started
    cheapen()
if __name__ == "__main__":
    main.run()
