"""The master key: in a file of its own outside the data folder, or in the environment; never in the store."""

import base64
import os
from pathlib import Path

from iamd.crypto import seal


class MasterKeyError(Exception):
    """The master key is missing or unusable; the message is one line."""


def parse(text: str, source: str) -> bytes:
    """Decode a base64 key of 32 bytes; `source` is where it comes from, for the message.

    Raises MasterKeyError if it is anything else.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != seal.KEY_BYTES:
        raise MasterKeyError(f"{source} does not contain a master key: 32 bytes in base64 are required")
    return key


def read_file(file: Path) -> bytes:
    """Read a key file; raise MasterKeyError if it cannot be read, or if other users have too much access."""
    try:
        _check_access(file)
        return parse(file.read_bytes().decode("ascii", "replace"), str(file))
    except OSError as error:
        raise MasterKeyError(f"the master key {file} cannot be read: {error.strerror}") from error


def _check_access(file: Path) -> None:
    """Raise MasterKeyError if other users can write a key file, or can read it and its mode can be changed.

    Orchestrators mount secrets that are readable for a group or for everyone in the container, owned by
    another user or on a read-only file system: there is nothing that the operator could change.
    """
    status = file.stat()
    is_read_only = os.statvfs(file).f_flag & os.ST_RDONLY
    if status.st_mode & 0o022 and not is_read_only:
        raise MasterKeyError(f"other users can write the master key {file}: change its mode to 600")
    if status.st_mode & 0o077 and status.st_uid == os.geteuid() and not is_read_only:
        raise MasterKeyError(f"other users can read the master key {file}: change its mode to 600")


def create_file(file: Path) -> bytes:
    """Generate a key and write it to a new file with mode 600, synced to disk before the key is used.

    Raises MasterKeyError if the file exists or cannot be written.
    """
    key = seal.new_key()
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(base64.b64encode(key) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise MasterKeyError(f"the master key {file} cannot be created: {error.strerror}") from error
    return key
