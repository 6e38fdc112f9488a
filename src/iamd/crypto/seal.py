"""Encryption at rest: secrets are sealed with AES-256-GCM under a data key per account.

Data keys are sealed under the master key. A sealed value is a version byte, a 12-byte nonce and the
ciphertext with its tag. The associated data is the value's table and row, so that a sealed value copied to
another row cannot be unsealed.
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
    """A sealed value was altered, belongs to another row, or was sealed under another key."""


def new_key() -> bytes:
    """Return a new key: 32 random bytes."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, secret: bytes, associated_data: str) -> bytes:
    """Encrypt a secret and bind it to its associated data."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, secret, associated_data.encode())


def unseal(key: bytes, sealed: bytes, associated_data: str) -> bytes:
    """Decrypt a sealed value; raise UnsealError if key or associated data differ, or if it was altered."""
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _VERSION or len(nonce) < _NONCE_BYTES:
        raise UnsealError(associated_data)
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, associated_data.encode())
    except InvalidTag as error:
        raise UnsealError(associated_data) from error


def derive_key(key: bytes, purpose: str) -> bytes:
    """Derive a subkey of 32 bytes for one purpose (HMAC-SHA-256); it reveals nothing about `key`."""
    return hmac.digest(key, b"iamd derived key\0" + purpose.encode(), "sha256")


def fingerprint(key: bytes) -> str:
    """Return the fingerprint by which the store recognizes the master key: 128 bits of a hash, in hex."""
    return hashlib.sha256(b"iamd master key\0" + key).hexdigest()[:32]
