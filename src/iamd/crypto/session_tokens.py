"""Session tokens: the contents of temporary credentials, encrypted and authenticated by the server.

A token is bound to its access key ID and contains the secret access key, so nothing is stored. It is base64
of a sealed, packed list; it reveals nothing but its length.
"""

import base64
import json
import zlib
from typing import Any

from iamd.core.records import SessionToken, Tag
from iamd.crypto import seal
from iamd.crypto.seal import UnsealError

MAX_PACKED_BYTES = 4096  # of session policies and tags, when packed
MAX_TOKEN_LENGTH = 8_192  # characters; tokens are never longer, and request headers are limited to 16 KiB
_SEAL_OVERHEAD_BYTES = 64
_MIN_COMPRESSED_BYTES = 512


def _associated_data(access_key_id: str) -> str:
    return f"session tokens/{access_key_id}"


def _pack(value: object) -> bytes:
    """Encode a value as JSON, compressed with zlib if it is long enough to benefit."""
    plain = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return plain if len(plain) < _MIN_COMPRESSED_BYTES else zlib.compress(plain)


def _unpack(packed: bytes) -> list[Any]:
    """Decode the output of `_pack`, which may be followed by zero bytes of padding."""
    plain = packed if packed.startswith(b"[") else zlib.decompressobj().decompress(packed)
    fields: list[Any] = json.loads(plain.rstrip(b"\0"))
    return fields


def packed_size(token: SessionToken) -> int:
    """Return the packed size of a session's policies and tags, in bytes."""
    return len(_pack([token.policy, token.policy_arns, token.tags, token.transitive_tag_keys]))


def seal_token(key: bytes, access_key_id: str, token: SessionToken, min_length: int = 0) -> str:
    """Return the session token for an access key ID, padded to at least `min_length` characters."""
    packed = _pack(token)
    padded = packed + bytes(max(0, min_length * 3 // 4 - len(packed) - _SEAL_OVERHEAD_BYTES))
    while len(text := _seal_base64(key, access_key_id, padded)) < min_length:
        padded += bytes(_SEAL_OVERHEAD_BYTES)
    return text


def _seal_base64(key: bytes, access_key_id: str, packed: bytes) -> str:
    return base64.b64encode(seal.seal(key, packed, _associated_data(access_key_id))).decode()


def unseal_token(key: bytes, access_key_id: str, text: str) -> SessionToken:
    """Decode a session token; raise UnsealError if this server did not issue it for this access key ID."""
    if len(text) > MAX_TOKEN_LENGTH:
        raise UnsealError(access_key_id)
    try:
        sealed = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise UnsealError(access_key_id) from error
    if base64.b64encode(sealed).decode() != text:  # unused bits of the last character must be zero
        raise UnsealError(access_key_id)
    # A token of a version without origins has fewer fields.
    token = SessionToken(*_unpack(seal.unseal(key, sealed, _associated_data(access_key_id))))
    return token._replace(
        policy_arns=None if token.policy_arns is None else tuple(token.policy_arns),
        tags=tuple(Tag(*tag) for tag in token.tags),
        transitive_tag_keys=tuple(token.transitive_tag_keys),
    )
