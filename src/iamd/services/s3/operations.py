"""The operations of S3: how a request selects each, and the actions that it needs.

`operations.tsv` has them. Sources: botocore's model of S3 (methods, subresources, parameters, headers) and
AWS's "Required permissions for Amazon S3 API operations" (actions). Where the model has a request under two
names, one of them deprecated (`GetBucketLifecycle`), the table has the present one.
"""

import csv
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Final, Literal, NamedTuple, cast

Level = Literal["service", "bucket", "object"]
COPY_SOURCE: Final = "x-amz-copy-source"

_OBJECT_ACL: Final = (
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write-acp",
)
_BUCKET_ACL: Final = (*_OBJECT_ACL, "x-amz-grant-write")
_RETENTION: Final = (
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-lock-event-hold",
    "x-amz-object-lock-event-hold-duration-days",
    "x-amz-object-lock-event-hold-duration-years",
)
# What the table abbreviates.
_HEADER_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "@bucket-acl": _BUCKET_ACL,
    "@conditions": ("if-match", "if-none-match"),
    "@upload": (
        *_OBJECT_ACL,
        *_RETENTION,
        "x-amz-object-lock-legal-hold",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-storage-class",
        "x-amz-tagging",
        "x-amz-website-redirect-location",
    ),
}
# Headers with which an operation needs further actions on the same resource.
_HEADER_ACTIONS: Final[Mapping[Level, Mapping[str, tuple[str, ...]]]] = {
    "service": {},
    "bucket": {
        **dict.fromkeys(_BUCKET_ACL, ("PutBucketAcl",)),
        "x-amz-bucket-object-lock-enabled": ("PutBucketObjectLockConfiguration", "PutBucketVersioning"),
        "x-amz-object-ownership": ("PutBucketOwnershipControls",),
    },
    "object": {
        **dict.fromkeys(_OBJECT_ACL, ("PutObjectAcl",)),
        **dict.fromkeys(_RETENTION, ("PutObjectRetention",)),
        "x-amz-bypass-governance-retention": ("BypassGovernanceRetention",),
        "x-amz-object-lock-legal-hold": ("PutObjectLegalHold",),
        "x-amz-tagging": ("PutObjectTagging",),
    },
}
# Refused with an operation that does not take them: another program might take them.
PERMISSION_HEADERS: Final = frozenset(
    {COPY_SOURCE, "x-amz-rename-source", *_HEADER_ACTIONS["bucket"], *_HEADER_ACTIONS["object"]}
)
# What any request may have in its query without a bearing on permissions: the parameters of presigned URLs,
# and what SDKs add. Source: AWS, "Authenticating Requests: Using Query Parameters", and the JavaScript SDK.
COMMON_PARAMETERS: Final = frozenset(
    {
        "X-Amz-Algorithm",
        "X-Amz-Content-Sha256",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
        "x-amz-checksum-crc32",
        "x-amz-checksum-mode",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-user-agent",
        "x-id",
    }
)
# The value of the parameter that selects an operation; any value, or else an empty one.
_SUBRESOURCE_VALUES: Final[Mapping[str, str | None]] = {"list-type": "2", "uploadId": None}


class Operation(NamedTuple):
    """A row of the table.

    `subresource` is the query parameter that selects the operation, `variants` the parameters and headers
    that it must have besides. `version_actions` replace `actions` if the request has a `versionId`; without
    them it may have none. `parameters` are all that it may have; `headers` are those of its headers that bear
    on permissions.
    """

    name: str
    method: str
    level: Level
    subresource: str
    subresource_value: str | None
    variants: tuple[str, ...]
    actions: tuple[str, ...]
    version_actions: tuple[str, ...]
    parameters: frozenset[str]
    headers: frozenset[str]
    header_actions: Mapping[str, tuple[str, ...]]
    refusal: str


def _read_table() -> Iterator[Operation]:
    with files(__package__).joinpath("operations.tsv").open(encoding="utf-8") as lines:
        yield from map(_operation, csv.DictReader(lines, delimiter="\t"))


def _operation(row: Mapping[str, str]) -> Operation:
    level = cast("Level", row["level"])
    headers = frozenset(_expand(row["headers"].split()))
    subresource = row["subresource"]
    return Operation(
        row["name"],
        row["method"],
        level,
        subresource,
        _SUBRESOURCE_VALUES.get(subresource, ""),
        tuple(row["variants"].split()),
        _actions(row["actions"]),
        _actions(row["version_actions"]),
        frozenset(_parameters(row)),
        headers,
        {} if subresource == "acl" else _with_keys(_HEADER_ACTIONS[level], headers),
        row["refusal"],
    )


def _actions(names: str) -> tuple[str, ...]:
    return tuple(f"s3:{name}" for name in names.split())


def _expand(headers: list[str]) -> Iterator[str]:
    for header in headers:
        yield from _HEADER_GROUPS.get(header, (header,))


def _parameters(row: Mapping[str, str]) -> Iterator[str]:
    yield from COMMON_PARAMETERS
    yield from row["parameters"].split()
    yield from row["variants"].split()
    if row["subresource"]:
        yield row["subresource"]
    if row["version_actions"]:
        yield "versionId"


def _with_keys(
    actions: Mapping[str, tuple[str, ...]], headers: frozenset[str]
) -> Mapping[str, tuple[str, ...]]:
    return {header: _actions(" ".join(names)) for header, names in actions.items() if header in headers}


OPERATIONS: Final = tuple(_read_table())
