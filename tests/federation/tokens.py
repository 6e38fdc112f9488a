"""Valid and invalid ID tokens of a test provider, and their verification."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from iamd.core.clock_steps import ClockSteps
from iamd.core.records import OidcProvider
from iamd.federation import jwks
from iamd.federation.errors import InvalidToken
from iamd.federation.id_tokens import TokenIdentity, verify
from tests.issuer import CLIENT_ID, claims_of, private_key, public_jwk, segment

HOST = "idp.example.com"
NOW = 1_800_000_000  # the same in every test process
PROVIDER = OidcProvider("arn", HOST, (CLIENT_ID, "other"), (), "")
TAGS, FLAT = "https://aws.amazon.com/tags", "https://aws.amazon.com/tags/principal_tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"
INVALID_TOKEN = (
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
)
KEY_NOT_FOUND = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
BAD_SIGNATURE = "The token's signature is not valid."
BAD_ALGORITHM = "The token's signature algorithm is not supported."


def verify_token(
    token: str, *names: str, host: str = HOST, clock_steps: ClockSteps | None = None
) -> TokenIdentity:
    """Verify a token with a JWKS of the named keys."""
    keys = jwks.parse_keys([public_jwk(name) for name in names or ("rsa",)])

    def find_key(key_id: str | None, algorithm: str) -> jwks.VerificationKey | None:
        return jwks.select_key(keys, key_id, algorithm)

    return verify(token, PROVIDER._replace(url=host), find_key, NOW, clock_steps or ClockSteps())


def token_error(token: str, *names: str) -> str:
    """Return the error message for an invalid token."""
    with pytest.raises(InvalidToken) as error:
        verify_token(token, *names)
    assert error.type is InvalidToken
    return str(error.value)


def valid_claims(host: str = HOST, /, **overrides: Any) -> dict[str, Any]:
    """Return the claims of a valid token; None removes a claim."""
    return claims_of(f"https://{host}", **{"iat": NOW, "exp": NOW + 600, **overrides})


def forged_token(header: Any, claims: Any = None, signature: bytes = b"") -> str:
    return f"{segment(header)}.{segment(valid_claims() if claims is None else claims)}.{segment(signature)}"


def signed_token(header: Any, payload: str, key: str = "rsa") -> str:
    """Sign any header and payload with RS256."""
    private = private_key(key)
    assert isinstance(private, rsa.RSAPrivateKey)
    unsigned = f"{segment(header)}.{payload}"
    signature = private.sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{unsigned}.{segment(signature)}"


def token_with(**claims: Any) -> str:
    """Return a signed token with these claims replaced, even by invalid values; None is null."""
    return signed_token({"alg": "RS256", "kid": "rsa"}, segment({**valid_claims(), **claims}))
