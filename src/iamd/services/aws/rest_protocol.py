"""AWS's REST protocol with JSON, which Lambda has: the operation by method and path."""

from typing import Any, Final
from urllib.parse import unquote_plus

from iamd.services.aws.json_protocol import TARGET_HEADER
from iamd.services.aws.json_text import parse_json
from iamd.services.aws.operations import Operation
from iamd.services.aws.parameters import Values
from iamd.services.aws.services import Service
from iamd.services.definitions.query import parse_query
from iamd.services.definitions.route import check_segments, split_path
from iamd.services.encoding import decode_path
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest

# Their body is what a function gets, and has no parameters.
_WITH_PAYLOAD: Final = frozenset(
    {"Invoke", "InvokeAsync", "InvokeWithResponseStream", "SendDurableExecutionCallbackSuccess"}
)


def read_rest(service: Service, request: ServiceRequest, body: bytes) -> tuple[Operation, Values]:
    """Return the operation, and its parameters from path, query and body."""
    if TARGET_HEADER in request.headers:
        raise AmbiguousRequest(f"The header X-Amz-Target is not for {service.name}.")
    operation, variables, query = _find_operation(service, request)
    located = {**query, **variables}
    if len(located) < len(query) + len(variables):
        raise AmbiguousRequest("A parameter of the path is in the query too.")
    content = _read_body(operation, body)
    names = {name.lower() for name in (*variables, *operation.query_names)}
    for name in content:
        if name.lower() in names:
            raise AmbiguousRequest(f"The parameter {name[:64]} belongs in the URL, not in the body.")
    return operation, {**content, **located}


def _find_operation(
    service: Service, request: ServiceRequest
) -> tuple[Operation, dict[str, str], dict[str, str]]:
    segments = _segments(request.path)
    found: list[tuple[Operation, dict[str, str], dict[str, str]]] = []
    for operation in service.operations.values():
        pattern = operation.pattern
        if pattern is None or request.method != pattern.method:
            continue
        fixed = dict(pattern.query)
        query = parse_query(request.query, operation.query_names | fixed.keys())
        variables = pattern.match(request.method, segments, query)
        if variables is not None:
            own = {name: value for name, value in query.items() if name not in fixed}
            found.append((operation, variables, own))
    if not found:
        raise UnmappedRequest(f"{service.name} has no operation {request.method} {request.path[:256]}")
    operation, variables, query = max(found, key=lambda match: len(match[0].pattern.query))  # type: ignore[union-attr]
    _check_query(operation, request.query)
    return operation, variables, query


def _segments(path: str) -> tuple[str, ...]:
    if not path.startswith("/"):
        raise AmbiguousRequest("The path does not begin with a slash.")
    trimmed = path[:-1] if len(path) > 1 and path.endswith("/") else path  # older SDKs end some with a slash
    segments = tuple(decode_path(segment, "path") for segment in split_path(trimmed))
    check_segments(segments)
    return segments


def _check_query(operation: Operation, query: str) -> None:
    """Refuse what an operation does not have in its query: other programs might read an Action there."""
    known = operation.query_names | dict(operation.pattern.query if operation.pattern else ()).keys()
    for pair in query.split("&") if query else ():
        name = unquote_plus(pair.partition("=")[0])
        if name not in known:
            raise UnmappedRequest(f"{operation.name} has no query parameter {name[:64]}")


def _read_body(operation: Operation, body: bytes) -> dict[str, Any]:
    if not body or operation.name in _WITH_PAYLOAD:
        return {}
    content = parse_json(body, "body")
    if not isinstance(content, dict):
        raise AmbiguousRequest("The body must be an object.")
    return content
