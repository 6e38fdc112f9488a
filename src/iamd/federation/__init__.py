"""OpenID Connect federation: fetching the keys of identity providers (JWKS), verifying ID tokens."""
