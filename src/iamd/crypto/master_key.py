"""The master key: in its own file outside the data folder, or in the environment; never in the store."""

import base64
import os
from pathlib import Path

from iamd.crypto import seal


class MasterKeyError(Exception):
    """There is no usable master key; the message says why in one line."""


def parse(text: str, source: str) -> bytes:
    """Read a key of 32 bytes from base64."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != seal.KEY_BYTES:
        raise MasterKeyError(f"{source} holds no master key: 32 bytes in base64 are wanted")
    return key


def read_file(file: Path) -> bytes:
    """Read a key file; MasterKeyError when it is missing or others may read it."""
    try:
        if file.stat().st_mode & 0o077:
            raise MasterKeyError(f"others may read the master key {file}: chmod 600 it")
        return parse(file.read_text(), str(file))
    except OSError as error:
        raise MasterKeyError(f"the master key {file} cannot be read: {error.strerror}") from error


def create_file(file: Path) -> bytes:
    """Make a key and its file, readable by the owner alone, and on the disk before anything is sealed."""
    key = seal.new_key()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(base64.b64encode(key) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise MasterKeyError(f"the master key {file} cannot be made: {error.strerror}") from error
    return key
