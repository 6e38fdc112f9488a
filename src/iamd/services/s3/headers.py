"""The headers of a request that bear on permissions, refused where their meaning is not certain."""

from collections.abc import Mapping
from typing import Final

from iamd.services.override_headers import OVERRIDE_HEADERS, refuse_override_headers
from iamd.services.s3.operations import PERMISSION_HEADERS, Operation
from iamd.services.service_request import AmbiguousRequest, UnmappedRequest

_UNSUPPORTED_HEADERS: Final[Mapping[str, str]] = {
    "x-amz-account-id": "S3 Control (access points, jobs, Storage Lens …) is not supported.",
    "x-amz-outpost-id": "S3 on Outposts is not supported.",
    "x-amz-request-route": "S3 Object Lambda is not supported.",
    "x-amz-s3session-token": "Sessions of S3 Express are not supported.",
    "x-minio-extract": "Objects inside archives (MinIO) are not supported.",
    "x-minio-force-create": "Force-creating buckets (MinIO) is not supported.",
    "x-minio-force-delete": "Deleting buckets with their objects (MinIO) is not supported.",
    "x-minio-source-replication-request": "Replication requests (MinIO) are not supported.",
}
# The values of AWS's API. Another one, or the same in another case, may mean the same to a program and not to
# the policy that forbids it.
_BOOLEANS: Final = frozenset({"true", "false"})
_STATUSES: Final = frozenset({"ON", "OFF"})
ALLOWED_VALUES: Final[Mapping[str, frozenset[str]]] = {
    "x-amz-acl": frozenset(
        {
            "private",
            "public-read",
            "public-read-write",
            "authenticated-read",
            "aws-exec-read",
            "bucket-owner-read",
            "bucket-owner-full-control",
        }
    ),
    "x-amz-bucket-namespace": frozenset({"account-regional", "global"}),
    "x-amz-bucket-object-lock-enabled": _BOOLEANS,
    "x-amz-bypass-governance-retention": _BOOLEANS,
    "x-amz-metadata-directive": frozenset({"COPY", "REPLACE"}),
    "x-amz-object-annotation-directive": frozenset({"COPY", "EXCLUDE"}),
    "x-amz-object-lock-event-hold": _STATUSES,
    "x-amz-object-lock-legal-hold": _STATUSES,
    "x-amz-object-lock-mode": frozenset({"GOVERNANCE", "COMPLIANCE"}),
    "x-amz-object-ownership": frozenset({"BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"}),
    "x-amz-server-side-encryption": frozenset({"AES256", "aws:backup", "aws:fsx", "aws:kms", "aws:kms:dsse"}),
    "x-amz-server-side-encryption-customer-algorithm": frozenset({"AES256"}),
    "x-amz-tagging-directive": frozenset({"COPY", "REPLACE"}),
}
# Their values have no comma; one with a comma was sent twice, and programs differ in which one they take.
_SINGLE_VALUES: Final = frozenset(
    {
        "x-amz-copy-source",
        "x-amz-object-lock-event-hold-duration-days",
        "x-amz-object-lock-event-hold-duration-years",
        "x-amz-object-lock-retain-until-date",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-storage-class",
        "x-amz-tagging",
    }
)
# Web frameworks that follow CGI take underscores for hyphens.
_UNDERSCORE_HEADERS: Final = frozenset(
    header.replace("-", "_") for header in (*PERMISSION_HEADERS, *ALLOWED_VALUES, *_SINGLE_VALUES)
)
_REFUSED_HEADERS: Final = OVERRIDE_HEADERS | _UNSUPPORTED_HEADERS.keys() | _UNDERSCORE_HEADERS


def refuse_headers(headers: Mapping[str, str]) -> None:
    """Refuse what must not be in any request."""
    if not _REFUSED_HEADERS.isdisjoint(headers):
        _raise_for(next(header for header in headers if header in _REFUSED_HEADERS))


def _raise_for(header: str) -> None:
    if header in _UNSUPPORTED_HEADERS:
        raise UnmappedRequest(_UNSUPPORTED_HEADERS[header])
    refuse_override_headers({header: ""})
    raise AmbiguousRequest(f"The header {header} is spelled with underscores; send hyphens.")


def permission_headers(operation: Operation, headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that bear on the permissions for an operation.

    Headers that would need a permission with another operation are refused; what else an operation does not
    take is ignored, as by AWS.
    """
    if not PERMISSION_HEADERS.isdisjoint(headers):
        _refuse_stray_headers(operation, headers)
    relevant = {header: headers[header] for header in headers if header in operation.headers}
    for header, value in relevant.items():
        _check_value(header, value)
    return relevant


def _refuse_stray_headers(operation: Operation, headers: Mapping[str, str]) -> None:
    for header in headers:
        if header in PERMISSION_HEADERS and header not in operation.headers:
            raise AmbiguousRequest(f"The header {header} has no meaning for {operation.name}.")


def _check_value(header: str, value: str) -> None:
    allowed = ALLOWED_VALUES.get(header)
    if allowed is not None and value not in allowed:
        raise AmbiguousRequest(f"The value of {header} must be one of: {', '.join(sorted(allowed))}.")
    if header in _SINGLE_VALUES and "," in value:
        raise AmbiguousRequest(f"The header {header} has more than one value.")
