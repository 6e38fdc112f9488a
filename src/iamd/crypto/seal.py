"""Secrets at rest: AES-256-GCM, a data key per account under the master key.

A sealed value is one version byte, a 12-byte nonce and the ciphertext with its tag. The place where it is
kept (table and row) is its associated data, so a sealed value moved to another row does not open.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = b"\x01"


class UnsealError(Exception):
    """A sealed value was altered, moved, or sealed under another key."""


def new_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, secret: bytes, associated_data: str) -> bytes:
    """Encrypt `secret` for the row named by `place`."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, secret, associated_data.encode())


def unseal(key: bytes, sealed: bytes, associated_data: str) -> bytes:
    """Decrypt what `seal` made for the same place; BrokenSealError otherwise."""
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _VERSION or len(nonce) < _NONCE_BYTES:
        raise UnsealError(associated_data)
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, associated_data.encode())
    except InvalidTag as error:
        raise UnsealError(associated_data) from error


def derive_key(key: bytes, purpose: str) -> bytes:
    """Return a key of its own for one purpose, which tells nothing of the key that it comes from."""
    return hmac.digest(key, b"iamd derived key\0" + purpose.encode(), "sha256")


def fingerprint(key: bytes) -> str:
    """Return what the store may keep to know the master key again: 128 bits of a hash of its own kind."""
    return hashlib.sha256(b"iamd master key\0" + key).hexdigest()[:32]
