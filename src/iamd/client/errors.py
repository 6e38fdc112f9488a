"""What a question can end with besides an answer. A service serves nothing after either."""

import json


class Denied(Exception):
    """The request is refused; the client may see status, content type and body."""

    def __init__(self, status: int, content_type: str, body: bytes) -> None:
        super().__init__(f"{status} {body[:1024].decode(errors='replace')}")
        self.status = status
        self.content_type = content_type
        self.body = body


class Unavailable(Exception):
    """iamd cannot be reached, fails, or does not know the service that asks. The client need not see why."""


def refusal(status: int, code: str, message: str) -> Denied:
    """Return a refusal that iamd was not asked about, in the form of those of iamd."""
    return Denied(status, "application/json", json.dumps({"__type": code, "message": message}).encode())


def bad_request(message: str) -> Denied:
    """Return the refusal of a request that programs could read differently, or that is not complete."""
    return refusal(400, "MalformedInput", message)
