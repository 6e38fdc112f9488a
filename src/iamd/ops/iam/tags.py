"""Tags: the same three operations for everything that has tags."""

from collections.abc import Callable

from iamd.core import quotas
from iamd.core.errors import InvalidInput
from iamd.core.records import MfaDevice, Policy, Tag, Tags, User
from iamd.ops import keys, targets
from iamd.ops.call import Call
from iamd.ops.iam.documents import require_own
from iamd.ops.operation import Ask, Params, Reply, Target, operation
from iamd.store import paging, tags
from iamd.store.paging import Cut


def when_tagging(action: str) -> Callable[[Call, Target, Params], list[Ask]]:
    """Ask for the tagging action as well when something is created with tags."""

    def also(_call: Call, target: Target, params: Params) -> list[Ask]:
        return [Ask(action, target.arn)] if params.get("tags") else []

    return also


def put(call: Call, resource_id: str, added: Tags, quota: str) -> None:
    """Add tags; InvalidInput for keys that repeat or are AWS's, LimitExceeded beyond the quota."""
    lowered = [tag.key.lower() for tag in added]
    if len(set(lowered)) < len(lowered):
        raise InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in lowered):
        raise InvalidInput("Tag keys that begin with aws: are reserved for AWS use.")
    tags.put(call.tx, call.account_id, resource_id, added)
    quotas.admit(quota, len(tags.of(call.tx, call.account_id, resource_id)))


def _listed(call: Call, resource_id: str, asked: Cut) -> Reply:
    held = tags.of(call.tx, call.account_id, resource_id)
    found = paging.names(held, asked, lambda tag: tag.key)
    return {"Tags": found.items, **found.rest()}


@operation("iam", on=targets.USER, keys=(keys.TAGGING,))
def tag_user(call: Call, user: User, tags: list[dict[str, str]]) -> Reply:
    put(call, user.user_id, tuple(Tag(**tag) for tag in tags), "TagsPerUser")
    return None


@operation("iam", on=targets.USER, keys=(keys.UNTAGGING,))
def untag_user(call: Call, user: User, tag_keys: list[str]) -> Reply:
    tags.remove(call.tx, call.account_id, user.user_id, tag_keys)
    return None


@operation("iam", on=targets.USER)
def list_user_tags(call: Call, user: User, marker: str | None = None, max_items: int | None = None) -> Reply:
    return _listed(call, user.user_id, paging.cut(marker, max_items))


@operation("iam", on=targets.POLICY, keys=(keys.TAGGING,))
def tag_policy(call: Call, policy: Policy, tags: list[dict[str, str]]) -> Reply:
    require_own(policy)
    put(call, policy.policy_id, tuple(Tag(**tag) for tag in tags), "TagsPerPolicy")
    return None


@operation("iam", on=targets.POLICY, keys=(keys.UNTAGGING,))
def untag_policy(call: Call, policy: Policy, tag_keys: list[str]) -> Reply:
    require_own(policy)
    tags.remove(call.tx, call.account_id, policy.policy_id, tag_keys)
    return None


@operation("iam", on=targets.POLICY)
def list_policy_tags(
    call: Call, policy: Policy, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _listed(call, policy.policy_id, paging.cut(marker, max_items))


@operation("iam", on=targets.MFA, keys=(keys.TAGGING,))
def tag_mfa_device(call: Call, device: MfaDevice, tags: list[dict[str, str]]) -> Reply:
    put(call, device.serial_number, tuple(Tag(**tag) for tag in tags), "TagsPerVirtualMFADevice")
    return None


@operation("iam", on=targets.MFA, keys=(keys.UNTAGGING,))
def untag_mfa_device(call: Call, device: MfaDevice, tag_keys: list[str]) -> Reply:
    tags.remove(call.tx, call.account_id, device.serial_number, tag_keys)
    return None


@operation("iam", on=targets.MFA)
def list_mfa_device_tags(
    call: Call, device: MfaDevice, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _listed(call, device.serial_number, paging.cut(marker, max_items))
