"""Requests to services that ask iamd whether to serve them, and the permissions that such a request needs."""

from collections.abc import Mapping
from typing import NamedTuple

ConditionKeyValues = Mapping[str, str | tuple[str, ...]]


class ServiceRequest(NamedTuple):
    """An HTTP request to a service, as a proxy received it and is going to pass it on.

    `path` and `query` are the bytes of the request target (as Latin-1), percent-encoded and without the
    question mark. Header names are in lower case; `host` is among them. The body is not known.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


class RequiredPermission(NamedTuple):
    """An action on a resource that must be allowed; `context` has its condition keys, in lower case."""

    action: str
    resource_arn: str
    context: ConditionKeyValues


class AmbiguousRequest(Exception):
    """Another program might read the request differently; the message says what to send instead."""


class UnmappedRequest(Exception):
    """It is not known which permissions the request needs; the message names the missing rule."""
