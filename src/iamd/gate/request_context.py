"""Request context: ID, client address, user agent and region of a request."""

from typing import NamedTuple

MAX_USER_AGENT_LENGTH = 1024  # characters, as in CloudTrail


class RequestContext(NamedTuple):
    """Properties of a request besides its credentials and parameters, for condition keys and audit events.

    `secure` is whether TLS was used. `region` is the signed region. `origin` is the requested scheme and
    host. `peer` is the address at the other end of the connection, if a service asks about another client.
    """

    request_id: str
    source_ip: str
    user_agent: str
    referer: str
    secure: bool
    region: str
    origin: str = ""
    peer: str = ""
