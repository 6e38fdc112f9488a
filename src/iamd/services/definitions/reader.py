"""Reads the definition of a service from what its YAML file contains."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from iamd.services.definitions.definition import ServiceDefinition, query_names
from iamd.services.definitions.route import RequestPattern, Route, fold_pattern, parse_pattern
from iamd.services.definitions.template import Template, parse_template

_SERVICE: Final = re.compile(r"[a-z][a-z0-9-]{1,62}")
_ACTION: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,127}")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]+\]")
_TAG_KEY: Final = re.compile(r"[A-Za-z0-9_.:/=+@-]{1,128}")
_KEY: Final = re.compile(r"[A-Za-z0-9._/-]{1,128}")
_RESOURCE_START: Final = re.compile(r"[A-Za-z0-9._-]+[:/]?|\{")
_FIELDS: Final = ("service", "signing-name", "hosts", "api-keys", "principal-tags", "routes")
_ROUTE_FIELDS: Final = ("request", "action", "resource", "condition-keys")
_RESERVED: Final = frozenset({"aws", "iam", "iamd", "s3", "sts", "opa", "keystone", "authzen"})
_MAX_ROUTES: Final = 500
# What proxies keep to themselves, or say to iamd in place of the client.
_HEADERS_OF_PROXIES: Final = re.compile(
    r"header\.(connection|content-length|expect|forwarded|keep-alive|te|trailer|transfer-encoding|upgrade"
    r"|x-real-ip|x-(forwarded|iamd|original)-.*)"
)

_T = TypeVar("_T")


class Problem(NamedTuple):
    """What is wrong with a definition, and where: a path such as `routes[0].action`."""

    path: str
    message: str


class InvalidDefinition(Exception):
    """The definition is not valid."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def read_definition(content: Any, known_services: Callable[[str], bool]) -> ServiceDefinition:
    """Return the definition that a file's content describes; InvalidDefinition with all that is wrong in it.

    `known_services` tells which names are those of AWS's services, whose requests are mapped as AWS does.
    """
    reader = _Reader()
    fields = reader.mapping("", content, _FIELDS)
    name = reader.required("service", fields, _service_name)
    if name is not None and (name in _RESERVED or known_services(name)):
        reader.problems.append(Problem("service", f"{name} is the name of another service"))
    signing_name = reader.optional("signing-name", fields, _service_name) or name
    hosts = reader.required("hosts", fields, lambda value: _strings(value, _HOST, "a host name"))
    accepts_api_keys = reader.optional("api-keys", fields, _boolean)
    tags = reader.optional("principal-tags", fields, lambda value: _strings(value, _TAG_KEY, "a tag key"))
    routes = tuple(_read_routes(reader, fields, name or ""))
    _check_order(reader, routes)
    if reader.problems or name is None or signing_name is None or hosts is None:
        raise InvalidDefinition(reader.problems)
    return ServiceDefinition(
        name, signing_name, frozenset(hosts), bool(accepts_api_keys), tags or (), routes, query_names(routes)
    )


