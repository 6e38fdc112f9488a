"""Issuers of web identity tokens: their URLs, whose they are, until when their keys are published."""

from iamd.core.records import Issuer
from iamd.domain.signing_keys import RETENTION_SECONDS

PATH_PREFIX = "/issuer/"


def url(base_url: str, issuer_id: str) -> str:
    """Return the issuer URL: the `iss` claim of tokens. `base_url` is the server's, with no slash at the end.

    It comes from the settings, never from a request, whose Host header the client chooses.
    """
    return f"{base_url}{PATH_PREFIX}{issuer_id}"


def is_published(issuer: Issuer, epoch: int) -> bool:
    """Return whether the keys are published: while the feature is enabled, and until all tokens have expired.

    Disabling it "does not affect tokens that were issued before" (DisableOutboundWebIdentityFederation).
    """
    return issuer.disabled_at is None or epoch < issuer.disabled_at + RETENTION_SECONDS


def is_own(base_url: str, issuer_url: str) -> bool:
    """Return whether an issuer is an account of this server."""
    return issuer_url.lower().startswith(f"{base_url}{PATH_PREFIX}".lower())
