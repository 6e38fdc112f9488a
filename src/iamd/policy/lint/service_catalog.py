"""Service catalog: cached lookups in the service authorization reference, for one document."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from iamd.policy.compiled.globs import compile_glob
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.glob_relations import FIELD_WILDCARD, intersects, widen_variables
from iamd.policy.lint.global_condition_keys import GLOBAL_KEYS
from iamd.policy.lint.reference import Action, ConditionKey, KeyType, Reference

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_ARN_FIELDS = 6
_AMR_SUFFIX = ":amr"  # authentication methods of a web identity, for any provider: multivalued
_SERVICE_FIELD = 2
_MAX_ARN_LENGTH = 2_048
_NO_NAMES: frozenset[str] = frozenset()


class ArnTemplate(NamedTuple):
    """An ARN format of a resource type: as six field patterns, and as one pattern without colons in names."""

    type: str
    fields: tuple[str, ...]
    pattern: str
    is_bucket: bool

    @property
    def service(self) -> str:
        """The service in the ARN, which may differ from the service that defines the type."""
        return self.fields[_SERVICE_FIELD]


class ServiceCatalog:
    """Lookups shared by the checks; expensive ones return None once the work budget is used up."""

    def __init__(self, reference: Reference, findings: Findings) -> None:
        self._reference = reference
        self._findings = findings
        self._actions_by_pattern: dict[str, frozenset[str] | None] = {}
        self._types_by_action_pattern: dict[str, frozenset[str] | None] = {}
        self._types_by_resource: dict[tuple[str, str], frozenset[str] | None] = {}
        self._templates_by_service: dict[str, tuple[ArnTemplate, ...]] = {}
        self._keys_by_service: dict[str, _KeyIndex] = {}
        self._support_by_action: dict[tuple[str, str], bool] = {}
        self.services = reference.services()

    def suggest_service(self, service: str) -> str:
        """Return a suggestion to append to a message, "" if no service name is close."""
        return self._findings.suggest(lambda: _suggestion(service, {name: name for name in self.services}))

    def suggest_action(self, service: str, name: str) -> str:
        """Return a suggestion for an action of a service, as `suggest_service` does."""
        actions = self._reference.actions(service)
        names = {lowered_name: f"{service}:{action.name}" for lowered_name, action in actions.items()}
        return self._findings.suggest(lambda: _suggestion(name.rstrip("*"), names))

    def suggest_key(self, key: str, services: Iterable[str]) -> str:
        """Return a suggestion for a condition key, global or of one of `services`."""
        names = {lowered_name: info.name for lowered_name, info in GLOBAL_KEYS.items()}
        for service in services:
            names.update(
                {lowered: info.name for lowered, info in self._reference.condition_keys(service).items()}
            )
        return self._findings.suggest(lambda: _suggestion(key, names))

    # Actions.

    def action(self, full_name: str) -> Action:
        """Return an action by its full name in lower case; KeyError if it does not exist."""
        service, _, name = full_name.partition(":")
        return self._reference.actions(service)[name]

    def actions(self, pattern: str) -> frozenset[str] | None:
        """Return the names, in lower case, of the actions that a pattern matches.

        None if the pattern is for all services, or the work budget is used up.
        """
        pattern = pattern.lower()
        if pattern not in self._actions_by_pattern:
            self._actions_by_pattern[pattern] = self._match_actions(pattern)
        return self._actions_by_pattern[pattern]

    def _match_actions(self, pattern: str) -> frozenset[str] | None:
        service, _, name = pattern.partition(":")
        if service == "*":
            return None
        service_actions = self._reference.actions(service)
        if "*" not in name and "?" not in name:
            return frozenset({pattern}) if name in service_actions else _NO_NAMES
        if name and not name.strip("*"):
            return frozenset(f"{service}:{action_name}" for action_name in service_actions)
        if not self._findings.spend_work(len(service_actions) // 8 + len(name) // 8):
            return None
        matches = compile_glob(name)
        matching_names = filter(matches, service_actions)
        return frozenset(f"{service}:{action_name}" for action_name in matching_names)

    def action_resource_types(self, pattern: str) -> frozenset[str] | None:
        """Return the resource types that a pattern's actions support; None if it has no known actions."""
        pattern = pattern.lower()
        if pattern not in self._types_by_action_pattern:
            names = self.actions(pattern)
            type_names = {
                resource_type.type.lower()
                for name in names or ()
                for resource_type in self.action(name).resource_types
            }
            self._types_by_action_pattern[pattern] = frozenset(type_names) if names else None
        return self._types_by_action_pattern[pattern]

    # Resources.

    def matching_types(self, resource: str, service: str) -> frozenset[str] | None:
        """Return the resource types of a service that a pattern may match; None if that was not checked.

        That is so if the pattern is too long, or the work budget is used up.
        """
        cache_key = resource, service
        if cache_key not in self._types_by_resource:
            self._types_by_resource[cache_key] = self._match_types(*cache_key)
        return self._types_by_resource[cache_key]

    def _match_types(self, resource: str, service: str) -> frozenset[str] | None:
        templates = self.templates(service)
        if len(resource) > _MAX_ARN_LENGTH or not self._findings.spend_work(len(templates)):
            return None
        pattern = widen_variables(resource)
        fields = pattern.split(":", _ARN_FIELDS - 1)
        return frozenset(template.type for template in templates if _may_match(pattern, fields, template))

    def templates(self, service: str) -> tuple[ArnTemplate, ...]:
        """Return the ARN formats of a service's resource types."""
        if service not in self._templates_by_service:
            types = self._reference.resource_types(service)
            self._templates_by_service[service] = tuple(
                _parse_template(name, arn)
                for name, resource_type in types.items()
                for arn in resource_type.arn.split(", ")
            )
        return self._templates_by_service[service]

    # Condition keys.

    def find_key(self, name: str, services: Iterable[str] = ()) -> ConditionKey | None:
        """Find a condition key: global, of its own service, or of one of `services`; None if unknown."""
        lowered_name = name.lower()
        prefix = lowered_name.partition(":")[0]
        for keys in (_GLOBAL_INDEX, self._key_index(prefix), *map(self._key_index, services)):
            if key := keys.find(lowered_name):
                return replace(key, is_multivalued=True) if lowered_name.endswith(_AMR_SUFFIX) else key
        return (
            ConditionKey(name, KeyType.STRING, is_multivalued=lowered_name.endswith(_AMR_SUFFIX))
            if "." in prefix
            else None
        )

    def _key_index(self, service: str) -> "_KeyIndex":
        if service not in self._keys_by_service:
            self._keys_by_service[service] = _KeyIndex(self._reference.condition_keys(service))
        return self._keys_by_service[service]

    def supports(self, full_name: str, key: str) -> bool:
        """Return whether an action supports a key, itself or through one of its resource types."""
        cache_key = full_name, key
        if cache_key not in self._support_by_action:
            self._support_by_action[cache_key] = self._has_key(full_name, key)
        return self._support_by_action[cache_key]

    def _has_key(self, full_name: str, key: str) -> bool:
        action, types = self.action(full_name), self._reference.resource_types(full_name.partition(":")[0])
        names = [*action.condition_keys]
        for resource_type in action.resource_types:
            names += resource_type.condition_keys
            names += (
                types[resource_type.type.lower()].condition_keys
                if resource_type.type.lower() in types
                else ()
            )
        return any(matches_key_template(name, key) for name in names)


