"""Password hashes of minimal cost, for tests that are not about hashing.

No setting of iamd can lower the cost. Run as a script, this module is the `iamd` command of the tests'
servers; tests/crypto/test_passwords.py and tests/cli/test_serve.py test the cost of the real command.
"""

import contextlib
from collections.abc import Iterator

from iamd.cli import main
from iamd.crypto import passwords
from iamd.crypto.passwords import Hasher


def lower_hash_cost() -> None:
    """Set the minimal cost for hashers that are created from now on."""
    passwords._MEMORY_COST_KIB, passwords._TIME_COST = 8, 1


@contextlib.contextmanager
def _low_hash_cost() -> Iterator[None]:
    original_cost = passwords._MEMORY_COST_KIB, passwords._TIME_COST
    lower_hash_cost()
    try:
        yield
    finally:
        passwords._MEMORY_COST_KIB, passwords._TIME_COST = original_cost


def hasher() -> Hasher:
    """Return a hasher of minimal cost."""
    with _low_hash_cost():
        return Hasher()


if __name__ != "tests.cheap_hashes":  # a server process of the tests, or a worker that it started
    lower_hash_cost()
if __name__ == "__main__":
    main.run()
