"""The permissions that a request to S3 needs.

Known differences from AWS, since the request does not tell: `iam:PassRole` for the role of a replication
configuration, `s3:TagResource` for the tags of a new bucket, the output location of `RestoreObject` and
permissions for KMS keys are not among them.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from iamd.services.s3.addressing import Address, check_key, locate
from iamd.services.s3.condition_keys import content_values, request_values, values_for
from iamd.services.s3.copy_source import CopySource, parse_copy_source
from iamd.services.s3.headers import permission_headers, refuse_headers
from iamd.services.s3.operations import COPY_SOURCE, Level, Operation
from iamd.services.s3.query import parse_query
from iamd.services.s3.selection import select_operation
from iamd.services.service_request import (
    AmbiguousRequest,
    ConditionKeyValues,
    RequiredPermission,
    ServiceRequest,
)

# What ListBuckets acts on: policies in AWS's own walkthroughs name it, and `*` matches it too.
_ALL_BUCKETS: Final = "arn:aws:s3:::*"
# With these values, AWS demands no further permission (API reference: CreateBucket, DeleteObject). An object
# is private without the header, too: the permissions that docker-registry documents do not include its ACL.
_WITHOUT_EFFECT: Final = frozenset(
    {
        ("CopyObject", "x-amz-acl", "private"),
        ("CreateBucket", "x-amz-acl", "private"),
        ("CreateMultipartUpload", "x-amz-acl", "private"),
        ("CreateBucket", "x-amz-bucket-object-lock-enabled", "false"),
        ("DeleteObject", "x-amz-bypass-governance-retention", "false"),
        ("PutObject", "x-amz-acl", "private"),
        ("PutObjectRetention", "x-amz-bypass-governance-retention", "false"),
    }
)
# SeaweedFS keeps `a` and `a/` in one place: a copy of `a/` is one of `a`, as are its tags and its deletion.
# These operations tell them apart, so that whoever may use `a/*` may also create the folder `a/`.
_DISTINGUISHES_FOLDERS: Final = frozenset({"GetObject", "HeadObject", "PutObject"})
_NO_PARAMETERS: Final[Mapping[str, str]] = {}
_DELETE_OBJECTS: Final = select_operation("POST", "bucket", {"delete": ""}, {})


class S3Request(NamedTuple):
    """What a request does, in AWS's terms. `path` is its percent-encoded path in path style.

    `keys_in_body`: the operation is DeleteObjects and `permissions` is empty; `deletion_permissions` returns
    those for an object in the body.
    """

    operation: str
    bucket: str | None
    key: str | None
    path: str
    permissions: tuple[RequiredPermission, ...]
    keys_in_body: bool = False


class _Parts(NamedTuple):
    """A request taken apart. `headers` are those that bear on the permissions for the operation."""

    operation: Operation
    address: Address
    parameters: Mapping[str, str]
    headers: Mapping[str, str]


def required_permissions(request: ServiceRequest, base_hosts: Collection[str]) -> S3Request:
    """Return the permissions that a request needs: all of them.

    `base_hosts` are the hosts below which the store takes the first labels for a bucket. Raise
    AmbiguousRequest if a store might serve another operation or object than the one that is decided on,
    UnmappedRequest if it is not known what the request needs. The caller must refuse requests that have a
    header twice, since `headers` does not tell.
    """
    refuse_headers(request.headers)
    address = locate(request.path, request.headers, base_hosts)
    parameters = parse_query(request.query) if request.query else _NO_PARAMETERS
    operation = select_operation(request.method, _level(address), parameters, request.headers)
    headers = permission_headers(operation, request.headers)
    keys_in_body = operation is _DELETE_OBJECTS
    permissions = (
        ()
        if keys_in_body
        else tuple(
            _permissions(_Parts(operation, address, parameters, headers), content_values(request.headers))
        )
    )
    path = f"/{address.bucket}{request.path}" if address.in_host else request.path
    return S3Request(operation.name, address.bucket, address.key, path, permissions, keys_in_body)


def deletion_permissions(
    request: ServiceRequest, bucket: str, key: str, version_id: str | None
) -> tuple[RequiredPermission, ...]:
    """Return the permissions that one object in the body of a DeleteObjects request needs.

    They are those of DeleteObject (AWS's API reference, DeleteObjects). `version_id` is None if it has none.
    """
    if version_id == "":
        raise AmbiguousRequest("The body has an empty version ID.")
    parameters = _NO_PARAMETERS if version_id is None else {"versionId": version_id}
    operation = select_operation("DELETE", "object", parameters, {})
    headers = permission_headers(_DELETE_OBJECTS, request.headers)
    parts = _Parts(operation, Address(bucket, check_key(key, "body")), parameters, headers)
    return tuple(_permissions(parts, content_values(request.headers)))


def _level(address: Address) -> Level:
    if address.bucket is None:
        return "service"
    return "bucket" if address.key is None else "object"


def _permissions(parts: _Parts, content: ConditionKeyValues) -> Iterator[RequiredPermission]:
    source = _copy_source(parts)
    values = {**content, **request_values(parts.operation.name, parts.parameters, parts.headers)}
    if source is not None:
        values["s3:x-amz-copy-source"] = f"{source.bucket}/{source.key}"
        yield from _source_permissions(parts, source, content)
    for arn in _arns(parts.address, parts.operation.name):
        for action in _actions(parts):
            yield RequiredPermission(action, arn, values_for(action, values))


def _arns(address: Address, operation: str = "") -> tuple[str, ...]:
    """Return the resource; for a key with a final slash also that without it, if the store may mean it."""
    bucket, key, _ = address
    if key is None or not key.endswith("/") or operation in _DISTINGUISHES_FOLDERS:
        return (_arn(address),)
    return _arn(Address(bucket, key.removesuffix("/"))), _arn(address)


def _arn(address: Address) -> str:
    if address.bucket is None:
        return _ALL_BUCKETS
    resource = address.bucket if address.key is None else f"{address.bucket}/{address.key}"
    return f"arn:aws:s3:::{resource}"


def _actions(parts: _Parts) -> Mapping[str, None]:
    """Return the actions on the resource itself, each once."""
    operation, _, parameters, headers = parts
    actions = dict.fromkeys(operation.version_actions if "versionId" in parameters else operation.actions)
    for header, header_actions in operation.header_actions.items():
        if header in headers and (operation.name, header, headers[header]) not in _WITHOUT_EFFECT:
            actions |= dict.fromkeys(header_actions)
    if _copies_tags(parts):
        actions["s3:PutObjectTagging"] = None
    if _copies_annotations(parts):
        actions["s3:PutObjectAnnotation"] = None
    return actions


def _copy_source(parts: _Parts) -> CopySource | None:
    header = parts.headers.get(COPY_SOURCE)
    return None if header is None else parse_copy_source(header)


def _source_permissions(
    parts: _Parts, source: CopySource, content: ConditionKeyValues
) -> Iterator[RequiredPermission]:
    arns = _arns(Address(source.bucket, source.key))
    version = "" if source.version_id is None else "Version"
    values = content if source.version_id is None else {**content, "s3:versionid": source.version_id}
    suffixes = ("", "Tagging" * _copies_tags(parts), "Annotation" * _copies_annotations(parts))
    for suffix in dict.fromkeys(suffixes):
        action = f"s3:GetObject{version}{suffix}"
        for arn in arns:
            yield RequiredPermission(action, arn, values_for(action, values))


def _copies_tags(parts: _Parts) -> bool:
    """Tell whether a copy has its source's tags, which is the default.

    Reading and writing them needs permissions (AWS Knowledge Center, "s3-troubleshoot-copy-between-buckets").
    Whether the source has tags is not known here: AWS does not demand them if it has none.
    """
    if parts.operation.name != "CopyObject" or parts.headers.get("x-amz-tagging-directive") == "REPLACE":
        return False
    if "x-amz-tagging" in parts.headers:
        raise AmbiguousRequest(
            "The header x-amz-tagging has no effect without x-amz-tagging-directive: REPLACE."
        )
    return True


def _copies_annotations(parts: _Parts) -> bool:
    """Tell whether a copy explicitly has its source's annotations.

    On AWS it has them by default too. Other stores have no annotations, and policies for them no permission.
    """
    return parts.headers.get("x-amz-object-annotation-directive") == "COPY"
