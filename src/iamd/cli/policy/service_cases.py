"""Test cases with a request to a service of one's own, in place of an action and a resource."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from iamd.cli.service import parse_request
from iamd.policy.test_cases import CaseError
from iamd.service_files import ServiceFileError, read_service_file
from iamd.services.definitions import ServiceDefinition
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

_FIELDS = ("service", "request", "headers")
_DEFAULT_ACCOUNT = "111122223333"
_ACCOUNT_FIELD = 4


def with_permission(entry: Any, folder: Path) -> Any:
    """Return a case with what its `request` needs; `service` is the service's file, relative to the folder.

    Other cases are returned as they are. Raises CaseError if the fields are not valid, or if the service has
    no route for the request.
    """
    if not isinstance(entry, Mapping) or not {"service", "request"} & entry.keys():
        return entry
    file, text = entry.get("service"), entry.get("request")
    if not isinstance(file, str) or not isinstance(text, str):
        raise CaseError("service and request: a case must have both, as strings")
    if {"action", "resource"} & entry.keys():
        raise CaseError("request: a case with a request must not have an action or a resource")
    definition, context = _definition(folder / file), entry.get("context", {})
    headers = entry.get("headers", {})
    if not isinstance(headers, Mapping) or not isinstance(context, Mapping):
        raise CaseError("headers, context: must be objects")
    try:
        request = parse_request(text, min(definition.hosts), {k: str(v) for k, v in headers.items()})
        mapped = definition.map_request(request, definition.signing_name, _account_id(entry), "")
    except (AmbiguousRequest, UnmappedRequest, ValueError) as error:
        raise CaseError(f"request: {error}") from error
    permission = mapped.permissions[0]
    return {
        **{name: value for name, value in entry.items() if name not in _FIELDS},
        "action": permission.action,
        "resource": permission.resource_arn,
        "context": {**context, **permission.context},
    }


@lru_cache(maxsize=64)
def _definition(file: Path) -> ServiceDefinition:
    try:
        return read_service_file(file)
    except ServiceFileError as error:
        raise CaseError(f"service: {error}") from error


def _account_id(entry: Mapping[str, Any]) -> str:
    """Return the account that owns the service: the caller's, if the case does not say."""
    fields = str(entry.get("principal", "")).split(":")
    of_principal = fields[_ACCOUNT_FIELD] if len(fields) > _ACCOUNT_FIELD else _DEFAULT_ACCOUNT
    return str(entry.get("resource_account") or of_principal)
