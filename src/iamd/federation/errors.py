"""What goes wrong with other identity providers."""


class ProviderUnreachable(Exception):
    """A provider could not be asked, or what it said is of no use; the message says why in one line."""


class UntrustedCertificate(ProviderUnreachable):
    """A provider's server has a certificate that neither a known authority nor a thumbprint vouches for."""


class InvalidToken(Exception):
    """A token is not what it should be; the message says why in one line."""


class TokenExpired(InvalidToken):
    """The token was good once."""


class InvalidClaim(InvalidToken):
    """The token is genuine, and one of its claims is of no use here."""
