"""OpenID Connect Discovery: what services that verify web identity tokens need to know."""
