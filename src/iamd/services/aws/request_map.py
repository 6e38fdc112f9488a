"""The map of AWS's services: by the service that a request is signed for, its operation and its parameters.

Known differences from AWS, since the request does not tell: permissions for resources of other services
(`iam:PassRole` for the role of a function, KMS keys), resources named by a token (a receipt handle, a shard
iterator, the ciphertext of a key), and the key that an alias stands for. Then all resources are meant, so
that only a permission on `*` allows, and a Deny for a single resource does not apply.
"""

from collections.abc import Iterator
from typing import Final

from iamd.services.aws import item_keys
from iamd.services.aws.json_protocol import TARGET_HEADER, find_target, read_json
from iamd.services.aws.operations import Operation, PermissionRule
from iamd.services.aws.parameters import Values, scopes
from iamd.services.aws.query_protocol import find_operation, read_form
from iamd.services.aws.request_checks import check_parameters, check_request
from iamd.services.aws.resource_rules import find_resources
from iamd.services.aws.resource_types import Owner
from iamd.services.aws.rest_protocol import read_rest
from iamd.services.aws.services import SERVICES, Service
from iamd.services.service_request import (
    AmbiguousRequest,
    ConditionKeyValues,
    MappedRequest,
    RequiredPermission,
    ServiceRequest,
    UnmappedRequest,
)

_MAX_PERMISSIONS: Final = 2_000


class AwsRequestMap:
    """Knows which permissions requests to AWS's services need; a `RequestMap`."""

    accepts_api_keys: Final = False
    is_regional: Final = True
    principal_tags: Final[tuple[str, ...]] = ()

    def map_request(
        self, request: ServiceRequest, signing_name: str, account_id: str, region: str
    ) -> MappedRequest:
        """Return what a request needs; see `RequestMap`."""
        services = SERVICES.get(signing_name)
        if services is None:
            raise UnmappedRequest(
                f"the request is signed for {signing_name}; requests are mapped for {', '.join(SERVICES)}"
            )
        if "authorization" not in request.headers:
            raise UnmappedRequest("the request is signed in its URL; sign it in the Authorization header")
        service, operation, values = _read(services, request, region)
        if operation.refusal:
            raise UnmappedRequest(f"{operation.name} is not mapped. {operation.refusal}")
        found: list[RequiredPermission] = []
        for permission in _permissions(operation, values, Owner(account_id, region)):
            found.append(permission)
            if len(found) > _MAX_PERMISSIONS:
                raise UnmappedRequest(f"the request needs more than {_MAX_PERMISSIONS} permissions")
        if not found:
            raise UnmappedRequest(f"the request for {operation.name} names no resource")
        return MappedRequest(service.name, operation.name, tuple(found))


def _read(
    services: tuple[Service, ...], request: ServiceRequest, region: str
) -> tuple[Service, Operation, Values]:
    """Return the service, the operation and the parameters of a request."""
    target, service = request.headers.get(TARGET_HEADER), services[0]
    if target is not None and "json" in service.protocols:
        service, operation = find_target(services, target)
        values = read_json(request, check_request(request, service, region))
        check_parameters(request, operation.parameters)
    elif "rest" in service.protocols:
        operation, values = read_rest(service, request, check_request(request, service, region))
        check_parameters(request, operation.parameters)
    elif "query" in service.protocols:
        values = read_form(request, check_request(request, service, region))
        operation = find_operation(service, values)
        check_parameters(request._replace(body=None), operation.parameters)
    else:
        raise UnmappedRequest(f"a request for {service.name} must have the header X-Amz-Target")
    return service, operation, values


def _permissions(operation: Operation, values: Values, owner: Owner) -> Iterator[RequiredPermission]:
    for rule in operation.rules:
        for scope in scopes(values, rule.scope):
            yield from _rule_permissions(rule, scope, owner)


def _rule_permissions(rule: PermissionRule, values: Values, owner: Owner) -> Iterator[RequiredPermission]:
    keys: dict[str, str | tuple[str, ...]] = {}
    for key_rule in rule.keys:
        for name, value in key_rule.collect(values, owner).items():
            if keys.get(name, value) != value:
                raise AmbiguousRequest(f"The condition key {name[:128]} has two values.")
            keys[name] = value
    items: list[ConditionKeyValues] = [{}]
    if rule.item:
        items = item_keys.item_contexts(values, reads=rule.item == "@read")
    for arn in find_resources(rule.resources, values, owner):
        for item in items:
            yield RequiredPermission(rule.action, arn, {**keys, **item})
