"""Tokens of a provider of the tests' own, good ones and others, and what is made of them."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from iamd.core.records import OidcProvider
from iamd.federation import jwks
from iamd.federation.errors import InvalidToken
from iamd.federation.id_tokens import TokenIdentity, verify
from tests.issuer import CLIENT_ID, claims_of, private_key, public_jwk, segment

HOST = "idp.example.com"
NOW = 1_800_000_000  # one moment for every test, whichever process collects it
PROVIDER = OidcProvider("arn", HOST, (CLIENT_ID, "other"), (), "")
TAGS, FLAT = "https://aws.amazon.com/tags", "https://aws.amazon.com/tags/principal_tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"
NO_TOKEN = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
BAD_SIGNATURE = "The token's signature does not verify."
BAD_ALGORITHM = "The token is signed in a way that is not accepted."


def believed(token: str, *names: str, host: str = HOST) -> TokenIdentity:
    """Verify a token by the published keys of these names."""
    keys = jwks.parse_keys([public_jwk(name) for name in names or ("rsa",)])

    def key_of(key_id: str | None, algorithm: str) -> jwks.VerificationKey | None:
        return jwks.select_key(keys, key_id, algorithm)

    return verify(token, PROVIDER._replace(url=host), key_of, NOW)


def said(token: str, *names: str) -> str:
    """Return what is wrong with a token that is not what it should be."""
    with pytest.raises(InvalidToken) as caught:
        believed(token, *names)
    assert caught.type is InvalidToken
    return str(caught.value)


def good(host: str = HOST, /, **more: Any) -> dict[str, Any]:
    """Return the claims of a good token of this moment; None takes one away."""
    return claims_of(f"https://{host}", **{"iat": NOW, "exp": NOW + 600, **more})


def forged(header: Any, claims: Any = None, signature: bytes = b"") -> str:
    return f"{segment(header)}.{segment(good() if claims is None else claims)}.{segment(signature)}"


def sealed(header: Any, body: str, key: str = "rsa") -> str:
    """Sign with RS256 whatever header and body there are."""
    private = private_key(key)
    assert isinstance(private, rsa.RSAPrivateKey)
    unsigned = f"{segment(header)}.{body}"
    signature = private.sign(unsigned.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{unsigned}.{segment(signature)}"


def odd(**claims: Any) -> str:
    """Return a good token but for these claims, which no library would write; None is null."""
    return sealed({"alg": "RS256", "kid": "rsa"}, segment({**good(), **claims}))
