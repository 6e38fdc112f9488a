"""Services that verify web identity tokens, as a library of others does it: with the published keys only."""

from typing import Any, NamedTuple

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.servers import Account

AUDIENCE = "https://api.example.com"
NAMESPACE = "https://sts.amazonaws.com/"


class VerifiedToken(NamedTuple):
    """A token whose signature is valid: its JOSE header and its claims."""

    header: dict[str, Any]
    claims: dict[str, Any]

    @property
    def aws(self) -> dict[str, Any]:
        """Return the claims of AWS's own."""
        namespaced: dict[str, Any] = self.claims[NAMESPACE]
        return namespaced


def enable(account: Account) -> str:
    """Enable outbound federation; return the issuer URL."""
    return str(account.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"])


def request_token(sts: Any, **params: Any) -> str:
    """Request a token, by default for AUDIENCE and signed with ES384."""
    response = sts.get_web_identity_token(**{"Audience": [AUDIENCE], "SigningAlgorithm": "ES384", **params})
    return str(response["WebIdentityToken"])


def configuration(issuer: str) -> Any:
    """Return an issuer's discovery document."""
    response = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10)
    response.raise_for_status()
    return response.json()


def published_keys(issuer: str) -> Any:
    """Return an issuer's JWK set, from where its discovery document says."""
    response = requests.get(configuration(issuer)["jwks_uri"], timeout=10)
    response.raise_for_status()
    return response.json()


def verify(token: str, issuer: str) -> VerifiedToken:
    """Verify the signature of a token with the keys of an issuer; a joserfc error if it is not valid."""
    return verify_with(token, published_keys(issuer))


def verify_with(token: str, keys: Any) -> VerifiedToken:
    """Verify the signature of a token with a JWK set."""
    decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256", "ES384"])
    return VerifiedToken(decoded.header, decoded.claims)


def token_of(sts: Any, issuer: str, **params: Any) -> VerifiedToken:
    """Request a token and verify its signature."""
    return verify(request_token(sts, **params), issuer)
