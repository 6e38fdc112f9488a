"""JSON bodies, member by member: each function names what is missing or wrong in a MalformedInput."""

from collections.abc import Mapping
from typing import Any, TypeGuard

import orjson

from iamd.core.errors import MalformedInput

Json = Mapping[str, Any]

_NO_MEMBERS: Json = {}


def parse_object(body: bytes) -> Json:
    """Parse a body that must be a JSON object."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedInput("The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise MalformedInput("The body must be a JSON object.")
    return value


def as_object(value: Any, what: str) -> Json:
    """Return a value that must be an object; `what` names it in the message."""
    if not isinstance(value, dict):
        raise MalformedInput(f"{what} is required and must be an object.")
    return value


def require_object(values: Json, name: str) -> Json:
    """Return a member that must be an object."""
    return as_object(values.get(name), name)


def find_object(values: Json, name: str, prefix: str = "") -> Json:
    """Return a member that is an object; empty if it is absent or null. `prefix` begins the message."""
    value = values.get(name)
    if value is None:
        return _NO_MEMBERS
    if not isinstance(value, dict):
        raise MalformedInput(f"{prefix}{name} must be an object.")
    return value


def is_text(value: Any, max_length: int) -> TypeGuard[str]:
    """Return whether a value is text of 1 to `max_length` characters."""
    return isinstance(value, str) and 0 < len(value) <= max_length


def require_text(values: Json, name: str, max_length: int, prefix: str = "") -> str:
    """Return a member that must be text, and not empty; `prefix` begins the message."""
    value = values.get(name)
    if not is_text(value, max_length):
        raise MalformedInput(
            f"{prefix}{name} is required and must be text of {max_length} characters at most."
        )
    return value
