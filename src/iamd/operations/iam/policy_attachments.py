"""Attachments of managed policies to users, groups and roles."""

from iamd.core.errors import NoSuchEntity
from iamd.core.records import Attachment, Group, Role, User
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iam import permissions_boundaries
from iamd.store import paging, policy_attachments, quotas
from iamd.store.paging import PageLimits


def _attach(call: Call, entity_id: str, policy_arn: str, quota: str) -> None:
    permissions_boundaries.require_attachable(call, policy_arn)
    attached_arns = policy_attachments.list_for_entity(call.tx, call.account_id, entity_id)
    if policy_arn in attached_arns:
        return
    quotas.enforce(call.tx, call.account_id, quota, len(attached_arns) + 1)
    policy_attachments.add(call.tx, call.account_id, entity_id, policy_arn)


def _detach(call: Call, entity_id: str, policy_arn: str) -> None:
    if not policy_attachments.delete(call.tx, call.account_id, entity_id, policy_arn):
        raise NoSuchEntity(f"Policy {policy_arn} was not found.")


def to_attachment(arn: str) -> Attachment:
    return Attachment(arn.rpartition("/")[2], arn)


def _list(call: Call, entity_id: str, path_prefix: str, limits: PageLimits) -> Reply:
    attached_arns = policy_attachments.list_for_entity(call.tx, call.account_id, entity_id)
    matching_arns = [arn for arn in attached_arns if arn.partition(":policy")[2].startswith(path_prefix)]
    page = paging.page_by_name(matching_arns, limits)
    return {"AttachedPolicies": [to_attachment(arn) for arn in page.items], **page.truncation_members()}


@operation(
    "iam",
    target_finder=targets.USER,
    condition_keys=(condition_keys.POLICY_ARN, condition_keys.CURRENT_BOUNDARY),
)
def attach_user_policy(call: Call, user: User, policy_arn: str) -> Reply:
    _attach(call, user.user_id, policy_arn, "PoliciesPerUser")
    return None


@operation(
    "iam",
    target_finder=targets.USER,
    condition_keys=(condition_keys.POLICY_ARN, condition_keys.CURRENT_BOUNDARY),
)
def detach_user_policy(call: Call, user: User, policy_arn: str) -> Reply:
    _detach(call, user.user_id, policy_arn)
    return None


@operation("iam", target_finder=targets.USER)
def list_attached_user_policies(
    call: Call,
    user: User,
    path_prefix: str = "/",
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    return _list(call, user.user_id, path_prefix, paging.page_limits(marker, max_items))


@operation("iam", target_finder=targets.GROUP, condition_keys=(condition_keys.POLICY_ARN,))
def attach_group_policy(call: Call, group: Group, policy_arn: str) -> Reply:
    _attach(call, group.group_id, policy_arn, "PoliciesPerGroup")
    return None


@operation("iam", target_finder=targets.GROUP, condition_keys=(condition_keys.POLICY_ARN,))
def detach_group_policy(call: Call, group: Group, policy_arn: str) -> Reply:
    _detach(call, group.group_id, policy_arn)
    return None


@operation("iam", target_finder=targets.GROUP)
def list_attached_group_policies(
    call: Call,
    group: Group,
    path_prefix: str = "/",
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    return _list(call, group.group_id, path_prefix, paging.page_limits(marker, max_items))


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(
        condition_keys.POLICY_ARN,
        condition_keys.CURRENT_BOUNDARY,
        condition_keys.NO_ROLE_TEMPLATE,
    ),
)
def attach_role_policy(call: Call, role: Role, policy_arn: str) -> Reply:
    permissions_boundaries.require_modifiable(role)
    _attach(call, role.role_id, policy_arn, "PoliciesPerRole")
    return None


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(condition_keys.POLICY_ARN, condition_keys.CURRENT_BOUNDARY),
)
def detach_role_policy(call: Call, role: Role, policy_arn: str) -> Reply:
    permissions_boundaries.require_modifiable(role)
    _detach(call, role.role_id, policy_arn)
    return None


@operation("iam", target_finder=targets.ROLE)
def list_attached_role_policies(
    call: Call,
    role: Role,
    path_prefix: str = "/",
    marker: str | None = None,
    max_items: int | None = None,
) -> Reply:
    return _list(call, role.role_id, path_prefix, paging.page_limits(marker, max_items))