class _Reader:
    """Collects problems; what cannot be read is None."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def mapping(self, path: str, value: Any, fields: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self.problems.append(Problem(path, f"must have the fields {', '.join(fields)}"))
            return {}
        for name in value:
            if name not in fields:
                member = f"{path}.{name}" if path else name
                self.problems.append(Problem(member, f"is none of the fields {', '.join(fields)}"))
        return value

    def required(self, path: str, fields: Mapping[str, Any], parse: Callable[[Any], _T]) -> _T | None:
        if fields.get(path.rpartition(".")[2]) is None:
            self.problems.append(Problem(path, "is missing"))
            return None
        return self.optional(path, fields, parse)

    def optional(self, path: str, fields: Mapping[str, Any], parse: Callable[[Any], _T]) -> _T | None:
        value = fields.get(path.rpartition(".")[2])
        return None if value is None else self.parsed(path, value, parse)

    def parsed(self, path: str, value: Any, parse: Callable[[Any], _T]) -> _T | None:
        try:
            return parse(value)
        except ValueError as error:
            self.problems.append(Problem(path, str(error)))
            return None


# Routes.


def _read_routes(reader: _Reader, fields: Mapping[str, Any], service: str) -> Iterator[Route]:
    routes = fields.get("routes")
    if not isinstance(routes, list) or not 0 < len(routes) <= _MAX_ROUTES:
        reader.problems.append(Problem("routes", f"must be a list of 1 to {_MAX_ROUTES} routes"))
        return
    for index, route in enumerate(routes):
        yield from _read_route(reader, f"routes[{index}]", route, service)


def _read_route(reader: _Reader, path: str, content: Any, service: str) -> Iterator[Route]:
    fields = reader.mapping(path, content, _ROUTE_FIELDS)
    pattern = reader.required(f"{path}.request", fields, lambda value: parse_pattern(_text(value)))
    action = reader.required(f"{path}.action", fields, lambda value: _action_name(value, service))
    resource = reader.optional(f"{path}.resource", fields, _resource_template)
    keys = _read_condition_keys(reader, path, fields.get("condition-keys"), service)
    if pattern is None:
        return
    for place, template in ((f"{path}.resource", resource), *keys.values()):
        _check_variables(reader, place, template, pattern)
    if action is not None:
        templates = {name: template for name, (_, template) in keys.items()}
        yield Route(pattern, fold_pattern(pattern), action, resource, templates, path)


def _read_condition_keys(
    reader: _Reader, path: str, content: Any, service: str
) -> dict[str, tuple[str, Template]]:
    keys: dict[str, tuple[str, Template]] = {}
    if content is None:
        return keys
    if not isinstance(content, dict):
        reader.problems.append(Problem(f"{path}.condition-keys", "must have condition keys and their values"))
        return keys
    for name, value in content.items():
        place = f"{path}.condition-keys.{name}"
        prefix, _, key = name.partition(":")
        if prefix != service or not _KEY.fullmatch(key):
            reader.problems.append(Problem(place, f"the name must be {service}:Name"))
        template = reader.parsed(place, value, lambda value: parse_template(_text(value)))
        if name.lower() in (other.lower() for other in keys):
            reader.problems.append(Problem(place, "the key is there twice; case does not matter"))
        if template is not None:
            keys[name] = (place, template)
    return keys


def _check_variables(reader: _Reader, place: str, template: Template | None, pattern: RequestPattern) -> None:
    for variable in template.variables if template is not None else ():
        if "." not in variable and variable not in pattern.variables:
            reader.problems.append(Problem(place, f"the path has no variable {{{variable}}}"))
        if _HEADERS_OF_PROXIES.fullmatch(variable):
            reader.problems.append(Problem(place, f"{{{variable}}} has no value: proxies do not pass it on"))


def _check_order(reader: _Reader, routes: tuple[Route, ...]) -> None:
    """Report routes that no request reaches, since an earlier one matches all of their requests."""
    for index, route in enumerate(routes):
        for earlier in routes[:index]:
            if earlier.pattern.covers(route.pattern):
                message = f"{earlier.place} matches every request of this route; put it after this one"
                reader.problems.append(Problem(f"{route.place}.request", message))
                break


# Values; each raises ValueError.


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be text")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - a problem of the file
    return value


def _service_name(value: Any) -> str:
    if not isinstance(value, str) or not _SERVICE.fullmatch(value):
        raise ValueError("must be 2 to 63 lower-case letters, digits and hyphens, beginning with a letter")
    return value


def _action_name(value: Any, service: str) -> str:
    name = _text(value).removeprefix(f"{service}:")
    if not _ACTION.fullmatch(name):
        raise ValueError("must be the name of an action, letters and digits, such as GetBook")
    return name


def _resource_template(value: Any) -> Template | None:
    text = _text(value)
    if text == "*":
        return None
    if text.startswith("arn:") or not _RESOURCE_START.match(text):
        raise ValueError("must be what follows the account in the ARN, such as book/{BookId}")
    return parse_template(text)


def _strings(value: Any, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("must be a list")
    for item in value:
        if not isinstance(item, str) or not pattern.fullmatch(item):
            raise ValueError(f"{item!r} is not {what}")
    return tuple(value)
