"""Requests to services that ask iamd whether to serve them, and the permissions that such a request needs."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

ConditionKeyValues = Mapping[str, str | tuple[str, ...]]


class ServiceRequest(NamedTuple):
    """An HTTP request to a service, as a proxy received it and is going to pass it on.

    `path` and `query` are the bytes of the request target (as Latin-1), percent-encoded and without the
    question mark. Header names are in lower case; `host` is among them. The body is None if it is not known.
    `signed_headers` are the names of those that the client has signed, None if it has not signed at all.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes | None = None
    signed_headers: Collection[str] | None = None


class RequiredPermission(NamedTuple):
    """An action on a resource that must be allowed; `context` has its condition keys, in lower case."""

    action: str
    resource_arn: str
    context: ConditionKeyValues


class MappedRequest(NamedTuple):
    """What a request does: the operation of a service, and all permissions that it needs.

    `service` is the prefix of the operation's actions.
    """

    service: str
    operation: str
    permissions: tuple[RequiredPermission, ...]


class RequestMap(Protocol):
    """Knows which permissions the requests to a service need, or to several.

    Clients may send an API key in place of a signature if `accepts_api_keys`. The service is told the
    caller's tags with the keys `principal_tags`. Resources are in the Region that a request is signed for if
    the services are regional (`is_regional`), otherwise in us-east-1.
    """

    @property
    def accepts_api_keys(self) -> bool: ...

    @property
    def is_regional(self) -> bool: ...

    @property
    def principal_tags(self) -> tuple[str, ...]: ...

    def map_request(
        self, request: ServiceRequest, signing_name: str, account_id: str, region: str
    ) -> MappedRequest:
        """Return what a request needs that is signed for the service `signing_name`; empty for an API key.

        Resources belong to the account, in the Region. Raises AmbiguousRequest or UnmappedRequest.
        """


class AmbiguousRequest(Exception):
    """Another program might read the request differently; the message says what to send instead."""


class UnmappedRequest(Exception):
    """It is not known which permissions the request needs; the message names the missing rule."""
