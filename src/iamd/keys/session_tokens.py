"""Session tokens: what temporary credentials may do, sealed so that nobody else can read or change it.

A token is bound to its access key ID, and has the secret inside: the store need not remember it. It is
base64 of a sealed, packed list; whoever holds it learns nothing but its length.
"""

import base64
import json
import zlib
from typing import Any

from iamd.core.records import Tag, Token
from iamd.keys import seal
from iamd.keys.seal import BrokenSealError

PACKED_LIMIT = 4096  # bytes that session policies and tags may have when packed
LONGEST = 8_192  # characters; no token of ours is longer, and headers may have 16 KiB
_OVERHEAD = 64
_SHORT = 512  # bytes


def _place(access_key_id: str) -> str:
    return f"session tokens/{access_key_id}"


def _packed(value: object) -> bytes:
    """Return a value as JSON, compressed where that is worth its time."""
    plain = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return plain if len(plain) < _SHORT else zlib.compress(plain)


def _unpacked(packed: bytes) -> list[Any]:
    """Read what `_packed` made; padding may follow."""
    plain = packed if packed.startswith(b"[") else zlib.decompressobj().decompress(packed)
    found: list[Any] = json.loads(plain.rstrip(b"\0"))
    return found


def packed_size(token: Token) -> int:
    """Return how many bytes a session's policies and tags have when packed."""
    return len(_packed([token.policy, token.policy_arns, token.tags, token.transitive]))


def seal_token(key: bytes, access_key_id: str, token: Token, least: int = 0) -> str:
    """Return the token of an access key ID, of at least so many characters."""
    packed = _packed(token)
    padded = packed + bytes(max(0, least * 3 // 4 - len(packed) - _OVERHEAD))
    while len(text := _sealed(key, access_key_id, padded)) < least:
        padded += bytes(_OVERHEAD)
    return text


def _sealed(key: bytes, access_key_id: str, packed: bytes) -> str:
    return base64.b64encode(seal.seal(key, packed, _place(access_key_id))).decode()


def open_token(key: bytes, access_key_id: str, text: str) -> Token:
    """Open a token; BrokenSealError when it is not one of ours for this access key ID."""
    if len(text) > LONGEST:
        raise BrokenSealError(access_key_id)
    try:
        sealed = base64.b64decode(text, validate=True)
    except ValueError as broken:
        raise BrokenSealError(access_key_id) from broken
    if base64.b64encode(sealed).decode() != text:  # the last character may have bits that stand for nothing
        raise BrokenSealError(access_key_id)
    unpacked = _unpacked(seal.unseal(key, sealed, _place(access_key_id)))
    kind, account_id, owner_id, name, secret, issued, expires, mfa, policy, arns, tags, *rest = unpacked
    transitive, source_identity, provider = rest
    return Token(
        kind,
        account_id,
        owner_id,
        name,
        secret,
        issued,
        expires,
        mfa,
        policy,
        None if arns is None else tuple(arns),
        tuple(Tag(*tag) for tag in tags),
        tuple(transitive),
        source_identity,
        provider,
    )
