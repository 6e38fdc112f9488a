"""Common passwords as package data, for the password blocklist."""

import gzip
from functools import cache
from importlib import resources


@cache
def passwords() -> frozenset[str]:
    """Return 30,000 common passwords, in lower case."""
    packed = (resources.files(__package__) / "passwords.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))
