"""What goes wrong with other identity providers."""


class Unreachable(Exception):
    """A provider could not be asked, or what it said is of no use; the message says why in one line."""


class Untrusted(Unreachable):
    """A provider's server has a certificate that neither a known authority nor a thumbprint vouches for."""


class BadToken(Exception):
    """A token is not what it should be; the message says why in one line."""


class TokenExpired(BadToken):
    """The token was good once."""


class ClaimRejected(BadToken):
    """The token is genuine, and one of its claims is of no use here."""
