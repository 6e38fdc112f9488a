"""Bucket policies through the decision point: read and changed by callers who may, in one transaction."""

from iamd.core.errors import NoSuchBucketPolicy
from iamd.domain import bucket_policies, policy_principals
from iamd.gate import resource_policies
from iamd.gate.decisions import Inquiry
from iamd.gate.resource_policies import ResourcePolicy
from iamd.store import resource_policies as stored_policies


def bucket_arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def find(inquiry: Inquiry, bucket: str) -> str | None:
    """Return a bucket's policy as it is evaluated, with principals as unique IDs."""
    return stored_policies.find(inquiry.tx, inquiry.account_id, bucket_arn(bucket))


def find_for(inquiry: Inquiry, resource_arn: str) -> ResourcePolicy | None:
    """Return the policy of the bucket that a resource belongs to; None for any other resource."""
    prefix = bucket_arn("")
    if not resource_arn.startswith(prefix):
        return None
    document = find(inquiry, resource_arn.removeprefix(prefix).partition("/")[0])
    return None if document is None else resource_policies.stored_policy(document)


def get(inquiry: Inquiry, bucket: str) -> str:
    """Return a bucket's policy with principals as ARNs; NoSuchBucketPolicy if it has none."""
    return policy_principals.to_arns(inquiry.tx, _require(inquiry, bucket))


def is_public(inquiry: Inquiry, bucket: str) -> bool:
    """Return whether a bucket's policy is public; NoSuchBucketPolicy if it has none."""
    return bucket_policies.is_stored_policy_public(_require(inquiry, bucket))


def put(inquiry: Inquiry, bucket: str, document: str) -> None:
    """Save a bucket's policy; the Fault of what is wrong with it."""
    stored_document = bucket_policies.validate_and_normalize(inquiry.tx, document, bucket)
    stored_policies.put(inquiry.tx, inquiry.account_id, bucket_arn(bucket), stored_document)


def delete(inquiry: Inquiry, bucket: str) -> None:
    """Delete a bucket's policy; no effect if it has none, as on S3."""
    stored_policies.delete(inquiry.tx, inquiry.account_id, bucket_arn(bucket))


def _require(inquiry: Inquiry, bucket: str) -> str:
    document = find(inquiry, bucket)
    if document is None:
        raise NoSuchBucketPolicy("The bucket policy does not exist")
    return document
