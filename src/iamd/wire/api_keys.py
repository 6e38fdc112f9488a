"""API keys of services, as they come in headers."""

from iamd.core.errors import InvalidApiKey
from iamd.gate.credentials import BearerCredentials

MAX_LENGTH = 128
_BEARER = "bearer"


def read_bearer(header: str) -> BearerCredentials:
    """Return the key in an Authorization header (RFC 6750, section 2.1); InvalidApiKey if it has none."""
    scheme, _, text = header.partition(" ")
    api_key = text.strip()
    if scheme.lower() != _BEARER or not 0 < len(api_key) <= MAX_LENGTH:
        raise InvalidApiKey("The request must have an API key: Authorization: Bearer iamd_…")
    return BearerCredentials(api_key)
