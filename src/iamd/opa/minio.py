"""What the policy plugins of MinIO and RustFS ask: actions, buckets and conditions in the words of S3.

Sources: minio's "Access Management Plugin Guide", and crates/policy/src/policy/opa.rs of rustfs.
"""

import re
from typing import Any, NamedTuple

from iamd.opa import s3_conditions
from iamd.opa.question import Question, ask, read_object, read_text
from iamd.services.service_request import RequiredPermission, UnmappedRequest
from iamd.wire.json_body import Json

_ACTION = re.compile(r"[a-z][a-z0-9-]{0,31}:[A-Za-z0-9]{1,128}", re.ASCII)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _Access(NamedTuple):
    account: str
    claims: Any
    action: str
    bucket: str
    key: str
    conditions: Json


def read_minio(values: Json, account_id: str) -> list[Question]:
    """Return the question of MinIO's input."""
    return _questions(
        _Access(
            read_text(values, "account"),
            values.get("claims"),
            read_text(values, "action"),
            read_text(values, "bucket"),
            read_text(values, "object"),
            read_object(values, "conditions"),
        ),
        account_id,
    )


def read_rustfs(values: Json, account_id: str) -> list[Question]:
    """Return the question of RustFS's input."""
    identity, resource = read_object(values, "identity"), read_object(values, "resource")
    return _questions(
        _Access(
            read_text(identity, "account"),
            identity.get("claims"),
            read_text(values, "action"),
            read_text(resource, "bucket"),
            read_text(resource, "object"),
            read_object(read_object(values, "context"), "conditions"),
        ),
        account_id,
    )


def _questions(access: _Access, account_id: str) -> list[Question]:
    return [ask(access.account, account_id, lambda: [_permission(access)])]


def _permission(access: _Access) -> RequiredPermission:
    """Return the permission; UnmappedRequest for credentials that are derived from those of a user.

    The store's users choose names for the keys that they derive: `account` may be the name of another user,
    and a session policy is in the claims.
    """
    if access.claims:
        raise UnmappedRequest("Temporary credentials and service accounts of the store cannot be decided on.")
    return RequiredPermission(_action(access), _arn(access), s3_conditions.read(access.conditions))


def _action(access: _Access) -> str:
    if not _ACTION.fullmatch(access.action):
        raise UnmappedRequest("The action is not one of a service.")
    return access.action


def _arn(access: _Access) -> str:
    if not access.bucket and not access.key:
        return "*"
    if not _BUCKET.fullmatch(access.bucket) or _CONTROL.search(access.key):
        raise UnmappedRequest("The name of the bucket or the object is not valid.")
    return f"arn:aws:s3:::{access.bucket}" + (f"/{access.key}" if access.key else "")
