"""Which operation a request selects."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from iamd.services.s3.operations import OPERATIONS, Level, Operation
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

_METHODS: Final = frozenset(operation.method for operation in OPERATIONS)
_SUBRESOURCES: Final = frozenset(operation.subresource for operation in OPERATIONS) - {""}
_PARAMETERS: Final = frozenset[str]().union(*(operation.parameters for operation in OPERATIONS))
_LOWER_CASE_PARAMETERS: Final = frozenset(parameter.lower() for parameter in _PARAMETERS)


def _index() -> Mapping[tuple[str, Level, str], list[Operation]]:
    """Group the operations by what selects them, those with most variants first."""
    groups = defaultdict(list)
    for operation in sorted(OPERATIONS, key=lambda operation: -len(operation.variants)):
        groups[operation.method, operation.level, operation.subresource].append(operation)
    return dict(groups)


_OPERATIONS: Final = _index()


def select_operation(
    method: str, level: Level, parameters: Mapping[str, str], headers: Mapping[str, str]
) -> Operation:
    subresource = _subresource(parameters) if parameters else ""
    for operation in _OPERATIONS.get((method, level, subresource), ()):
        if all(variant in parameters or variant in headers for variant in operation.variants):
            return _checked(operation, parameters)
    if method not in _METHODS:
        raise UnmappedRequest(f"The method {method} is not one of S3's.")
    what = f"{method} on a {level}" + (f" with the parameter {subresource}" if subresource else "")
    raise UnmappedRequest(f"S3 has no operation {what}, or it lacks a parameter.")


def _subresource(parameters: Mapping[str, str]) -> str:
    subresources = [parameter for parameter in parameters if parameter in _SUBRESOURCES]
    if len(subresources) > 1:
        raise AmbiguousRequest(f"The query selects several operations: {', '.join(subresources)}.")
    return subresources[0] if subresources else ""


def _checked(operation: Operation, parameters: Mapping[str, str]) -> Operation:
    if operation.refusal:
        raise UnmappedRequest(f"{operation.name} is not supported. {operation.refusal}")
    for parameter in parameters:
        if parameter not in operation.parameters:
            _refuse_parameter(operation, parameter)
    value = operation.subresource_value
    if value is not None and parameters.get(operation.subresource, value) != value:
        raise AmbiguousRequest(f"The value of the parameter {operation.subresource} must be “{value}”.")
    return operation


def _refuse_parameter(operation: Operation, parameter: str) -> None:
    lower = parameter.lower()
    if parameter not in _PARAMETERS and lower in _LOWER_CASE_PARAMETERS:
        raise AmbiguousRequest(f"The query parameter {parameter} is in another case than S3’s.")
    if lower.startswith("x-amz-"):
        raise AmbiguousRequest(f"Send {parameter} as a header; programs differ in whether they read it here.")
    raise UnmappedRequest(f"It is not known what the query parameter {parameter} does in {operation.name}.")
