"""Proof of who is calling, as a door hands it to the gate."""

from collections.abc import Callable
from typing import NamedTuple

MAX_USER_AGENT_LENGTH = 1024  # characters, as CloudTrail keeps them


class AccessKeyCredentials(NamedTuple):
    """A claim to an access key. `check` raises a fault when a secret is not the one that made it."""

    access_key_id: str
    session_token: str | None
    verify_signature: Callable[[str], None]


class ConsoleCredentials(NamedTuple):
    """A claim to a console session: the token of its cookie."""

    session_token: str


class RequestContext(NamedTuple):
    """What else is known of a request: where it came from, for conditions and for the audit.

    `origin` is the scheme and host that the client asked for.
    """

    request_id: str
    source_ip: str
    user_agent: str
    referer: str
    secure: bool
    region: str
    origin: str = ""
