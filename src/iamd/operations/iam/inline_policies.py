"""Inline policies of users, groups and roles."""

from iamd.core.errors import NoSuchEntity
from iamd.core.records import Group, Role, User
from iamd.domain import policy_documents
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iam.permissions_boundaries import require_modifiable
from iamd.store import inline_policies, paging
from iamd.store.inline_policies import InlinePolicy
from iamd.store.paging import PageLimits


def _put(call: Call, entity_id: str, policy: InlinePolicy, quota: str, owner_label: str) -> None:
    policies = inline_policies.list_for_entity(call.tx, call.account_id, entity_id)
    other_policies = [other for other in policies if other.policy_name.lower() != policy.policy_name.lower()]
    policy_documents.validate_inline(call, policy.document, other_policies, quota, owner_label)
    inline_policies.put(call.tx, call.account_id, entity_id, policy)


def _get_policy(call: Call, entity_id: str, policy_name: str, entity_kind: str) -> InlinePolicy:
    policy = inline_policies.find(call.tx, call.account_id, entity_id, policy_name)
    if policy is None:
        raise NoSuchEntity(f"The {entity_kind} policy with name {policy_name} cannot be found.")
    return policy


def _delete(call: Call, entity_id: str, policy_name: str, entity_kind: str) -> None:
    policy = _get_policy(call, entity_id, policy_name, entity_kind)
    inline_policies.delete(call.tx, call.account_id, entity_id, policy.policy_name)


def _list(call: Call, entity_id: str, limits: PageLimits) -> Reply:
    policies = inline_policies.list_for_entity(call.tx, call.account_id, entity_id)
    page = paging.page_by_name([policy.policy_name for policy in policies], limits)
    return {"PolicyNames": page.items, **page.truncation_members()}


@operation("iam", target_finder=targets.USER, condition_keys=(condition_keys.CURRENT_BOUNDARY,))
def put_user_policy(call: Call, user: User, policy_name: str, policy_document: str) -> Reply:
    policy = InlinePolicy(policy_name, policy_document)
    _put(call, user.user_id, policy, "UserPolicySize", f"user {user.user_name}")
    return None


@operation("iam", target_finder=targets.USER)
def get_user_policy(call: Call, user: User, policy_name: str) -> Reply:
    policy = _get_policy(call, user.user_id, policy_name, "user")
    return {
        "UserName": user.user_name,
        "PolicyName": policy.policy_name,
        "PolicyDocument": policy_documents.percent_encode(policy.document),
    }


@operation("iam", target_finder=targets.USER, condition_keys=(condition_keys.CURRENT_BOUNDARY,))
def delete_user_policy(call: Call, user: User, policy_name: str) -> Reply:
    _delete(call, user.user_id, policy_name, "user")
    return None


@operation("iam", target_finder=targets.USER)
def list_user_policies(
    call: Call, user: User, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _list(call, user.user_id, paging.page_limits(marker, max_items))


@operation("iam", target_finder=targets.GROUP)
def put_group_policy(call: Call, group: Group, policy_name: str, policy_document: str) -> Reply:
    policy = InlinePolicy(policy_name, policy_document)
    _put(call, group.group_id, policy, "GroupPolicySize", f"group {group.group_name}")
    return None


@operation("iam", target_finder=targets.GROUP)
def get_group_policy(call: Call, group: Group, policy_name: str) -> Reply:
    policy = _get_policy(call, group.group_id, policy_name, "group")
    return {
        "GroupName": group.group_name,
        "PolicyName": policy.policy_name,
        "PolicyDocument": policy_documents.percent_encode(policy.document),
    }


@operation("iam", target_finder=targets.GROUP)
def delete_group_policy(call: Call, group: Group, policy_name: str) -> Reply:
    _delete(call, group.group_id, policy_name, "group")
    return None


@operation("iam", target_finder=targets.GROUP)
def list_group_policies(
    call: Call, group: Group, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _list(call, group.group_id, paging.page_limits(marker, max_items))


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(condition_keys.CURRENT_BOUNDARY, condition_keys.NO_ROLE_TEMPLATE),
)
def put_role_policy(call: Call, role: Role, policy_name: str, policy_document: str) -> Reply:
    require_modifiable(role)
    policy = InlinePolicy(policy_name, policy_document)
    _put(call, role.role_id, policy, "RolePolicySize", f"role {role.role_name}")
    return None


@operation("iam", target_finder=targets.ROLE)
def get_role_policy(call: Call, role: Role, policy_name: str) -> Reply:
    policy = _get_policy(call, role.role_id, policy_name, "role")
    return {
        "RoleName": role.role_name,
        "PolicyName": policy.policy_name,
        "PolicyDocument": policy_documents.percent_encode(policy.document),
    }


@operation("iam", target_finder=targets.ROLE, condition_keys=(condition_keys.CURRENT_BOUNDARY,))
def delete_role_policy(call: Call, role: Role, policy_name: str) -> Reply:
    require_modifiable(role)
    _delete(call, role.role_id, policy_name, "role")
    return None


@operation("iam", target_finder=targets.ROLE)
def list_role_policies(
    call: Call, role: Role, marker: str | None = None, max_items: int | None = None
) -> Reply:
    return _list(call, role.role_id, paging.page_limits(marker, max_items))
