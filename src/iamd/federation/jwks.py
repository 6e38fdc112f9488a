"""Keys that identity providers publish (RFC 7517), as far as they may verify a token's signature."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

_MOST_KEYS = 200  # twice as many as AWS reads of either kind
_RSA_BITS = range(2048, 8193)

# The signatures that AWS accepts in tokens; none of them can be made with what a provider publishes.
_OF_RSA = ("RS256", "RS384", "RS512")
_OF_CURVE: Mapping[str, tuple[str, ...]] = {"P-256": ("ES256",), "P-384": ("ES384",), "P-521": ("ES512",)}
ALGORITHMS = (*_OF_RSA, "ES256", "ES384", "ES512")


class Key(NamedTuple):
    """A public key and the algorithms whose signatures it may verify."""

    key_id: str | None
    algorithms: tuple[str, ...]
    public: RSAPublicKey | EllipticCurvePublicKey


Keys = tuple[Key, ...]


def read(published: Sequence[Any]) -> Keys:
    """Read a list of keys, without those of another use, those that are too weak, and what is none."""
    found = (_read(one) for one in published[:_MOST_KEYS] if isinstance(one, dict) and _verifies(one))
    return tuple(key for key in found if key is not None)


def _read(published: Mapping[str, Any]) -> Key | None:
    algorithms = _algorithms(published)
    public = _public(published, algorithms[0]) if algorithms else None
    key_id = published.get("kid")
    return Key(key_id if isinstance(key_id, str) else None, algorithms, public) if public else None


def chosen(keys: Keys, key_id: str | None, algorithm: str) -> Key | None:
    """Choose a key by its ID; where a token names none, the only one that fits."""
    fit = [key for key in keys if algorithm in key.algorithms and key_id in (None, key.key_id)]
    return fit[0] if fit and (key_id is not None or len(fit) == 1) else None


def _verifies(published: Mapping[str, Any]) -> bool:
    """Say whether a key is for signatures; one whose private half is there as well is nobody's own."""
    operations = published.get("key_ops", ["verify"])
    return (
        published.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and "d" not in published
    )


def _algorithms(published: Mapping[str, Any]) -> tuple[str, ...]:
    kind, curve, named = (published.get(name) for name in ("kty", "crv", "alg"))
    fit: tuple[str, ...] = ()
    if kind == "RSA":
        fit = _OF_RSA
    elif kind == "EC" and isinstance(curve, str):
        fit = _OF_CURVE.get(curve, ())
    return fit if named is None else tuple(one for one in fit if one == named)


def _public(published: Mapping[str, Any], algorithm: str) -> RSAPublicKey | EllipticCurvePublicKey | None:
    try:
        key = PyJWK.from_dict(dict(published), algorithm).key
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAPublicKey):
        return key if key.key_size in _RSA_BITS else None
    return key if isinstance(key, EllipticCurvePublicKey) else None
