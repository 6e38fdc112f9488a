"""Other identity providers: what they publish, fetched with care, and the tokens that they sign, verified."""
