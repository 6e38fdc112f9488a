"""Tags: the same three operations for everything that has tags."""

from collections.abc import Callable

from iamd.core.errors import InvalidInput
from iamd.core.records import InstanceProfile, MfaDevice, OidcProvider, Policy, Role, Tag, Tags, User
from iamd.domain.policy_documents import require_own
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, PermissionCheck, Reply, Target, operation
from iamd.store import paging, quotas, tags
from iamd.store.paging import PageLimits


def when_tagging(action: str) -> Callable[[Call, Target, Params], list[PermissionCheck]]:
    """Ask for the tagging action as well when something is created with tags."""

    def also(_call: Call, target: Target, params: Params) -> list[PermissionCheck]:
        return [PermissionCheck(action, target.arn)] if params.get("tags") else []

    return also


def put(call: Call, resource_id: str, added: Tags, quota: str) -> None:
    """Add tags; InvalidInput for keys that repeat or are AWS's, LimitExceeded beyond the quota."""
    lowered = [tag.key.lower() for tag in added]
    if len(set(lowered)) < len(lowered):
        raise InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in lowered):
        raise InvalidInput("Tag keys that begin with aws: are reserved for AWS use.")
    tags.put(call.tx, call.account_id, resource_id, added)
    quotas.enforce(
        call.tx, call.account_id, quota, len(tags.list_for_resource(call.tx, call.account_id, resource_id))
    )


def _listed(call: Call, resource_id: str, asked: PageLimits) -> Reply:
    held = tags.list_for_resource(call.tx, call.account_id, resource_id)
    found = paging.page_by_name(held, asked, lambda tag: tag.key)
    return {"Tags": found.items, **found.truncation_members()}


@operation("iam", target_finder=targets.USER, condition_keys=(condition_keys.REQUEST_TAGS,))
def tag_user(call: Call, user: User, tags: list[dict[str, str]]) -> Reply:
    put(call, user.user_id, tuple(Tag(**tag) for tag in tags), "TagsPerUser")
    return None


@operation("iam", target_finder=targets.USER, condition_keys=(condition_keys.TAG_KEYS,))
def untag_user(call: Call, user: User, tag_keys: list[str]) -> Reply:
    tags.delete(call.tx, call.account_id, user.user_id, tag_keys)
    return None


@operation("iam", target_finder=targets.USER)
def list_user_tags(call: Call, user: User, marker: str | None = None, max_items: int | None = None) -> Reply:
    return _listed(call, user.user_id, paging.page_limits(marker, max_items))


@operation("iam", target_finder=targets.POLICY, condition_keys=(condition_keys.REQUEST_TAGS,))
def tag_policy(call: Call, policy: Policy, tags: list[dict[str, str]]) -> Reply:
    require_own(policy)
    put(call, policy.policy_id, tuple(Tag(**tag) for tag in tags), "TagsPerPolicy")
    return None


@operation("iam", target_finder=targets.POLICY, condition_keys=(condition_keys.TAG_KEYS,))
def untag_policy(call: Call, policy: Policy, tag_keys: list[str]) -> Reply:
    require_own(policy)
    tags.delete(call.tx, call.account_id, policy.policy_id, tag_keys)
    return None


@operation("iam", target_finder=targets.POLICY)
def list_policy_tags(
    call: Call, policy: Policy, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _listed(call, policy.policy_id, paging.page_limits(marker, max_items))


@operation("iam", target_finder=targets.MFA_DEVICE, condition_keys=(condition_keys.REQUEST_TAGS,))
def tag_mfa_device(call: Call, device: MfaDevice, tags: list[dict[str, str]]) -> Reply:
    put(call, device.serial_number, tuple(Tag(**tag) for tag in tags), "TagsPerVirtualMFADevice")
    return None


@operation("iam", target_finder=targets.MFA_DEVICE, condition_keys=(condition_keys.TAG_KEYS,))
def untag_mfa_device(call: Call, device: MfaDevice, tag_keys: list[str]) -> Reply:
    tags.delete(call.tx, call.account_id, device.serial_number, tag_keys)
    return None


@operation("iam", target_finder=targets.MFA_DEVICE)
def list_mfa_device_tags(
    call: Call, device: MfaDevice, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _listed(call, device.serial_number, paging.page_limits(marker, max_items))


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(condition_keys.REQUEST_TAGS, condition_keys.NO_ROLE_TEMPLATE),
)
def tag_role(call: Call, role: Role, tags: list[dict[str, str]]) -> Reply:
    put(call, role.role_id, tuple(Tag(**tag) for tag in tags), "TagsPerRole")
    return None


@operation("iam", target_finder=targets.ROLE, condition_keys=(condition_keys.TAG_KEYS,))
def untag_role(call: Call, role: Role, tag_keys: list[str]) -> Reply:
    tags.delete(call.tx, call.account_id, role.role_id, tag_keys)
    return None


@operation("iam", target_finder=targets.ROLE)
def list_role_tags(call: Call, role: Role, marker: str | None = None, max_items: int | None = None) -> Reply:
    return _listed(call, role.role_id, paging.page_limits(marker, max_items))


@operation("iam", target_finder=targets.INSTANCE_PROFILE, condition_keys=(condition_keys.REQUEST_TAGS,))
def tag_instance_profile(call: Call, profile: InstanceProfile, tags: list[dict[str, str]]) -> Reply:
    put(call, profile.instance_profile_id, tuple(Tag(**tag) for tag in tags), "TagsPerInstanceProfile")
    return None


@operation("iam", target_finder=targets.INSTANCE_PROFILE, condition_keys=(condition_keys.TAG_KEYS,))
def untag_instance_profile(call: Call, profile: InstanceProfile, tag_keys: list[str]) -> Reply:
    tags.delete(call.tx, call.account_id, profile.instance_profile_id, tag_keys)
    return None


@operation("iam", target_finder=targets.INSTANCE_PROFILE)
def list_instance_profile_tags(
    call: Call, profile: InstanceProfile, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _listed(call, profile.instance_profile_id, paging.page_limits(marker, max_items))


@operation("iam", target_finder=targets.OIDC_PROVIDER, condition_keys=(condition_keys.REQUEST_TAGS,))
def tag_open_id_connect_provider(call: Call, provider: OidcProvider, tags: list[dict[str, str]]) -> Reply:
    put(call, provider.arn, tuple(Tag(**tag) for tag in tags), "TagsPerOpenIdConnectProvider")
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER, condition_keys=(condition_keys.TAG_KEYS,))
def untag_open_id_connect_provider(call: Call, provider: OidcProvider, tag_keys: list[str]) -> Reply:
    tags.delete(call.tx, call.account_id, provider.arn, tag_keys)
    return None


@operation("iam", target_finder=targets.OIDC_PROVIDER)
def list_open_id_connect_provider_tags(
    call: Call, provider: OidcProvider, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _listed(call, provider.arn, paging.page_limits(marker, max_items))
