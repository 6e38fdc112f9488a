"""AWS's query protocol: `Action` and the parameters in a form, in the body or in the query of the URL."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from iamd.services.aws.json_protocol import TARGET_HEADER
from iamd.services.aws.operations import Operation
from iamd.services.aws.parameters import Values
from iamd.services.aws.request_checks import ACTION, has_content_type
from iamd.services.aws.services import Service
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest

_FORM: Final = "application/x-www-form-urlencoded"
_INVALID_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:\.(?:[A-Za-z][A-Za-z0-9]*|[1-9][0-9]{0,4}))*")
_LIST_MEMBERS: Final = frozenset({"member", "entry"})  # between the name of a list and an index


def find_operation(service: Service, form: Values) -> Operation:
    """Return the operation that a form is for."""
    action = form.get(ACTION)
    if not isinstance(action, str):
        raise UnmappedRequest(f"the request for {service.name} has no Action")
    operation = service.operations.get(action)
    if operation is None:
        raise UnmappedRequest(f"there is no operation {action[:64]} of {service.name}")
    return operation


def read_form(request: ServiceRequest, body: bytes) -> Values:
    """Return the parameters, structures and lists as in JSON; AmbiguousRequest if one is given twice."""
    if TARGET_HEADER in request.headers:
        raise AmbiguousRequest("The header X-Amz-Target is for requests with a body of JSON.")
    if request.method not in ("GET", "POST") or request.path != "/":
        raise AmbiguousRequest("A request with an Action must be a GET or a POST to /.")
    if body and request.query:
        raise AmbiguousRequest("The parameters must be in the body or in the query of the URL, not in both.")
    if body and (request.method != "POST" or not has_content_type(request.headers, _FORM)):
        raise AmbiguousRequest(f"A form must be sent by POST, with the Content-Type {_FORM}.")
    try:
        text = request.query or body.decode("ascii")
    except UnicodeDecodeError:
        raise AmbiguousRequest("A form must be percent-encoded.") from None
    return _tree(dict(_pairs(text)))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    names: set[str] = set()
    for pair in text.split("&") if text else ():
        name, _, value = pair.partition("=")
        decoded = _decode(name)
        if not _NAME.fullmatch(decoded):
            raise AmbiguousRequest(f"{decoded[:64]!r} is not the name of a parameter.")
        if decoded.lower() in names:
            raise AmbiguousRequest(f"The parameter {decoded[:64]} is given twice.")
        names.add(decoded.lower())
        yield decoded, _decode(value)


def _decode(text: str) -> str:
    if ";" in text or "#" in text or _INVALID_ESCAPE.search(text):
        raise AmbiguousRequest("A form must be percent-encoded: a semicolon is %3B, a percent sign %25.")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode()
    except UnicodeDecodeError:
        raise AmbiguousRequest("A form must be UTF-8.") from None


def _tree(pairs: dict[str, str]) -> dict[str, Any]:
    """Return `A.member.1.B=x` as `{"A": [{"B": "x"}]}`."""
    tree: dict[str, Any] = {}
    for name, value in pairs.items():
        *steps, last = (step for step in name.split(".") if step not in _LIST_MEMBERS)
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise AmbiguousRequest(f"The parameter {step} has a value, and members.")
        if last in node:
            raise AmbiguousRequest(f"The parameter {name[:64]} is given twice.")
        node[last] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    values = {name: _with_lists(value) for name, value in node.items()}
    if not any(name.isdigit() for name in values):
        return values
    if not all(name.isdigit() for name in values):
        raise AmbiguousRequest("A list has members with names.")
    return [values[name] for name in sorted(values, key=int)]
