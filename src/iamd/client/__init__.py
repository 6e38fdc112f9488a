"""A client for services in Python: decisions by AuthZEN, and who sent a request and whether it may pass.

It needs the standard library only, and nothing else of iamd. `iamd.client.wsgi` and `iamd.client.asgi` have
the middleware that asks about every request.
"""

from iamd.client.caller import Caller
from iamd.client.client import Iamd
from iamd.client.client_request import ClientRequest
from iamd.client.errors import Denied, Unavailable
from iamd.client.evaluation import Evaluation, Resource, Subject

__all__ = [
    "Caller",
    "ClientRequest",
    "Denied",
    "Evaluation",
    "Iamd",
    "Resource",
    "Subject",
    "Unavailable",
]
