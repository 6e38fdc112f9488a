"""The condition keys of S3 that a request supplies, by action.

Source: AWS's service authorization reference, "Actions, resources, and condition keys for Amazon S3". Not
supplied, although the reference lists them:

- what is in the body: `s3:locationconstraint`, `s3:InventoryAccessibleOptionalFields`, the values that
  PutObjectTagging, PutObjectRetention, PutObjectLegalHold and UpdateObjectEncryption write;
- what only the store knows: `s3:ExistingObjectTag/…`, `s3:ResourceAccount`, `aws:ResourceTag/…`;
- what needs a clock: `s3:object-lock-remaining-retention-days`;
- what the caller of this package knows: `s3:authType`, `s3:signatureAge`, `s3:signatureversion`,
  `s3:TlsVersion`.
"""

from collections.abc import Mapping
from typing import Final

from iamd.services.s3.query import parse_tagging
from iamd.services.service_request import ConditionKeyValues

_CONTENT: Final = "s3:x-amz-content-sha256"
_TAG_KEYS: Final = "s3:requestobjecttagkeys"
_VERSION: Final = frozenset({_CONTENT, "s3:versionid"})
_LISTING: Final = frozenset({_CONTENT, "s3:prefix", "s3:delimiter", "s3:max-keys"})
_ACL: Final = frozenset(
    {
        _CONTENT,
        "s3:x-amz-acl",
        "s3:x-amz-grant-full-control",
        "s3:x-amz-grant-read",
        "s3:x-amz-grant-read-acp",
        "s3:x-amz-grant-write",
        "s3:x-amz-grant-write-acp",
    }
)
_BYPASS: Final = _ACL | {
    _TAG_KEYS,
    "s3:x-amz-copy-source",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-server-side-encryption-customer-algorithm",
    "s3:x-amz-storage-class",
    "s3:x-amz-website-redirect-location",
}
_RETENTION: Final = frozenset(
    {
        _CONTENT,
        "s3:object-lock-event-hold",
        "s3:object-lock-event-hold-duration-days",
        "s3:object-lock-mode",
        "s3:object-lock-retain-until-date",
    }
)
_ANNOTATION_LISTING: Final = frozenset({_CONTENT, "s3:annotation-prefix", "s3:max-annotation-results"})
_ANNOTATION_WRITE: Final = frozenset({_CONTENT, "s3:x-amz-object-if-match"})

