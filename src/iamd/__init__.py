"""Your own AWS-compatible identity and access management."""

__version__ = "0.1.0"
