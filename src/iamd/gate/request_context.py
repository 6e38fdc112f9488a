"""What is known about a request besides its credentials and parameters."""

from typing import NamedTuple

MAX_USER_AGENT_LENGTH = 1024  # characters, as CloudTrail keeps them


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
