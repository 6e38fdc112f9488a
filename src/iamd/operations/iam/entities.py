"""Who a managed policy is attached to, or bounds."""

from collections.abc import Callable
from typing import Any, NamedTuple

from iamd.core.records import Group, Policy, Role, User
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import paging, policy_attachments
from iamd.store.paging import Page, PageLimits


class _Kind(NamedTuple):
    """One kind of entity in the reply: the list that it goes to, and what is said of each."""

    reply: str
    entity: type
    shown: Callable[[Any], dict[str, str]]


_GROUP = _Kind(
    "PolicyGroups", Group, lambda group: {"GroupName": group.group_name, "GroupId": group.group_id}
)
_USER = _Kind("PolicyUsers", User, lambda user: {"UserName": user.user_name, "UserId": user.user_id})
_ROLE = _Kind("PolicyRoles", Role, lambda role: {"RoleName": role.role_name, "RoleId": role.role_id})


def _sources(
    call: Call, policy: Policy, prefix: str, entity_filter: str | None, usage_filter: str | None
) -> dict[str, Callable[[PageLimits], Page[Any]]]:
    held = (call.tx, call.account_id, policy.arn, prefix)
    attached = usage_filter != "PermissionsBoundary"
    bounding = usage_filter != "PermissionsPolicy"
    found: dict[str, Callable[[PageLimits], Page[Any]]] = {}
    if attached and entity_filter in (None, "Group", "LocalManagedPolicy"):
        found["group"] = lambda asked: policy_attachments.list_groups(*held, asked)
    if entity_filter in (None, "User", "LocalManagedPolicy"):
        found["user"] = lambda asked: policy_attachments.list_users(
            *held, asked, include_attachments=attached, include_boundaries=bounding
        )
    if entity_filter in (None, "Role", "LocalManagedPolicy"):
        found["role"] = lambda asked: policy_attachments.list_roles(
            *held, asked, include_attachments=attached, include_boundaries=bounding
        )
    return found


@operation("iam", target_finder=targets.POLICY)
def list_entities_for_policy(
    call: Call,
    policy: Policy,
    entity_filter: str | None = None,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    sources = _sources(call, policy, path_prefix, entity_filter, policy_usage_filter)
    found = paging.chain(sources, paging.page_limits(marker, max_items))
    lists = {
        kind.reply: [kind.shown(entity) for entity in found.items if isinstance(entity, kind.entity)]
        for kind in (_GROUP, _USER, _ROLE)
    }
    return {**lists, **found.truncation_members()}
