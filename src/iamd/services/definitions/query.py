"""The query of a request to a service of one's own."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote_to_bytes

from iamd.services.encoding import decode_query_value
from iamd.services.service_request import AmbiguousRequest

_INVALID_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def parse_query(query: str, names: Collection[str]) -> dict[str, str]:
    """Return the values of the parameters `names`, empty for a parameter without a value.

    Raises AmbiguousRequest if programs could find other values of them. Other parameters may be anything.
    """
    if ";" in query or "#" in query:
        raise AmbiguousRequest("The query has a semicolon or a number sign; send %3B or %23.")
    values: dict[str, str] = {}
    lower_names = {name.lower() for name in names}
    for pair in query.split("&") if query else ():
        encoded_name, _, encoded_value = pair.partition("=")
        name = _find_name(encoded_name, names, lower_names)
        if name in values:
            raise AmbiguousRequest(f"The query parameter {name} is given twice.")
        if name is not None:
            values[name] = decode_query_value(encoded_value, name)
    return values


def _find_name(encoded_name: str, names: Collection[str], lower_names: set[str]) -> str | None:
    """Return which of the parameters it is.

    Some programs neglect case, and white space around a name, or make a list of `name[]` and `name[0]`; PHP
    reads dots and spaces as underscores.
    """
    if _INVALID_ESCAPE.search(encoded_name):
        raise AmbiguousRequest("The query has a percent sign without two hexadecimal digits; send %25.")
    name = unquote_to_bytes(encoded_name.replace("+", " ")).decode(errors="replace")
    if name in names:
        return name
    similar = name.strip("\0 \t\r\n").lower()
    base = similar.partition("[")[0]
    if not lower_names.isdisjoint((similar, base, re.sub(r"[. ]", "_", base))):
        raise AmbiguousRequest(f"The query parameter {base} must be spelled as in the service's definition.")
    return None
