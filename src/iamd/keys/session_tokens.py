"""Session tokens: what temporary credentials may do, sealed so that nobody else can read or change it.

A token is bound to its access key ID, and has the secret inside: the store need not remember it. It is
base64 of a sealed, packed list; whoever holds it learns nothing but its length.
"""

import base64
import json
import zlib

from iamd.core.records import Tag, Token
from iamd.keys import seal
from iamd.keys.seal import BrokenSealError

PACKED_LIMIT = 4096  # bytes that session policies and tags may have when packed
_LONGEST = 12_000  # characters; no token of ours is longer, and headers may have 16 KiB
_OVERHEAD = 64


def _place(access_key_id: str) -> str:
    return f"session tokens/{access_key_id}"


def _packed(value: object) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(), 6)


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
    if len(text) > _LONGEST:
        raise BrokenSealError(access_key_id)
    try:
        sealed = base64.b64decode(text, validate=True)
    except ValueError as broken:
        raise BrokenSealError(access_key_id) from broken
    packed = seal.unseal(key, sealed, _place(access_key_id))
    # What comes after the packed list is padding.
    kind, account_id, owner_id, name, secret, issued, expires, mfa, policy, arns, tags, *rest = json.loads(
        zlib.decompressobj().decompress(packed)
    )
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
