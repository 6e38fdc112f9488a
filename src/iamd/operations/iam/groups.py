"""Groups and their members."""

from iamd.core import arns, ids
from iamd.core.errors import DeleteConflict, NoSuchEntity
from iamd.core.records import Group, User
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, PermissionCheck, Reply, Target, operation
from iamd.store import accounts, inline_policies, memberships, paging, policy_attachments, quotas
from iamd.store.entities import GROUPS, USERS
from iamd.store.paging import UNLIMITED, PageLimits


@operation("iam", target_finder=targets.NEW_GROUP, requires_confirmation=False)
def create_group(call: Call, group_name: str, path: str = "/") -> Reply:
    arn = arns.group(call.account_id, path, group_name)
    group = Group(ids.unique(ids.GROUP), group_name, path, arn, call.timestamp)
    GROUPS.add(call.tx, call.account_id, group)
    accounts.adjust_counter(call.tx, call.account_id, "GroupsPerAccount", +1)
    return {"Group": group}


@operation("iam", target_finder=targets.GROUP)
def get_group(call: Call, group: Group, marker: str | None = None, max_items: int | None = None) -> Reply:
    page = memberships.list_users(
        call.tx, call.account_id, group.group_id, paging.page_limits(marker, max_items)
    )
    return {"Group": group, "Users": page.items, **page.truncation_members()}


def _apply_rename(call: Call, group: Group, params: Params) -> Group:
    name, path = params.get("new_group_name", group.group_name), params.get("new_path", group.path)
    return group._replace(group_name=name, path=path, arn=arns.group(call.account_id, path, name))


def _check_new_arn(call: Call, target: Target, params: Params) -> list[PermissionCheck]:
    # A rename must be allowed on the old ARN and on the new one.
    if target.record is None:
        return []
    return [
        PermissionCheck("iam:UpdateGroup", _apply_rename(call, target.record, params).arn, target.context)
    ]


@operation("iam", target_finder=targets.GROUP, extra_checks=_check_new_arn)
def update_group(
    call: Call, group: Group, new_path: str | None = None, new_group_name: str | None = None
) -> Reply:
    new_names = {"new_path": new_path or group.path, "new_group_name": new_group_name or group.group_name}
    GROUPS.rename(call.tx, call.account_id, group, _apply_rename(call, group, new_names))
    return None


@operation("iam", target_finder=targets.GROUP, requires_confirmation=False)
def delete_group(call: Call, group: Group) -> Reply:
    group_key = (call.tx, call.account_id, group.group_id)
    if memberships.list_users(*group_key, PageLimits(max_items=1)).items:
        raise DeleteConflict("Cannot delete entity, must remove users from group first.")
    if inline_policies.list_for_entity(*group_key):
        raise DeleteConflict("Cannot delete entity, must delete policies first.")
    if policy_attachments.list_for_entity(*group_key):
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    GROUPS.delete(*group_key)
    accounts.adjust_counter(call.tx, call.account_id, "GroupsPerAccount", -1)
    return None


@operation("iam", target_finder=targets.GROUPS_BY_PATH)
def list_groups(
    call: Call, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Reply:
    page = GROUPS.list_page(call.tx, call.account_id, path_prefix, paging.page_limits(marker, max_items))
    return {"Groups": page.items, **page.truncation_members()}


def _get_user(call: Call, user_name: str) -> User:
    user = USERS.find(call.tx, call.account_id, user_name)
    if user is None:
        raise NoSuchEntity(f"The user with name {user_name} cannot be found.")
    return user


@operation("iam", target_finder=targets.GROUP)
def add_user_to_group(call: Call, group: Group, user_name: str) -> Reply:
    user = _get_user(call, user_name)
    if memberships.is_member(call.tx, call.account_id, user.user_id, group.group_id):
        return None
    memberships.add(call.tx, call.account_id, user.user_id, group.group_id)
    user_groups = memberships.list_groups(call.tx, call.account_id, user.user_id, UNLIMITED)
    quotas.enforce(call.tx, call.account_id, "GroupsPerUser", len(user_groups.items))
    return None


@operation("iam", target_finder=targets.GROUP)
def remove_user_from_group(call: Call, group: Group, user_name: str) -> Reply:
    user = _get_user(call, user_name)
    if not memberships.is_member(call.tx, call.account_id, user.user_id, group.group_id):
        raise NoSuchEntity(f"The user with name {user_name} is not in the group {group.group_name}.")
    memberships.delete(call.tx, call.account_id, user.user_id, group.group_id)
    return None


@operation("iam", target_finder=targets.USER)
def list_groups_for_user(
    call: Call, user: User, marker: str | None = None, max_items: int | None = None
) -> Reply:
    page = memberships.list_groups(
        call.tx, call.account_id, user.user_id, paging.page_limits(marker, max_items)
    )
    return {"Groups": page.items, **page.truncation_members()}
