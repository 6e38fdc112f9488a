"""What is known of services, asked of a reference and remembered for the length of one document."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from iamd.policy.compiled.globs import compile_glob
from iamd.policy.lint.findings import Findings
from iamd.policy.lint.global_keys import GLOBAL_KEYS
from iamd.policy.lint.globs import FIELD, intersects, widened
from iamd.policy.lint.reference import Action, Key, KeyType, Reference

_HOLE = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_FIELDS = 6
_AUTHENTICATION = ":amr"  # how a web identity was proved, of any provider's: a list
_SERVICE = 2
_LONGEST_ARN = 2_048
_NOTHING: frozenset[str] = frozenset()


class Template(NamedTuple):
    """The ARNs of a type of resource as six patterns, and as one whose names have no colons in them."""

    type: str
    fields: tuple[str, ...]
    whole: str
    is_bucket: bool

    @property
    def service(self) -> str:
        """The service in the ARN, which need not be the one that has the type."""
        return self.fields[_SERVICE]


class Known:
    """Look-ups that the checks share; those that cost work answer None once there is none left."""

    def __init__(self, reference: Reference, found: Findings) -> None:
        self._reference = reference
        self._found = found
        self._matched: dict[str, frozenset[str] | None] = {}
        self._worked: dict[str, frozenset[str] | None] = {}
        self._types: dict[tuple[str, str], frozenset[str] | None] = {}
        self._templates: dict[str, tuple[Template, ...]] = {}
        self._keys: dict[str, _Keys] = {}
        self._supported: dict[tuple[str, str], bool] = {}
        self.services = reference.services()

    def near_service(self, service: str) -> str:
        """Suggest a service: the empty string where none is near."""
        return self._found.guess(lambda: _near(service, {name: name for name in self.services}))

    def near_action(self, service: str, name: str) -> str:
        """Suggest an action of a service."""
        actions = self._reference.actions(service)
        names = {lower: f"{service}:{action.name}" for lower, action in actions.items()}
        return self._found.guess(lambda: _near(name.rstrip("*"), names))

    def near_key(self, key: str, services: Iterable[str]) -> str:
        """Suggest a condition key, among the global ones and those of some services."""
        names = {lower: known.name for lower, known in GLOBAL_KEYS.items()}
        for service in services:
            names.update({lower: known.name for lower, known in self._reference.keys(service).items()})
        return self._found.guess(lambda: _near(key, names))

    # Actions.

    def action(self, full: str) -> Action:
        """Return an action that is known, by its name in lower case."""
        service, _, name = full.partition(":")
        return self._reference.actions(service)[name]

    def actions(self, pattern: str) -> frozenset[str] | None:
        """Return the names, in lower case, of the actions that a pattern matches.

        None: not known, because the pattern is for all services, or there is no work left.
        """
        pattern = pattern.lower()
        if pattern not in self._matched:
            self._matched[pattern] = self._match(pattern)
        return self._matched[pattern]

    def _match(self, pattern: str) -> frozenset[str] | None:
        service, _, name = pattern.partition(":")
        if service == "*":
            return None
        known = self._reference.actions(service)
        if "*" not in name and "?" not in name:
            return frozenset({pattern}) if name in known else _NOTHING
        if name and not name.strip("*"):
            return frozenset(f"{service}:{one}" for one in known)
        if not self._found.may(len(known) // 8 + len(name) // 8):
            return None
        matches = compile_glob(name)
        return frozenset(f"{service}:{one}" for one in known if matches(one))

    def worked(self, pattern: str) -> frozenset[str] | None:
        """Return the types of resources that a pattern's actions work on; None where there are no actions."""
        pattern = pattern.lower()
        if pattern not in self._worked:
            names = self.actions(pattern)
            needs = {need.type.lower() for name in names or () for need in self.action(name).needs}
            self._worked[pattern] = frozenset(needs) if names else None
        return self._worked[pattern]

    # Resources.

    def types(self, resource: str, service: str) -> frozenset[str] | None:
        """Return the types of a service's resources of which a pattern may name some; None without work."""
        asked = resource, service
        if asked not in self._types:
            self._types[asked] = self._type_names(*asked)
        return self._types[asked]

    def _type_names(self, resource: str, service: str) -> frozenset[str] | None:
        templates = self.templates(service)
        if len(resource) > _LONGEST_ARN or not self._found.may(len(templates)):
            return None
        pattern = widened(resource)
        fields = pattern.split(":", _FIELDS - 1)
        return frozenset(one.type for one in templates if _may_be(pattern, fields, one))

    def templates(self, service: str) -> tuple[Template, ...]:
        """Return the ARNs of a service's types of resources."""
        if service not in self._templates:
            types = self._reference.resource_types(service)
            self._templates[service] = tuple(
                _template(name, arn) for name, one in types.items() for arn in one.arn.split(", ")
            )
        return self._templates[service]

    # Condition keys.

    def key(self, name: str, services: Iterable[str] = ()) -> Key | None:
        """Find a condition key: a global one, one of its own service, or one of `services`."""
        lower = name.lower()
        prefix = lower.partition(":")[0]
        for keys in (_GLOBAL, self._keys_of(prefix), *map(self._keys_of, services)):
            if known := keys.find(lower):
                return replace(known, listed=True) if lower.endswith(_AUTHENTICATION) else known
        return Key(name, KeyType.STRING, listed=lower.endswith(_AUTHENTICATION)) if "." in prefix else None

    def _keys_of(self, service: str) -> "_Keys":
        if service not in self._keys:
            self._keys[service] = _Keys(self._reference.keys(service))
        return self._keys[service]

    def supports(self, full: str, key: str) -> bool:
        """Say whether requests of an action may have a key, the action or a type of its resources."""
        asked = full, key
        if asked not in self._supported:
            self._supported[asked] = self._supports(full, key)
        return self._supported[asked]

    def _supports(self, full: str, key: str) -> bool:
        action, types = self.action(full), self._reference.resource_types(full.partition(":")[0])
        names = [*action.keys]
        for need in action.needs:
            names += need.keys
            names += types[need.type.lower()].keys if need.type.lower() in types else ()
        return any(fits_key(name, key) for name in names)


