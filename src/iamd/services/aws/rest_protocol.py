"""AWS's REST protocol with JSON, which Lambda has: the operation by method and path."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from iamd.services.aws.json_protocol import TARGET_HEADER
from iamd.services.aws.json_text import parse_body
from iamd.services.aws.operations import Operation
from iamd.services.aws.parameters import Values
from iamd.services.aws.services import Service
from iamd.services.definitions.query import parse_query
from iamd.services.encoding import decode_query_value
from iamd.services.path_segments import decode_segments
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest

# Their body is what a function gets, and has no parameters.
_WITH_PAYLOAD: Final = frozenset(
    {"Invoke", "InvokeAsync", "InvokeWithResponseStream", "SendDurableExecutionCallbackSuccess"}
)


def read_rest(service: Service, request: ServiceRequest, body: bytes) -> tuple[Operation, Values]:
    """Return the operation, and its parameters from path, query and body."""
    if TARGET_HEADER in request.headers:
        raise AmbiguousRequest(f"The header X-Amz-Target is not for {service.name}.")
    operation, variables, query, _ = _find_operation(service, request)
    located = {**query, **variables}
    if len(located) < len(query) + len(variables):
        raise AmbiguousRequest("A parameter of the path is in the query too.")
    content = _read_body(operation, body)
    names = {name.lower() for name in (*variables, *operation.query_names)}
    for name in content:
        if name.lower() in names:
            raise AmbiguousRequest(f"The parameter {name[:64]} belongs in the URL, not in the body.")
    return operation, {**content, **located}


class _Match(NamedTuple):
    """An operation that a request may be for, with the parameters of its path and of its query."""

    operation: Operation
    variables: dict[str, str]
    query: dict[str, Any]
    fixed: Mapping[str, str | None]


def _find_operation(service: Service, request: ServiceRequest) -> _Match:
    """Return the operation; of two with the same path, that whose query has a fixed value."""
    segments = _segments(request.path)
    found = [
        match for operation in service.operations.values() for match in _matches(operation, request, segments)
    ]
    if not found:
        raise UnmappedRequest(f"{service.name} has no operation {request.method} {request.path[:256]}")
    match = max(found, key=lambda match: len(match.fixed))
    _check_query(match, request.query)
    return match


def _matches(operation: Operation, request: ServiceRequest, segments: tuple[str, ...]) -> Iterator[_Match]:
    pattern = operation.pattern
    if pattern is None or request.method != pattern.method:
        return
    variables = pattern._replace(query=()).match(request.method, segments, {})
    if variables is None:
        return
    fixed = dict(pattern.query)
    query = _parse_query(request.query, operation, fixed)
    if all(query.pop(name, None) == value for name, value in fixed.items()):
        yield _Match(operation, variables, query, fixed)


def _parse_query(query: str, operation: Operation, fixed: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the values of the operation's parameters; those that may be there more than once as lists."""
    lists: dict[str, list[str]] = {}
    single: list[str] = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name in operation.query_lists:
            lists.setdefault(name, []).append(decode_query_value(value, name))
        else:
            single.append(pair)
    values = parse_query("&".join(single), operation.query_names | fixed.keys())
    if not values.keys().isdisjoint(lists):
        raise AmbiguousRequest("The query has the name of a parameter in two encodings.")
    return {**values, **lists}


def _segments(path: str) -> tuple[str, ...]:
    """Return the segments, without a final slash, which older SDKs send for some operations."""
    return decode_segments(path[:-1] if len(path) > 1 and path.endswith("/") else path)


def _check_query(match: _Match, query: str) -> None:
    """Refuse what an operation does not have in its query: other programs might read an Action there."""
    known = match.operation.query_names | match.fixed.keys()
    for pair in query.split("&") if query else ():
        name = unquote_plus(pair.partition("=")[0])
        if name not in known:
            raise UnmappedRequest(f"{match.operation.name} has no query parameter {name[:64]}")


def _read_body(operation: Operation, body: bytes) -> dict[str, Any]:
    if not body or operation.name in _WITH_PAYLOAD:
        return {}
    return parse_body(body)
