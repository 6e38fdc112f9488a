"""Signing people in: step by step, each step a transaction of its own that commits what it counted."""
