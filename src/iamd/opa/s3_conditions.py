"""Condition keys of S3 requests, as MinIO and its heirs tell them: without prefixes, mixed with headers.

What the store knows itself has a name in the case that no header has there (`SourceIp`). A query parameter
of that name would add a value, so such a key must have one value.
"""

from collections.abc import Iterator
from typing import Any

from iamd.core.errors import MalformedInput
from iamd.services.service_request import ConditionKeyValues, UnmappedRequest
from iamd.wire.json_body import Json

_STORE_KEYS = {
    "SourceIp": "aws:sourceip",
    "SecureTransport": "aws:securetransport",
    "UserAgent": "aws:useragent",
    "Referer": "aws:referer",
    "authType": "s3:authtype",
    "signatureversion": "s3:signatureversion",
    "signatureAge": "s3:signatureage",
}
# Parameters and headers of requests, in any case. Their keys have the prefix `s3:`.
_REQUEST_KEYS = frozenset(
    {
        "delimiter",
        "if-match",
        "if-none-match",
        "locationconstraint",
        "max-keys",
        "object-lock-legal-hold",
        "object-lock-mode",
        "object-lock-remaining-retention-days",
        "object-lock-retain-until-date",
        "prefix",
        "versionid",
        "x-amz-acl",
        "x-amz-content-sha256",
        "x-amz-copy-source",
        "x-amz-grant-full-control",
        "x-amz-grant-read",
        "x-amz-grant-read-acp",
        "x-amz-grant-write",
        "x-amz-grant-write-acp",
        "x-amz-metadata-directive",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-storage-class",
        "x-amz-website-redirect-location",
    }
)
_TAG_KEYS, _TAG_PREFIX = "requestobjecttagkeys", "requestobjecttag/"
_ABSENT_IF_EMPTY = frozenset({"aws:referer", "s3:versionid"})


def read(conditions: Json) -> ConditionKeyValues:
    """Return the condition keys of a request; UnmappedRequest if one has two values, or two names."""
    keys: dict[str, str | tuple[str, ...]] = {}
    for key, values in _known(conditions):
        value = values if key == f"s3:{_TAG_KEYS}" else values[0]
        if key in keys or (len(values) > 1 and value is not values):
            raise UnmappedRequest(f"The condition key {key} has more than one value.")
        if value or key not in _ABSENT_IF_EMPTY:
            keys[key] = value
    return keys


def _known(conditions: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in conditions.items():
        key = _STORE_KEYS.get(name) or _request_key(name.lower())
        values = _texts(value) if key else ()
        if key and values:
            yield key, values


def _request_key(name: str) -> str | None:
    is_known = name in _REQUEST_KEYS or name == _TAG_KEYS or name.startswith(_TAG_PREFIX)
    return f"s3:{name}" if is_known else None


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in values):
        raise MalformedInput("input: conditions must be lists of text.")
    return tuple(values)
