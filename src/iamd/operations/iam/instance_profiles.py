"""Instance profiles, which pass a role to EC2 instances. Each has at most one role."""

from collections.abc import Iterator
from typing import Any

from iamd.core import arns, ids
from iamd.core.errors import DeleteConflict, NoSuchEntity
from iamd.core.records import InstanceProfile, Role, Tag, Tags
from iamd.domain.tagging import add_tags, tagging_checks
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, PermissionCheck, Reply, Target, operation
from iamd.operations.iam import roles
from iamd.operations.iam.permissions_boundaries import require_modifiable
from iamd.store import accounts, paging, quotas
from iamd.store import roles as role_store
from iamd.store import tags as tag_store
from iamd.store.entities import INSTANCE_PROFILES, ROLES

_EC2_SERVICE = "ec2.amazonaws.com"


def to_list_entry(call: Call, profile: InstanceProfile) -> dict[str, Any]:
    """Return the members of an instance profile in lists, with its role."""
    role = ROLES.find_by_id(call.tx, call.account_id, profile.role_id) if profile.role_id else None
    return to_list_entry_with_role(profile, roles.to_list_entry(call, role) if role else None)


def to_list_entry_with_role(profile: InstanceProfile, role: dict[str, Any] | None) -> dict[str, Any]:
    """Return the members of an instance profile in lists, with a role from `roles.to_list_entry`."""
    return {
        "InstanceProfileName": profile.instance_profile_name,
        "InstanceProfileId": profile.instance_profile_id,
        "Path": profile.path,
        "Arn": profile.arn,
        "CreateDate": profile.create_date,
        "Roles": [role] if role else [],
    }


def _to_response(call: Call, profile: InstanceProfile, profile_tags: Tags) -> dict[str, Any]:
    return {**to_list_entry(call, profile), "Tags": profile_tags or None}


@operation(
    "iam",
    target_finder=targets.NEW_INSTANCE_PROFILE,
    condition_keys=(condition_keys.REQUEST_TAGS,),
    extra_checks=tagging_checks("iam:TagInstanceProfile"),
    requires_confirmation=False,
)
def create_instance_profile(
    call: Call, instance_profile_name: str, path: str = "/", tags: list[dict[str, str]] | None = None
) -> Reply:
    arn = arns.instance_profile(call.account_id, path, instance_profile_name)
    unique_id = ids.unique(ids.INSTANCE_PROFILE)
    profile = InstanceProfile(unique_id, instance_profile_name, path, arn, call.timestamp, None)
    INSTANCE_PROFILES.add(call.tx, call.account_id, profile)
    accounts.adjust_counter(call.tx, call.account_id, "InstanceProfilesPerAccount", +1)
    new_tags = put_tags(call, unique_id, tags or [])
    return {"InstanceProfile": _to_response(call, profile, new_tags)}


def put_tags(call: Call, unique_id: str, requested_tags: list[dict[str, str]]) -> Tags:
    """Add tags to an instance profile within the quota; return them."""
    new_tags = tuple(Tag(**tag) for tag in requested_tags)
    add_tags(call, unique_id, new_tags, "TagsPerInstanceProfile")
    return new_tags


@operation("iam", target_finder=targets.INSTANCE_PROFILE)
def get_instance_profile(call: Call, profile: InstanceProfile) -> Reply:
    profile_tags = tag_store.list_for_resource(call.tx, call.account_id, profile.instance_profile_id)
    return {"InstanceProfile": _to_response(call, profile, profile_tags)}


@operation("iam", target_finder=targets.INSTANCE_PROFILE, requires_confirmation=False)
def delete_instance_profile(call: Call, profile: InstanceProfile) -> Reply:
    if profile.role_id is not None:
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
    tag_store.delete_all(call.tx, call.account_id, profile.instance_profile_id)
    INSTANCE_PROFILES.delete(call.tx, call.account_id, profile.instance_profile_id)
    accounts.adjust_counter(call.tx, call.account_id, "InstanceProfilesPerAccount", -1)
    return None


@operation("iam", target_finder=targets.INSTANCE_PROFILES_BY_PATH)
def list_instance_profiles(
    call: Call, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Reply:
    page = INSTANCE_PROFILES.list_page(
        call.tx, call.account_id, path_prefix, paging.page_limits(marker, max_items)
    )
    return {
        "InstanceProfiles": [to_list_entry(call, profile) for profile in page.items],
        **page.truncation_members(),
    }


@operation("iam", target_finder=targets.ROLE)
def list_instance_profiles_for_role(
    call: Call, role: Role, marker: str | None = None, max_items: int | None = None
) -> Reply:
    profiles = role_store.list_instance_profiles(call.tx, call.account_id, role.role_id)
    limits = paging.page_limits(marker, max_items)
    page = paging.page_by_name(profiles, limits, lambda profile: profile.instance_profile_name)
    return {
        "InstanceProfiles": [to_list_entry(call, profile) for profile in page.items],
        **page.truncation_members(),
    }


def _check_pass_role(call: Call, _target: Target, params: Params) -> Iterator[PermissionCheck]:
    """Require `iam:PassRole` on the role; as on AWS, the associated resources are the account's instances."""
    role = targets.ROLE.find(call, params)
    service_context = {
        "iam:passedtoservice": _EC2_SERVICE,
        "iam:associatedresourcearn": f"arn:{arns.PARTITION}:ec2:*:{call.account_id}:instance/*",
    }
    yield PermissionCheck("iam:PassRole", role.arn, {**role.context, **service_context}, role.display_name)


@operation(
    "iam", target_finder=targets.INSTANCE_PROFILE, extra_checks=_check_pass_role, requires_confirmation=False
)
def add_role_to_instance_profile(call: Call, profile: InstanceProfile, role_name: str) -> Reply:
    role = _get_role(call, role_name)
    require_modifiable(role)
    role_count = int(profile.role_id is not None) + 1
    quotas.enforce(call.tx, call.account_id, "InstanceSessionsPerInstanceProfile", role_count)
    role_store.set_instance_profile_role(call.tx, call.account_id, profile.instance_profile_id, role.role_id)
    return None


@operation("iam", target_finder=targets.INSTANCE_PROFILE, requires_confirmation=False)
def remove_role_from_instance_profile(call: Call, profile: InstanceProfile, role_name: str) -> Reply:
    role = _get_role(call, role_name)
    if profile.role_id != role.role_id:
        raise NoSuchEntity(
            f"The role with name {role_name} is not in the instance profile {profile.instance_profile_name}."
        )
    role_store.set_instance_profile_role(call.tx, call.account_id, profile.instance_profile_id, None)
    return None


def _get_role(call: Call, role_name: str) -> Role:
    role = ROLES.find(call.tx, call.account_id, role_name)
    if role is None:
        raise NoSuchEntity(f"The role with name {role_name} cannot be found.")
    return role
