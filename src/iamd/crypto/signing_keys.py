"""Keys that sign JSON Web Tokens (RFC 7519): RS256 with 2048 bits, and ES384 (RFC 7518, section 3.1)."""

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

_RSA_BITS = 2048
_PUBLIC_EXPONENT = 65537
_JWS = PyJWS()


def generate(algorithm: str) -> bytes:
    """Return a new private key for RS256 or ES384, PKCS #8 in DER; an RSA key takes some 50 ms."""
    key = (
        rsa.generate_private_key(_PUBLIC_EXPONENT, _RSA_BITS)
        if algorithm == "RS256"
        else ec.generate_private_key(ec.SECP384R1())
    )
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_jwk(private_key: bytes, algorithm: str, key_id: str) -> dict[str, Any]:
    """Return the public part of a key as a JWK (RFC 7517) for verifying signatures."""
    public_key = _load(private_key).public_key()
    if isinstance(public_key, rsa.RSAPublicKey):
        members = RSAAlgorithm.to_jwk(public_key, as_dict=True)
    else:
        members = ECAlgorithm.to_jwk(public_key, as_dict=True)
    members.pop("key_ops", None)  # `use` says the same, and RFC 7517 advises against both
    return {**members, "alg": algorithm, "kid": key_id, "use": "sig"}


def sign(private_key: bytes, algorithm: str, key_id: str, payload: bytes) -> str:
    """Return a JWT in its compact serialization; `payload` are its claims as JSON."""
    return _JWS.encode(payload, _load(private_key), algorithm, {"kid": key_id})


def _load(private_key: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Load a key of `generate`. Checking an RSA key takes 35 ms and is needless: it was sealed by us."""
    key = serialization.load_der_private_key(private_key, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(type(key))
    return key