# The keys of actions that have others than `s3:x-amz-content-sha256`.
_ACTION_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "s3:BypassGovernanceRetention": _BYPASS,
    "s3:CreateBucket": _ACL | {"s3:x-amz-bucket-namespace", "s3:x-amz-object-ownership"},
    "s3:DeleteObject": frozenset({_CONTENT, "s3:if-match"}),
    "s3:DeleteObjectAnnotation": _ANNOTATION_WRITE,
    "s3:DeleteObjectVersion": _VERSION,
    "s3:DeleteObjectVersionAnnotation": _ANNOTATION_WRITE | _VERSION,
    "s3:DeleteObjectVersionTagging": _VERSION,
    "s3:GetBucketObjectLockConfiguration": frozenset(),
    "s3:GetObjectVersion": _VERSION,
    "s3:GetObjectVersionAcl": _VERSION,
    "s3:GetObjectVersionAnnotation": _VERSION,
    "s3:GetObjectVersionAttributes": _VERSION,
    "s3:GetObjectVersionTagging": _VERSION,
    "s3:GetObjectVersionTorrent": _VERSION,
    "s3:ListBucket": _LISTING,
    "s3:ListBucketVersions": _LISTING,
    "s3:ListObjectAnnotations": _ANNOTATION_LISTING,
    "s3:ListObjectVersionAnnotations": _ANNOTATION_LISTING | _VERSION,
    "s3:PutBucketAcl": _ACL,
    "s3:PutBucketObjectLockConfiguration": frozenset(),
    "s3:PutObject": _BYPASS
    | _RETENTION
    | {
        "s3:if-match",
        "s3:if-none-match",
        "s3:object-lock-legal-hold",
        "s3:objectcreationoperation",
        "s3:x-amz-object-annotation-directive",
    },
    "s3:PutObjectAcl": _ACL | {"s3:x-amz-storage-class"},
    "s3:PutObjectAnnotation": _ANNOTATION_WRITE,
    "s3:PutObjectLegalHold": frozenset({_CONTENT, "s3:object-lock-legal-hold"}),
    "s3:PutObjectRetention": _RETENTION,
    "s3:PutObjectTagging": frozenset({_CONTENT, _TAG_KEYS}),
    "s3:PutObjectVersionAcl": _ACL | _VERSION | {"s3:x-amz-storage-class"},
    "s3:PutObjectVersionAnnotation": _ANNOTATION_WRITE | _VERSION,
    "s3:PutObjectVersionTagging": _VERSION | {_TAG_KEYS},
    "s3:UpdateObjectEncryption": frozenset(
        {
            _CONTENT,
            "s3:x-amz-server-side-encryption",
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
        }
    ),
}
_OTHER_ACTION_KEYS: Final = frozenset({_CONTENT})
# A parameter that is absent supplies no key, one without a value the empty text. AWS's walkthrough
# "Controlling access to a bucket with user policies" (steps 4.2 and 5.3) distinguishes both: a condition that
# `s3:prefix` equal the empty text demands the parameter, and `Null` tells whether it is there.
_PARAMETER_KEYS: Final[Mapping[str, str]] = {
    "annotation-prefix": "s3:annotation-prefix",
    "delimiter": "s3:delimiter",
    "max-annotation-results": "s3:max-annotation-results",
    "max-keys": "s3:max-keys",
    "prefix": "s3:prefix",
    "versionId": "s3:versionid",
}
# AWS, "Enforce conditional writes on Amazon S3 buckets": beginning an upload and its parts create no object.
_CREATES_OBJECT: Final[Mapping[str, str]] = {
    "CompleteMultipartUpload": "true",
    "CopyObject": "true",
    "CreateMultipartUpload": "false",
    "PutObject": "true",
    "UploadPart": "false",
    "UploadPartCopy": "false",
}


def content_values(headers: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """Return the key that nearly every action has: the hash of the body or `UNSIGNED-PAYLOAD`."""
    value = headers.get("x-amz-content-sha256")
    return {} if value is None else {_CONTENT: value}


def request_values(
    operation: str, parameters: Mapping[str, str], headers: Mapping[str, str]
) -> dict[str, str | tuple[str, ...]]:
    """Return all values of a request, to be narrowed to an action by `values_for`.

    `headers` are those that the operation takes. The source of a copy is as in the header, not yet parsed.
    """
    values: dict[str, str | tuple[str, ...]] = {
        _PARAMETER_KEYS[name]: parameters[name] for name in parameters if name in _PARAMETER_KEYS
    }
    if operation in _CREATES_OBJECT:
        values["s3:objectcreationoperation"] = _CREATES_OBJECT[operation]
    for header in headers:
        if header == "x-amz-tagging":
            values |= _tag_values(headers[header])
        else:
            values[_header_key(header)] = headers[header]
    return values


def _tag_values(tagging: str) -> dict[str, str | tuple[str, ...]]:
    tags = parse_tagging(tagging)
    values: dict[str, str | tuple[str, ...]] = {_TAG_KEYS: tuple(tags)} if tags else {}
    return values | {_tag_key(name): value for name, value in tags.items()}


def _tag_key(name: str) -> str:
    return f"s3:requestobjecttag/{name.lower()}"


def _header_key(header: str) -> str:
    return f"s3:{header.removeprefix('x-amz-') if header.startswith('x-amz-object-lock-') else header}"


def values_for(action: str, values: ConditionKeyValues) -> ConditionKeyValues:
    """Select the values of the keys that AWS's reference lists for an action."""
    keys = _ACTION_KEYS.get(action, _OTHER_ACTION_KEYS)
    has_tags = _TAG_KEYS in keys
    return {
        key: value
        for key, value in values.items()
        if key in keys or (has_tags and key.startswith("s3:requestobjecttag/"))
    }
