"""JSON that every program reads to the same value (RFC 8259, section 4: names should be unique)."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from iamd.services.service_request import AmbiguousRequest

_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")  # half a character, unless the other half follows


def parse_json(text: bytes, what: str) -> Any:
    """Return the value; AmbiguousRequest if it is not certain. `what` names the text in messages."""
    try:
        decoded = text.decode("utf-8")
        value = json.loads(decoded, object_pairs_hook=_object, parse_constant=_refuse_constant)
        if _SURROGATE.search(decoded):
            json.dumps(value, ensure_ascii=False).encode()
    except AmbiguousRequest as error:
        raise AmbiguousRequest(f"The {what} {error}.") from error
    except (ValueError, RecursionError) as error:
        raise AmbiguousRequest(f"The {what} is not valid JSON.") from error
    return value


def parse_body(body: bytes) -> dict[str, Any]:
    """Return the members of a body that must be an object; AmbiguousRequest if they are not certain."""
    value = parse_json(body, "body")
    if not isinstance(value, dict):
        raise AmbiguousRequest("The body must be an object.")
    return value


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise AmbiguousRequest(f"has the name {name[:64]} twice")
        values[name] = value
    return values


def _refuse_constant(constant: str) -> NoReturn:
    raise AmbiguousRequest(f"has the value {constant}, which is not JSON")