class _KeyIndex:
    """Condition keys by name; names with a placeholder are tried in order."""

    def __init__(self, keys: Mapping[str, ConditionKey]) -> None:
        self._exact = {name: key for name, key in keys.items() if not _PLACEHOLDER.search(name)}
        self._templates = [key for name, key in keys.items() if name not in self._exact]

    def find(self, name: str) -> ConditionKey | None:
        if name in self._exact:
            return self._exact[name]
        return next((key for key in self._templates if matches_key_template(key.name, name)), None)


def matches_key_template(template: str, key: str) -> bool:
    """Return whether a key, in lower case, matches a name that may have a placeholder."""
    template = template.lower()
    if template == key:
        return True
    first, *later_parts = _PLACEHOLDER.split(template)
    if not later_parts or not key.startswith(first):
        return False
    return len(key) > len(first) + len(later_parts[-1]) and key.endswith(later_parts[-1])


def _parse_template(name: str, arn: str) -> ArnTemplate:
    """Build the patterns of an ARN whose placeholders stand for at least one character."""
    pattern = _PLACEHOLDER.sub("?*", arn)
    fields = tuple(pattern.split(":", _ARN_FIELDS - 1))
    return ArnTemplate(
        name, fields, pattern.replace("?*", FIELD_WILDCARD), ":s3:" in arn and arn.endswith("${BucketName}")
    )


def _may_match(pattern: str, fields: list[str], template: ArnTemplate) -> bool:
    """Return whether an ARN pattern may match a type: field by field, or with a `*` that spans colons.

    Evaluation lets `*` span colons, but if names could contain colons too, an ARN such as
    `arn:aws:lambda:*:111122223333:anything` would match almost any type. Bucket names have no slash.
    """
    if not pattern.strip("*"):
        return True
    service_chars = {*"".join(fields[1:3]), *template.service}
    if not service_chars & {"*", "?"} and fields[_SERVICE_FIELD : _SERVICE_FIELD + 1] != [template.service]:
        return False  # by far the most common case, and cheap to check
    if template.is_bucket and "/" in fields[-1]:
        return False
    if len(fields) == len(template.fields) and all(map(intersects, fields, template.fields)):
        return True
    crosses_fields = len(fields) < _ARN_FIELDS or "*" in "".join(fields[3:5])
    return crosses_fields and intersects(pattern, template.pattern)


def _suggestion(name: str, candidates: Mapping[str, str]) -> str:
    matches = get_close_matches(name.lower(), candidates, n=1, cutoff=0.7)
    return f": did you mean {candidates[matches[0]]}?" if matches else ""


_GLOBAL_INDEX = _KeyIndex(GLOBAL_KEYS)
