"""Sign-in pages, one module per step. Only passkeys need JavaScript."""
