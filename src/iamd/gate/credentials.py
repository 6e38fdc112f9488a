"""Credentials of a request, as an endpoint passes them to the gate."""

from collections.abc import Callable
from typing import NamedTuple


class AccessKeyCredentials(NamedTuple):
    """An access key ID and a signature; `verify_signature` raises a fault if it does not match a secret."""

    access_key_id: str
    session_token: str | None
    verify_signature: Callable[[str], None]


class ConsoleCredentials(NamedTuple):
    """The session token of a console cookie."""

    session_token: str


class BearerCredentials(NamedTuple):
    """An API key: the secret of a service-specific credential of an IAM user."""

    secret: str


class AuthTokenCredentials(NamedTuple):
    """An auth token that has been issued for an API key."""

    token: str


Credentials = AccessKeyCredentials | ConsoleCredentials | BearerCredentials | AuthTokenCredentials
