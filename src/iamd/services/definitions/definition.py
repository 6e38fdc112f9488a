"""A service of one's own: which permissions the requests to its HTTP API need."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from iamd.services.definitions.query import parse_query
from iamd.services.definitions.route import Route, fold_segments
from iamd.services.definitions.template import AmbiguousValue, MissingValue, Template
from iamd.services.override_headers import refuse_override_headers
from iamd.services.path_segments import decode_segments
from iamd.services.service_request import (
    AmbiguousRequest,
    MappedRequest,
    RequiredPermission,
    ServiceRequest,
    UnmappedRequest,
)

_ALL_RESOURCES: Final = "*"
_METHOD: Final = re.compile(r"[A-Z]+(-[A-Z]+)*")


class ServiceDefinition(NamedTuple):
    """A service whose actions begin with `name`, as its file describes it.

    `hosts` are the host names, in lower case, that requests may be for. Clients sign for `signing_name`, or
    send an API key if `accepts_api_keys`. The service is told the caller's tags with the keys
    `principal_tags`. The first route that matches a request counts; `query_names` are the parameters that
    routes look at.
    """

    name: str
    signing_name: str
    hosts: frozenset[str]
    accepts_api_keys: bool
    principal_tags: tuple[str, ...]
    routes: tuple[Route, ...]
    query_names: frozenset[str]

    @property
    def is_regional(self) -> bool:
        return False

    def map_request(
        self,
        request: ServiceRequest,
        signing_name: str,
        account_id: str,
        region: str,
    ) -> MappedRequest:
        """Return what a request needs; see `RequestMap`."""
        if signing_name not in ("", self.signing_name):
            raise UnmappedRequest(f"the request is signed for {signing_name}, not for {self.signing_name}")
        if not _METHOD.fullmatch(request.method):  # methods are case-sensitive, but not in all frameworks
            raise AmbiguousRequest("The method must be in upper case.")
        refuse_override_headers(request.headers)
        self._check_host(request.headers)
        segments, query = decode_segments(request.path), parse_query(request.query, self.query_names)
        for index, route in enumerate(self.routes):
            variables = route.pattern.match(request.method, segments, query)
            if variables is not None:
                _refuse_alike(self.routes[:index], route, request.method, segments, query)
                values = {**variables, **_named("query", query), **_header_values(route, request)}
                return self._needs(route, values, account_id)
        raise UnmappedRequest(f"the service {self.name} has no route for {request.method} {request.path}")

    def _check_host(self, headers: Mapping[str, str]) -> None:
        host = headers.get("host", "").lower()
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        if name not in self.hosts:
            raise UnmappedRequest(f"the service {self.name} is not at the host {host}")

    def _needs(self, route: Route, values: Mapping[str, str], account_id: str) -> MappedRequest:
        arn = _ALL_RESOURCES
        if route.resource is not None:
            arn = f"arn:aws:{self.name}::{account_id}:{_resource(route.resource, values)}"
        permission = RequiredPermission(
            f"{self.name}:{route.action}", arn, _condition_keys(route.condition_keys, values)
        )
        return MappedRequest(self.name, route.action, (permission,))


def query_names(routes: tuple[Route, ...]) -> frozenset[str]:
    """Return the query parameters that bear on which permission a request needs."""
    names = (name for route in routes for name, _ in route.pattern.query)
    used = (name for route in routes for name in route.variables("query"))
    return frozenset((*names, *used))


def _refuse_alike(
    earlier: tuple[Route, ...],
    matching: Route,
    method: str,
    segments: tuple[str, ...],
    query: Mapping[str, str],
) -> None:
    """Refuse a request of a route that an earlier one would match but for case or a final slash.

    The service may neglect both. If the definition has both spellings, it does not.
    """
    folded = fold_segments(segments)
    for route in earlier:
        other = route.folded_pattern
        if other.match(method, folded, query) is None or other.segments == matching.folded_pattern.segments:
            continue
        if route.pattern.match(method, segments, query) is None:
            raise AmbiguousRequest(
                f"The path differs from that of {route.place} in case or a final slash only; send that."
            )


def _named(prefix: str, values: Mapping[str, str]) -> dict[str, str]:
    return {f"{prefix}.{name}": value for name, value in values.items()}


def _resource(template: Template, values: Mapping[str, str]) -> str:
    try:
        return template.render(values)
    except MissingValue as error:
        raise UnmappedRequest(f"the resource needs {error}, which the request does not have") from error
    except AmbiguousValue as error:
        raise AmbiguousRequest(
            f"The value of {error} contains what separates it from the rest of the resource's name."
        ) from error


def _header_values(route: Route, request: ServiceRequest) -> dict[str, str]:
    """Return the values of the headers that a route looks at.

    Refuse one that programs read differently, of two headers or with bytes beyond ASCII, and one that anybody
    could have added to a request that somebody else has signed.
    """
    values: dict[str, str] = {}
    for name in route.variables("header"):
        value = request.headers.get(name)
        if value is None:
            continue
        if "," in value or not value.isascii():
            raise AmbiguousRequest(f"The header {name} must have one value, in ASCII, without a comma.")
        if request.signed_headers is not None and name not in request.signed_headers:
            raise AmbiguousRequest(f"The header {name} must be signed.")
        values[f"header.{name}"] = value
    return values


def _condition_keys(templates: Mapping[str, Template], values: Mapping[str, str]) -> dict[str, str]:
    """Return the keys whose values the request has."""
    keys: dict[str, str] = {}
    for name, template in templates.items():
        if all(values.get(variable) for variable in template.variables):
            keys[name.lower()] = _resource(template, values)
    return keys
