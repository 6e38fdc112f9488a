"""What is known of services, asked of a reference and remembered for the length of one document."""

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
_AMR_SUFFIX = ":amr"  # how a web identity was proved, of any provider's: a list
_SERVICE_FIELD = 2
_MAX_ARN_LENGTH = 2_048
_NO_NAMES: frozenset[str] = frozenset()


class ArnTemplate(NamedTuple):
    """The ARNs of a type of resource as six patterns, and as one whose names have no colons in them."""

    type: str
    fields: tuple[str, ...]
    pattern: str
    is_bucket: bool

    @property
    def service(self) -> str:
        """The service in the ARN, which need not be the one that has the type."""
        return self.fields[_SERVICE_FIELD]


class ServiceCatalog:
    """Look-ups that the checks share; those that cost work answer None once there is none left."""

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
        """Suggest a service: the empty string where none is near."""
        return self._findings.suggest(lambda: _suggestion(service, {name: name for name in self.services}))

    def suggest_action(self, service: str, name: str) -> str:
        """Suggest an action of a service."""
        actions = self._reference.actions(service)
        names = {lowered: f"{service}:{action.name}" for lowered, action in actions.items()}
        return self._findings.suggest(lambda: _suggestion(name.rstrip("*"), names))

    def suggest_key(self, key: str, services: Iterable[str]) -> str:
        """Suggest a condition key, among the global ones and those of some services."""
        names = {lowered: key_info.name for lowered, key_info in GLOBAL_KEYS.items()}
        for service in services:
            names.update(
                {lower: known.name for lower, known in self._reference.condition_keys(service).items()}
            )
        return self._findings.suggest(lambda: _suggestion(key, names))

    # Actions.

    def action(self, full_name: str) -> Action:
        """Return an action that is known, by its name in lower case."""
        service, _, name = full_name.partition(":")
        return self._reference.actions(service)[name]

    def actions(self, pattern: str) -> frozenset[str] | None:
        """Return the names, in lower case, of the actions that a pattern matches.

        None: not known, because the pattern is for all services, or there is no work left.
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
        return frozenset(f"{service}:{one}" for one in service_actions if matches(one))

    def action_resource_types(self, pattern: str) -> frozenset[str] | None:
        """Return the types of resources that a pattern's actions work on; None where there are no actions."""
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
        """Return the types of a service's resources of which a pattern may name some; None without work."""
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
        """Return the ARNs of a service's types of resources."""
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
        """Find a condition key: a global one, one of its own service, or one of `services`."""
        lowered = name.lower()
        prefix = lowered.partition(":")[0]
        for keys in (_GLOBAL_INDEX, self._key_index(prefix), *map(self._key_index, services)):
            if key := keys.find(lowered):
                return replace(key, is_multivalued=True) if lowered.endswith(_AMR_SUFFIX) else key
        return (
            ConditionKey(name, KeyType.STRING, is_multivalued=lowered.endswith(_AMR_SUFFIX))
            if "." in prefix
            else None
        )

    def _key_index(self, service: str) -> "_KeyIndex":
        if service not in self._keys_by_service:
            self._keys_by_service[service] = _KeyIndex(self._reference.condition_keys(service))
        return self._keys_by_service[service]

    def supports(self, full_name: str, key: str) -> bool:
        """Say whether requests of an action may have a key, the action or a type of its resources."""
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
    """Condition keys by name; those with a hole in their name are tried in turn."""

    def __init__(self, keys: Mapping[str, ConditionKey]) -> None:
        self._exact = {name: key for name, key in keys.items() if not _PLACEHOLDER.search(name)}
        self._templates = [key for name, key in keys.items() if name not in self._exact]

    def find(self, name: str) -> ConditionKey | None:
        if name in self._exact:
            return self._exact[name]
        return next((key for key in self._templates if matches_key_template(key.name, name)), None)


def matches_key_template(template: str, key: str) -> bool:
    """Say whether a key, in lower case, is one of a name that may have a hole."""
    template = template.lower()
    if template == key:
        return True
    first, *more = _PLACEHOLDER.split(template)
    if not more or not key.startswith(first):
        return False
    return len(key) > len(first) + len(more[-1]) and key.endswith(more[-1])


def _parse_template(name: str, arn: str) -> ArnTemplate:
    """Make patterns of an ARN with holes, in which something must be."""
    pattern = _PLACEHOLDER.sub("?*", arn)
    fields = tuple(pattern.split(":", _ARN_FIELDS - 1))
    return ArnTemplate(
        name, fields, pattern.replace("?*", FIELD_WILDCARD), ":s3:" in arn and arn.endswith("${BucketName}")
    )


def _may_match(pattern: str, fields: list[str], template: ArnTemplate) -> bool:
    """Say whether an ARN may be of a type: field by field, or with a `*` that runs across colons.

    The latter is how resources are matched, but any name may have a colon in it then, which would make an
    ARN of almost any type of `arn:aws:lambda:*:111122223333:anything`. Bucket names have no slash.
    """
    if not pattern.strip("*"):
        return True
    service_chars = {*"".join(fields[1:3]), *template.service}
    if not service_chars & {"*", "?"} and fields[_SERVICE_FIELD : _SERVICE_FIELD + 1] != [template.service]:
        return False  # by far the most, and soon told
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
