"""AWS's JSON protocols, 1.0 and 1.1: the operation in the header X-Amz-Target, its parameters in the body."""

import re
from collections.abc import Iterable
from typing import Final

from iamd.services.aws.json_text import parse_body
from iamd.services.aws.operations import Operation
from iamd.services.aws.parameters import Values
from iamd.services.aws.request_checks import has_content_type
from iamd.services.aws.services import Service
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest

TARGET_HEADER: Final = "x-amz-target"
_TARGET: Final = re.compile(r"([A-Za-z0-9_]+)\.([A-Za-z0-9]+)")
_MEDIA_TYPE: Final = "application/x-amz-json-1."


def find_target(services: Iterable[Service], target: str) -> tuple[Service, Operation]:
    """Return the service and the operation that a request is for."""
    match = _TARGET.fullmatch(target)
    if match is None:
        raise AmbiguousRequest("The header X-Amz-Target must be given once, as Service.Operation.")
    for service in services:
        if service.target == match[1] and match[2] in service.operations:
            return service, service.operations[match[2]]
    raise UnmappedRequest(f"there is no operation {target}")


def read_json(request: ServiceRequest, body: bytes) -> Values:
    """Return the parameters; AmbiguousRequest if they could be elsewhere than in a body of JSON."""
    if (request.method, request.path, request.query) != ("POST", "/", ""):
        raise AmbiguousRequest("A request with X-Amz-Target must be a POST to / without a query.")
    if not has_content_type(request.headers, _MEDIA_TYPE):
        raise AmbiguousRequest(f"The Content-Type must be {_MEDIA_TYPE}0 or {_MEDIA_TYPE}1.")
    return parse_body(body)
