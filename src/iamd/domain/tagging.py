"""Tagging rules that every taggable resource shares ("Rules for tagging" in the IAM user guide)."""

from collections.abc import Callable

from iamd.core.errors import InvalidInput
from iamd.core.records import Tags
from iamd.framework.call import Call
from iamd.framework.operation import Params, PermissionCheck, Target
from iamd.store import quotas, tags


def tagging_checks(action: str) -> Callable[[Call, Target, Params], list[PermissionCheck]]:
    """Return extra checks that also require a tagging action if a resource is created with tags."""

    def checks(_call: Call, target: Target, params: Params) -> list[PermissionCheck]:
        return [PermissionCheck(action, target.arn)] if params.get("tags") else []

    return checks


def add_tags(call: Call, resource_id: str, new_tags: Tags, quota: str) -> None:
    """Add tags to a resource, replacing the values of existing keys.

    Raises InvalidInput for duplicate keys or keys reserved for AWS, and LimitExceeded beyond the named quota.
    """
    keys = [tag.key.lower() for tag in new_tags]
    if len(set(keys)) < len(keys):
        raise InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in keys):
        raise InvalidInput("Tag keys that begin with aws: are reserved for AWS use.")
    tags.put(call.tx, call.account_id, resource_id, new_tags)
    count = len(tags.list_for_resource(call.tx, call.account_id, resource_id))
    quotas.enforce(call.tx, call.account_id, quota, count)
