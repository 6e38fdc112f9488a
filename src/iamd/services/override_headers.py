"""Headers with which some programs serve another method or path than the request line's.

A proxy that tells iamd the original request in one of them must remove it first.
"""

from collections.abc import Mapping
from typing import Final

from iamd.services.service_request import AmbiguousRequest

OVERRIDE_HEADERS: Final = frozenset(
    {
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-method",
        "x-original-uri",
        "x-original-url",
        "x-rewrite-url",
    }
)


def refuse_override_headers(headers: Mapping[str, str]) -> None:
    """Raise AmbiguousRequest if a header could change the method or path of the request."""
    if OVERRIDE_HEADERS.isdisjoint(headers):
        return
    header = next(header for header in headers if header in OVERRIDE_HEADERS)
    raise AmbiguousRequest(f"The header {header} could change the method or path of the request.")
