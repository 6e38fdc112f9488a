"""JSON Web Key Sets (JWKS, RFC 7517): parsing and selecting an identity provider's verification keys."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

_MAX_KEYS = 200  # AWS reads at most 100 RSA and 100 EC keys
_RSA_KEY_SIZES = range(2048, 8193)

# The signature algorithms that AWS accepts: all asymmetric, so a public key cannot be used to sign a token.
_RSA_ALGORITHMS = ("RS256", "RS384", "RS512")
_ALGORITHMS_BY_CURVE: Mapping[str, tuple[str, ...]] = {
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
}
ALGORITHMS = (*_RSA_ALGORITHMS, "ES256", "ES384", "ES512")


class VerificationKey(NamedTuple):
    """A public key, its ID (`kid`), and the algorithms that it may be used with."""

    key_id: str | None
    algorithms: tuple[str, ...]
    public_key: RSAPublicKey | EllipticCurvePublicKey


VerificationKeys = tuple[VerificationKey, ...]


def parse_keys(jwks: Sequence[Any]) -> VerificationKeys:
    """Parse the `keys` of a JWKS, skipping malformed and weak keys and those for other uses."""
    keys = (_parse_key(jwk) for jwk in jwks[:_MAX_KEYS] if isinstance(jwk, dict) and _is_signing_key(jwk))
    return tuple(key for key in keys if key is not None)


def _parse_key(jwk: Mapping[str, Any]) -> VerificationKey | None:
    algorithms = _algorithms(jwk)
    public_key = _load_public_key(jwk, algorithms[0]) if algorithms else None
    key_id = jwk.get("kid")
    return (
        VerificationKey(key_id if isinstance(key_id, str) else None, algorithms, public_key)
        if public_key
        else None
    )


def select_key(keys: VerificationKeys, key_id: str | None, algorithm: str) -> VerificationKey | None:
    """Select a key by algorithm and ID; without an ID the only suitable key, None if there are several."""
    candidates = [key for key in keys if algorithm in key.algorithms and key_id in (None, key.key_id)]
    return candidates[0] if candidates and (key_id is not None or len(candidates) == 1) else None


def _is_signing_key(jwk: Mapping[str, Any]) -> bool:
    """Return whether a key may verify signatures; a key published with its private part is compromised."""
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and "d" not in jwk
    )


def _algorithms(jwk: Mapping[str, Any]) -> tuple[str, ...]:
    key_type, curve, algorithm = (jwk.get(name) for name in ("kty", "crv", "alg"))
    candidates: tuple[str, ...] = ()
    if key_type == "RSA":
        candidates = _RSA_ALGORITHMS
    elif key_type == "EC" and isinstance(curve, str):
        candidates = _ALGORITHMS_BY_CURVE.get(curve, ())
    return (
        candidates
        if algorithm is None
        else tuple(candidate for candidate in candidates if candidate == algorithm)
    )


def _load_public_key(jwk: Mapping[str, Any], algorithm: str) -> RSAPublicKey | EllipticCurvePublicKey | None:
    try:
        key = PyJWK.from_dict(dict(jwk), algorithm).key
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAPublicKey):
        return key if key.key_size in _RSA_KEY_SIZES else None
    return key if isinstance(key, EllipticCurvePublicKey) else None
