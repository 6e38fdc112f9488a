"""Removal of a bucket policy by the server's operator: the way out if it denies everything to everybody."""

from iamd.admin import operator_events
from iamd.core.records import Account
from iamd.store import resource_policies
from iamd.store.query import Tx


def delete_policy(tx: Tx, account: Account, bucket: str, timestamp: str) -> bool:
    """Delete a bucket's policy and write an audit event; return whether there was one.

    `timestamp` is ISO 8601 text.
    """
    arn = f"arn:aws:s3:::{bucket}"
    if resource_policies.find(tx, account.account_id, arn) is None:
        return False
    resource_policies.delete(tx, account.account_id, arn)
    operator_events.record(
        tx, account, "DeleteBucketPolicy", timestamp, source="s3.amazonaws.com", BucketName=bucket
    )
    return True
