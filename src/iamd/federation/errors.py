"""Errors of OpenID Connect identity providers and their ID tokens."""


class ProviderUnreachable(Exception):
    """A provider cannot be reached, or its response is unusable; the message is one line."""


class UntrustedCertificate(ProviderUnreachable):
    """A provider's certificate has neither a trusted certificate authority nor a matching thumbprint."""


class InvalidToken(Exception):
    """A token is malformed or failed verification; the message is one line."""


class TokenExpired(InvalidToken):
    """The token has expired."""


class InvalidClaim(InvalidToken):
    """The token's signature is valid, but one of its claims is not."""