class _Keys:
    """Condition keys by name; those with a hole in their name are tried in turn."""

    def __init__(self, keys: Mapping[str, Key]) -> None:
        self._plain = {name: key for name, key in keys.items() if not _HOLE.search(name)}
        self._holed = [key for name, key in keys.items() if name not in self._plain]

    def find(self, name: str) -> Key | None:
        if name in self._plain:
            return self._plain[name]
        return next((key for key in self._holed if fits_key(key.name, name)), None)


def fits_key(template: str, key: str) -> bool:
    """Say whether a key, in lower case, is one of a name that may have a hole."""
    template = template.lower()
    if template == key:
        return True
    first, *others = _HOLE.split(template)
    if not others or not key.startswith(first):
        return False
    return len(key) > len(first) + len(others[-1]) and key.endswith(others[-1])


def _template(name: str, arn: str) -> Template:
    """Make patterns of an ARN with holes, in which something must be."""
    pattern = _HOLE.sub("?*", arn)
    fields = tuple(pattern.split(":", _FIELDS - 1))
    return Template(
        name, fields, pattern.replace("?*", FIELD), ":s3:" in arn and arn.endswith("${BucketName}")
    )


def _may_be(pattern: str, fields: list[str], template: Template) -> bool:
    """Say whether an ARN may be of a type: field by field, or with a `*` that runs across colons.

    The latter is how resources are matched, but any name may have a colon in it then, which would make an
    ARN of almost any type of `arn:aws:lambda:*:111122223333:anything`. Bucket names have no slash.
    """
    if not pattern.strip("*"):
        return True
    heads = {*"".join(fields[1:3]), *template.service}
    if not heads & {"*", "?"} and fields[_SERVICE : _SERVICE + 1] != [template.service]:
        return False  # by far the most, and soon told
    if template.is_bucket and "/" in fields[-1]:
        return False
    if len(fields) == len(template.fields) and all(map(intersects, fields, template.fields)):
        return True
    crossing = len(fields) < _FIELDS or "*" in "".join(fields[3:5])
    return crossing and intersects(pattern, template.whole)


def _near(name: str, known: Mapping[str, str]) -> str:
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.7)
    return f": did you mean {known[close[0]]}?" if close else ""


_GLOBAL = _Keys(GLOBAL_KEYS)
