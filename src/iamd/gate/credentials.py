"""Proof of who is calling, as a door hands it to the gate."""

from collections.abc import Callable
from typing import NamedTuple


class AccessKeyCredentials(NamedTuple):
    """A claim to an access key. `check` raises a fault when a secret is not the one that made it."""

    access_key_id: str
    session_token: str | None
    verify_signature: Callable[[str], None]


class ConsoleCredentials(NamedTuple):
    """A claim to a console session: the token of its cookie."""

    session_token: str


Credentials = AccessKeyCredentials | ConsoleCredentials
