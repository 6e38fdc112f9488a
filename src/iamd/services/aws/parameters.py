"""The parameters of a request, as values of JSON.

A path names a value: `A.B` is a member of a member, `A[].B` one of each element of a list, and `A{}` stands
for the values of a map whose keys are names of resources; such a key is the member `@` of its value.
Other programs may read names in another case, so a name that differs in case only is refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from iamd.services.service_request import AmbiguousRequest

Values = Mapping[str, Any]

_MAX_ELEMENTS: Final = 1_000  # AWS's batches have 100 at most
ELEMENT: Final = "@"  # the element of a list of texts, or the key of a map


def member(values: Values, name: str) -> Any:
    """Return a member, None if there is none."""
    lowered = name.lower()
    for other in values:
        if other != name and other.lower() == lowered:
            raise AmbiguousRequest(f"The parameter {name} is given as {other[:64]}.")
    return values.get(name)


def has_value(values: Values, path: str) -> bool:
    """Return whether there is a value at a path."""
    return any(True for _ in _values(values, path))


def find_names(values: Values, path: str) -> list[str]:
    """Return the names of resources at a path; AmbiguousRequest if one is not text."""
    found = list(_values(values, path))
    for value in found:
        if not isinstance(value, str):
            raise AmbiguousRequest(f"The value of {path} must be text.")
    return [text_of(value, path) for value in found]


def listed_texts(values: Values, path: str) -> list[str]:
    """Return the texts at a path, and those in lists there; Booleans and numbers in JSON's notation."""
    found = (value if isinstance(value, list) else [value] for value in _values(values, path))
    return [text_of(element, path) for elements in found for element in elements]


def find_text(values: Values, path: str) -> str | None:
    """Return the only text at a path, None if there is none."""
    found = list(_values(values, path))
    if len(found) > 1:
        raise AmbiguousRequest(f"The parameter {path} has several values.")
    return text_of(found[0], path) if found else None


def find_map(values: Values, path: str) -> Values:
    """Return the map at a path, an empty one if there is none."""
    for value in _values(values, path):
        return _mapping(value, path)
    return {}


def text_of(value: Any, name: str) -> str:
    """Return a value as text; AmbiguousRequest if it is empty, or neither text, number nor Boolean."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str) or not value:
        raise AmbiguousRequest(f"The value of {name} must be text.")
    return value


def scopes(values: Values, path: str) -> Iterator[Values]:
    """Return the structures at a path, in which the names of a rule are looked up; all if it is empty."""
    if not path:
        yield values
        return
    for value in _values(values, path):
        yield {ELEMENT: value} if isinstance(value, str) else _mapping(value, path)


def root(path: str) -> str:
    """Return the name of the parameter that a path begins with."""
    return path.partition(".")[0].rstrip("[]{}")


def _values(values: Values, path: str) -> Iterator[Any]:
    step, _, rest = path.partition(".")
    name = step.rstrip("[]{}")
    found = member(values, name)
    if found is None:
        return
    for value in _expand(found, step.removeprefix(name), path):
        if rest:
            yield from _values(_mapping(value, path), rest)
        elif value is not None:
            yield value


def _expand(value: Any, suffix: str, path: str) -> Iterator[Any]:
    if suffix == "":
        yield value
    elif suffix == "[]":
        yield from _elements(value, path)
    else:
        for key, content in _mapping(value, path).items():
            contents = _elements(content, path) if suffix == "{}[]" else [content]
            for element in contents:
                yield {**_mapping(element, path), ELEMENT: text_of(key, path)}


def _elements(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise AmbiguousRequest(f"The parameter {path} must be a list.")
    if len(value) > _MAX_ELEMENTS:
        raise AmbiguousRequest(f"The parameter {path} has more than {_MAX_ELEMENTS} elements.")
    return value


def _mapping(value: Any, path: str) -> Values:
    if not isinstance(value, dict):
        raise AmbiguousRequest(f"The parameter {path} must be a structure.")
    return value
