"""Condition keys of AuthZEN requests, from `properties` and `context`.

A name with a colon is a condition key as it is (`aws:SourceIp`, `s3:prefix`). Any other becomes a key of the
resource's service, with the entity it belongs to: `record:resource/status`, `record:subject/role`,
`record:action/soft`, `record:context/time`. Members of an object are joined by slashes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from iamd.core.errors import MalformedInput

ContextKeys = dict[str, str | tuple[str, ...]]

_MAX_VALUES = 200
_MAX_LENGTH = 16 * 1024  # of all values together: each is compared with all patterns of the policies
_MAX_DEPTH = 8
# What this server knows itself: a service cannot say otherwise.
_RESERVED_KEYS = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:resourceaccount",
        "aws:userid",
        "aws:username",
        "aws:tokenissuetime",
        "aws:sourceidentity",
        "aws:federatedprovider",
    }
)
_RESERVED_PREFIX = "aws:principal"


def read(values: Mapping[str, Any], service: str, entity: str) -> ContextKeys:
    """Return the condition keys of an entity's values; keys are in lower case.

    `entity` is `subject`, `action`, `resource` or `context`. Values are text; lists become lists of text, and
    null is an absent key. Raises MalformedInput for too many, too long or too deeply nested values, and for
    keys that the server itself supplies, or that are given twice, such as `Status` and `status`.
    """
    keys: ContextKeys = {}
    count = length = 0
    for name, value in _flatten(values, 0):
        count += 1 if isinstance(value, str) else 1 + len(value)
        length += len(name) + (len(value) if isinstance(value, str) else sum(map(len, value)))
        if count > _MAX_VALUES:
            raise MalformedInput(f"A request can have {_MAX_VALUES} properties in each entity.")
        if length > _MAX_LENGTH:
            raise MalformedInput(f"The properties of an entity can have {_MAX_LENGTH} characters.")
        key = (name if ":" in name else f"{service}:{entity}/{name}").lower()
        if key in _RESERVED_KEYS or key.startswith(_RESERVED_PREFIX):
            raise MalformedInput(f"{name} is known to this server and cannot be given in a request.")
        if key in keys:
            raise MalformedInput("A condition key is given twice.")
        keys[key] = value
    return keys


def _flatten(values: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    if depth > _MAX_DEPTH:
        raise MalformedInput("Properties are nested too deeply.")
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}/{inner}", text) for inner, text in _flatten(value, depth + 1))
        elif isinstance(value, list):
            yield name, tuple(_to_text(item) for item in value[: _MAX_VALUES + 1] if _is_scalar(item))
        elif value is not None:
            yield name, _to_text(value)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | bool | int | float)


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
