"""ListEntitiesForPolicy: the users, groups and roles that a managed policy is attached to, or bounds."""

from collections.abc import Callable
from typing import Any, NamedTuple

from iamd.core.records import Group, Policy, Role, User
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import paging, policy_attachments
from iamd.store.paging import Page, PageLimits


class _EntityKind(NamedTuple):
    """A kind of entity in the response: its list, and its members in it."""

    list_name: str
    record_type: type
    to_response: Callable[[Any], dict[str, str]]


_GROUP = _EntityKind(
    "PolicyGroups", Group, lambda group: {"GroupName": group.group_name, "GroupId": group.group_id}
)
_USER = _EntityKind("PolicyUsers", User, lambda user: {"UserName": user.user_name, "UserId": user.user_id})
_ROLE = _EntityKind("PolicyRoles", Role, lambda role: {"RoleName": role.role_name, "RoleId": role.role_id})


def _sources(
    call: Call, policy: Policy, path_prefix: str, entity_filter: str | None, usage_filter: str | None
) -> dict[str, Callable[[PageLimits], Page[Any]]]:
    policy_key = (call.tx, call.account_id, policy.arn, path_prefix)
    include_attachments = usage_filter != "PermissionsBoundary"
    include_boundaries = usage_filter != "PermissionsPolicy"
    sources: dict[str, Callable[[PageLimits], Page[Any]]] = {}
    if include_attachments and entity_filter in (None, "Group", "LocalManagedPolicy"):
        sources["group"] = lambda limits: policy_attachments.list_groups(*policy_key, limits)
    if entity_filter in (None, "User", "LocalManagedPolicy"):
        sources["user"] = lambda limits: policy_attachments.list_users(
            *policy_key,
            limits,
            include_attachments=include_attachments,
            include_boundaries=include_boundaries,
        )
    if entity_filter in (None, "Role", "LocalManagedPolicy"):
        sources["role"] = lambda limits: policy_attachments.list_roles(
            *policy_key,
            limits,
            include_attachments=include_attachments,
            include_boundaries=include_boundaries,
        )
    return sources


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
    page = paging.chain(sources, paging.page_limits(marker, max_items))
    lists = {
        kind.list_name: [
            kind.to_response(entity) for entity in page.items if isinstance(entity, kind.record_type)
        ]
        for kind in (_GROUP, _USER, _ROLE)
    }
    return {**lists, **page.truncation_members()}
