"""What the policy linter knows about a service of one's own, from its definition."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from iamd.policy.lint import Action, ActionResourceType, ConditionKey, KeyType, ResourceType
from iamd.services.definitions import Route, ServiceDefinition, Template

_TYPE_NAME = re.compile(r"[A-Za-z0-9._-]*")


class ServiceDescription(NamedTuple):
    """Actions, resource types and condition keys of a service, by lower-case name."""

    actions: Mapping[str, Action]
    resource_types: Mapping[str, ResourceType]
    condition_keys: Mapping[str, ConditionKey]


def describe(definition: ServiceDefinition) -> ServiceDescription:
    """Return what the routes of a service say about it."""
    routes_by_action: dict[str, list[Route]] = {}
    for route in definition.routes:
        routes_by_action.setdefault(route.action, []).append(route)
    resource_types = (
        ResourceType(_type_name(route.resource), _arn(definition.name, route.resource), ())
        for route in definition.routes
        if route.resource is not None
    )
    keys = (name for route in definition.routes for name in route.condition_keys)
    return ServiceDescription(
        {name.lower(): _action(name, routes) for name, routes in routes_by_action.items()},
        {resource_type.name.lower(): resource_type for resource_type in resource_types},
        {name.lower(): ConditionKey(name, KeyType.STRING) for name in keys},
    )


def _action(name: str, routes: list[Route]) -> Action:
    """Return an action; a resource type is required if all of its routes have that type."""
    types = dict.fromkeys(_types(routes))
    keys = dict.fromkeys(key for route in routes for key in route.condition_keys)
    has_always = all(route.resource is not None for route in routes)
    resource_types = (ActionResourceType(type_, has_always and len(types) == 1, ()) for type_ in types)
    return Action(name, tuple(resource_types), tuple(keys))


def _types(routes: list[Route]) -> Iterator[str]:
    return (_type_name(route.resource) for route in routes if route.resource is not None)


def _type_name(template: Template) -> str:
    """Return the name of a resource type: how the template begins, such as `book` of `book/{BookId}`."""
    match = _TYPE_NAME.match(template.literals[0])
    return (match[0] if match is not None else "") or "resource"


def _arn(service: str, template: Template) -> str:
    placeholders = ["${" + re.sub(r"[^A-Za-z0-9]", "", variable) + "}" for variable in template.variables]
    parts = [template.literals[0]]
    for placeholder, literal in zip(placeholders, template.literals[1:], strict=True):
        parts += (placeholder, literal)
    return "arn:${Partition}:" + service + "::${Account}:" + "".join(parts)
