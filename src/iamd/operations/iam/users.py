"""Users: create, get, update, delete, list."""

from typing import Any

from iamd.core import arns, ids
from iamd.core.errors import DeleteConflict
from iamd.core.records import Tag, Tags, User
from iamd.domain import throttle_keys
from iamd.domain.tagging import add_tags, tagging_checks
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Params, PermissionCheck, Reply, Target, operation
from iamd.operations.iam import permissions_boundaries
from iamd.store import (
    access_keys,
    accounts,
    inline_policies,
    login_profiles,
    memberships,
    mfa_devices,
    paging,
    policy_attachments,
    recovery_codes,
    service_credentials,
    sessions,
)
from iamd.store import tags as tag_store
from iamd.store.entities import USERS
from iamd.store.paging import PageLimits


def to_response(user: User, user_tags: Tags) -> dict[str, Any]:
    """Return the members of a user in GetUser and CreateUser; lists have fewer."""
    return {
        "UserName": user.user_name,
        "UserId": user.user_id,
        "Path": user.path,
        "Arn": user.arn,
        "CreateDate": user.create_date,
        "PasswordLastUsed": user.password_last_used,
        "PermissionsBoundary": permissions_boundaries.to_response(user.boundary_arn),
        "Tags": user_tags or None,
    }


@operation(
    "iam",
    target_finder=targets.NEW_USER,
    condition_keys=(condition_keys.REQUEST_TAGS, condition_keys.REQUESTED_BOUNDARY),
    extra_checks=tagging_checks("iam:TagUser"),
    requires_confirmation=False,
)
def create_user(
    call: Call,
    user_name: str,
    path: str = "/",
    permissions_boundary: str | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    new_tags = tuple(Tag(**tag) for tag in tags or ())
    arn = arns.user(call.account_id, path, user_name)
    user = User(ids.unique(ids.USER), user_name, path, arn, call.timestamp, permissions_boundary)
    if permissions_boundary is not None:
        permissions_boundaries.require_attachable(call, permissions_boundary)
    USERS.add(call.tx, call.account_id, user)
    accounts.adjust_counter(call.tx, call.account_id, "UsersPerAccount", +1)
    put_tags(call, user.user_id, new_tags)
    return {"User": to_response(user, new_tags)}


def put_tags(call: Call, user_id: str, new_tags: Tags) -> None:
    """Add tags to a user within the quota."""
    add_tags(call, user_id, new_tags, "TagsPerUser")


@operation("iam", target_finder=targets.USER_OR_ROOT)
def get_user(call: Call, user: User | None) -> Reply:
    if user is None:
        return {"User": root_to_response(call)}
    return {"User": to_response(user, tag_store.list_for_resource(call.tx, call.account_id, user.user_id))}


def root_to_response(call: Call) -> dict[str, Any]:
    """Return the members of the root user, which has no name, as on AWS."""
    account = accounts.find(call.tx, call.account_id)
    return {
        "UserId": call.account_id,
        "Arn": arns.root(call.account_id),
        "CreateDate": account and account.create_date,
        "PasswordLastUsed": account and account.root_last_used,
    }


def _apply_rename(call: Call, user: User, params: Params) -> User:
    name, path = params.get("new_user_name", user.user_name), params.get("new_path", user.path)
    return user._replace(user_name=name, path=path, arn=arns.user(call.account_id, path, name))


def _check_new_arn(call: Call, target: Target, params: Params) -> list[PermissionCheck]:
    # A rename must be allowed on the old ARN and on the new one.
    if target.record is None:
        return []
    return [PermissionCheck("iam:UpdateUser", _apply_rename(call, target.record, params).arn, target.context)]


@operation("iam", target_finder=targets.USER, extra_checks=_check_new_arn)
def update_user(
    call: Call, user: User, new_path: str | None = None, new_user_name: str | None = None
) -> Reply:
    new_names = {"new_path": new_path or user.path, "new_user_name": new_user_name or user.user_name}
    USERS.rename(call.tx, call.account_id, user, _apply_rename(call, user, new_names))
    return None


@operation("iam", target_finder=targets.USER, requires_confirmation=False)
def delete_user(call: Call, user: User) -> Reply:
    _require_no_subordinate_entities(call, user)
    _delete_sign_in_state(call, user)
    tag_store.delete_all(call.tx, call.account_id, user.user_id)
    USERS.delete(call.tx, call.account_id, user.user_id)
    accounts.adjust_counter(call.tx, call.account_id, "UsersPerAccount", -1)
    return None


def _require_no_subordinate_entities(call: Call, user: User) -> None:
    user_key = (call.tx, call.account_id, user.user_id)
    if login_profiles.find(*user_key):
        raise DeleteConflict("Cannot delete entity, must delete login profile first.")
    if mfa_devices.list_for_user(*user_key):
        raise DeleteConflict("Cannot delete entity, must delete MFA device first.")
    if access_keys.list_page(*user_key, PageLimits()).items:
        raise DeleteConflict("Cannot delete entity, must delete access keys first.")
    if service_credentials.list_page(*user_key, "", PageLimits()).items:
        raise DeleteConflict("Cannot delete entity, must remove referenced objects first.")
    if memberships.list_groups(*user_key, PageLimits()).items:
        raise DeleteConflict("Cannot delete entity, must remove users from group first.")
    if inline_policies.list_for_entity(*user_key):
        raise DeleteConflict("Cannot delete entity, must delete policies first.")
    if policy_attachments.list_for_entity(*user_key):
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")


def _delete_sign_in_state(call: Call, user: User) -> None:
    """Delete sessions, recovery codes and failed attempts: a new user of the same name is not locked out."""
    sessions.delete_for_user(call.tx, call.account_id, user.user_id)
    recovery_codes.delete_all(call.tx, call.account_id, user.user_id)
    throttle_keys.reset(call.tx, throttle_keys.user_counter_key(call.account_id, user.user_name))


@operation("iam", target_finder=targets.USERS_BY_PATH)
def list_users(
    call: Call, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Reply:
    page = USERS.list_page(call.tx, call.account_id, path_prefix, paging.page_limits(marker, max_items))
    return {"Users": page.items, **page.truncation_members()}
