"""What clients are told if it is not certain which permissions their request needs."""

import contextlib
from collections.abc import Iterator

from iamd.core.errors import AccessDenied, MalformedInput
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest


class InvalidUri(MalformedInput):
    """Different programs would read the request differently."""

    code = "InvalidURI"


@contextlib.contextmanager
def mapping_faults() -> Iterator[None]:
    """Raise InvalidUri for an ambiguous request, and AccessDenied for one that is not mapped."""
    try:
        yield
    except AmbiguousRequest as error:
        raise InvalidUri(str(error)) from error
    except UnmappedRequest as error:
        raise AccessDenied(f"Access Denied: {error}") from error
