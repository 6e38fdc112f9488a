"""The query of a request, refused where programs would see different parameters in it."""

import re
from collections.abc import Mapping
from typing import Final

from iamd.services.encoding import decode_query_value
from iamd.services.s3.addressing import check_prefix
from iamd.services.service_request import AmbiguousRequest

_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_NUMBER: Final = re.compile(r"[0-9]+")
# Condition keys compare them as numbers.
_NUMERIC_PARAMETERS: Final = frozenset({"max-keys", "max-annotation-results"})
# Stores use IDs in paths of their own, and where keys begin.
_ID: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,1024}")
_ID_PARAMETERS: Final = frozenset({"uploadId", "versionId"})
_KEY_PARAMETERS: Final = frozenset({"key-marker", "marker", "prefix", "start-after"})
# Some programs take such a parameter with an empty value for absent and serve another operation.
_PARAMETERS_WITH_VALUE: Final = frozenset({"annotationName", "id", "partNumber", "uploadId", "versionId"})


def parse_query(query: str) -> Mapping[str, str]:
    """Return the values by name; empty for a parameter without a value."""
    parameters: dict[str, str] = {}
    for pair in query.split("&") if query else ():
        name, _, encoded_value = pair.partition("=")
        _check_name(name, parameters)
        value = decode_query_value(encoded_value, name) if encoded_value else ""
        _check_value(name, value)
        parameters[name] = value
    return parameters


def _check_name(name: str, parameters: Mapping[str, str]) -> None:
    if not _NAME.fullmatch(name):
        raise AmbiguousRequest(
            "The name of a query parameter is empty or has characters other than letters, digits and hyphens."
        )
    if name in parameters:
        raise AmbiguousRequest(f"The query parameter {name} is given twice.")


def _check_value(name: str, value: str) -> None:
    if not value and name in _PARAMETERS_WITH_VALUE:
        raise AmbiguousRequest(f"The query parameter {name} has no value.")
    if name in _KEY_PARAMETERS:
        check_prefix(value, f"parameter {name}")
    if name in _ID_PARAMETERS and (".." in value or not _ID.fullmatch(value)):
        raise AmbiguousRequest(f"The query parameter {name} is not an ID.")
    if name in _NUMERIC_PARAMETERS and not _NUMBER.fullmatch(value):
        raise AmbiguousRequest(f"The query parameter {name} is not a number.")


def parse_tagging(header: str) -> Mapping[str, str]:
    """Parse the header `x-amz-tagging`, which is encoded like a query.

    Condition keys do not distinguish case, so tag keys that differ in nothing else cannot be decided on.
    """
    tags: dict[str, str] = {}
    for pair in header.split("&") if header else ():
        encoded_key, _, encoded_value = pair.partition("=")
        key = decode_query_value(encoded_key, "x-amz-tagging")
        if not key or key.lower() in (other.lower() for other in tags):
            raise AmbiguousRequest("The header x-amz-tagging has a tag key that is empty or given twice.")
        tags[key] = decode_query_value(encoded_value, "x-amz-tagging")
    return tags
