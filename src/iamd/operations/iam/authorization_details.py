"""GetAccountAuthorizationDetails: users, groups, roles and policies of an account, and their relations.

Related records are read with one query per kind for all entities of a page, not per entity.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from iamd.core import arns, managed
from iamd.core.records import Group, PolicyVersion, Role, User
from iamd.domain import policy_documents
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iam import (
    instance_profiles,
    permissions_boundaries,
    policies,
    policy_attachments,
    policy_versions,
    roles,
)
from iamd.store import inline_policies, memberships, paging, tags
from iamd.store import policies as policy_store
from iamd.store import policy_attachments as attachment_store
from iamd.store import roles as role_store
from iamd.store.entities import GROUPS, ROLES, USERS
from iamd.store.paging import Page, PageLimits
from iamd.store.policies import PolicyWithUsage


def _list_aws_managed_in_use(call: Call, limits: PageLimits) -> Page[PolicyWithUsage]:
    return policies.list_aws_managed(call, "/", limits, None, only_used=True)


# The values of Filter, in the order of the pages.
_SOURCES: Mapping[str, Callable[[Call, PageLimits], Page[Any]]] = {
    "User": lambda call, limits: USERS.list_page(call.tx, call.account_id, "/", limits),
    "Group": lambda call, limits: GROUPS.list_page(call.tx, call.account_id, "/", limits),
    "Role": lambda call, limits: ROLES.list_page(call.tx, call.account_id, "/", limits),
    "LocalManagedPolicy": lambda call, limits: policy_store.list_page(
        call.tx, call.account_id, "/", limits, None, only_used=False
    ),
    "AWSManagedPolicy": _list_aws_managed_in_use,
}


@operation("iam", target_finder=targets.ANY_RESOURCE)
def get_account_authorization_details(
    call: Call,
    filter: list[str] | None = None,  # noqa: A002 - the model's name
    max_items: int | None = None,
    marker: str | None = None,
) -> Reply:
    sources = {
        kind: partial(source, call) for kind, source in _SOURCES.items() if not filter or kind in filter
    }
    page = paging.chain(sources, paging.page_limits(marker, max_items))
    return {
        "UserDetailList": _user_details(call, [item for item in page.items if isinstance(item, User)]),
        "GroupDetailList": _group_details(call, [item for item in page.items if isinstance(item, Group)]),
        "RoleDetailList": _role_details(call, [item for item in page.items if isinstance(item, Role)]),
        "Policies": _policy_details(call, [item for item in page.items if isinstance(item, PolicyWithUsage)]),
        **page.truncation_members(),
    }


class _EntityPolicies:
    """The inline and attached policies of entities by unique ID, as response members."""

    def __init__(self, call: Call, entity_ids: Sequence[str]) -> None:
        owners = (call.tx, call.account_id, entity_ids)
        self._inline_policies = inline_policies.list_for_entities(*owners)
        self._attached_arns = attachment_store.list_for_entities(*owners)

    def list_inline_policies(self, entity_id: str) -> list[dict[str, str]]:
        """Return an entity's inline policies with their documents."""
        return [
            {
                "PolicyName": policy.policy_name,
                "PolicyDocument": policy_documents.percent_encode(policy.document),
            }
            for policy in self._inline_policies[entity_id]
        ]

    def list_attached_policies(self, entity_id: str) -> list[Any]:
        """Return the managed policies attached to an entity."""
        return [policy_attachments.to_attachment(arn) for arn in self._attached_arns[entity_id]]


def _user_details(call: Call, users: Sequence[User]) -> list[dict[str, Any]]:
    unique_ids = [user.user_id for user in users]
    entity_policies = _EntityPolicies(call, unique_ids)
    group_names = memberships.list_group_names_for_users(call.tx, call.account_id, unique_ids)
    tags_by_id = tags.list_for_resources(call.tx, call.account_id, unique_ids)
    return [
        {
            "UserName": user.user_name,
            "UserId": user.user_id,
            "Path": user.path,
            "Arn": user.arn,
            "CreateDate": user.create_date,
            "UserPolicyList": entity_policies.list_inline_policies(user.user_id),
            "GroupList": group_names[user.user_id],
            "AttachedManagedPolicies": entity_policies.list_attached_policies(user.user_id),
            "PermissionsBoundary": permissions_boundaries.to_response(user.boundary_arn),
            "Tags": tags_by_id[user.user_id],
        }
        for user in users
    ]


def _group_details(call: Call, groups: Sequence[Group]) -> list[dict[str, Any]]:
    entity_policies = _EntityPolicies(call, [group.group_id for group in groups])
    return [
        {
            "GroupName": group.group_name,
            "GroupId": group.group_id,
            "Path": group.path,
            "Arn": group.arn,
            "CreateDate": group.create_date,
            "GroupPolicyList": entity_policies.list_inline_policies(group.group_id),
            "AttachedManagedPolicies": entity_policies.list_attached_policies(group.group_id),
        }
        for group in groups
    ]


def _role_details(call: Call, role_records: Sequence[Role]) -> list[dict[str, Any]]:
    unique_ids = [role.role_id for role in role_records]
    entity_policies = _EntityPolicies(call, unique_ids)
    profiles = role_store.list_instance_profiles_for_roles(call.tx, call.account_id, unique_ids)
    tags_by_id = tags.list_for_resources(call.tx, call.account_id, unique_ids)
    last_uses = role_store.list_last_uses(call.tx, call.account_id) if role_records else {}

    def to_response(role: Role) -> dict[str, Any]:
        list_entry = roles.to_list_entry(call, role)
        return {
            **{name: list_entry[name] for name in _ROLE_DETAIL_MEMBERS},
            "InstanceProfileList": [
                instance_profiles.to_list_entry_with_role(profile, list_entry)
                for profile in profiles[role.role_id]
            ],
            "RolePolicyList": entity_policies.list_inline_policies(role.role_id),
            "AttachedManagedPolicies": entity_policies.list_attached_policies(role.role_id),
            "PermissionsBoundary": permissions_boundaries.to_response(role.boundary_arn),
            "Tags": tags_by_id[role.role_id],
            "RoleLastUsed": last_uses.get(role.role_id, {}),
        }

    return [to_response(role) for role in role_records]


# The members of a role in lists that RoleDetail has too; it has no Description and no MaxSessionDuration.
_ROLE_DETAIL_MEMBERS = ("RoleName", "RoleId", "Path", "Arn", "CreateDate", "AssumeRolePolicyDocument")


def _policy_details(call: Call, policies_with_usage: Sequence[PolicyWithUsage]) -> list[dict[str, Any]]:
    customer_policy_ids = [
        policy.policy_id for policy, _ in policies_with_usage if not _is_aws_managed(policy.arn)
    ]
    versions_by_policy = policy_store.list_versions_for_policies(
        call.tx, call.account_id, customer_policy_ids
    )

    def to_response(policy_with_usage: PolicyWithUsage) -> dict[str, Any]:
        policy = policy_with_usage.policy
        policy_version_list = (
            [managed.version(policy.arn)]
            if _is_aws_managed(policy.arn)
            else versions_by_policy[policy.policy_id]
        )
        return {
            **policies.to_list_entry(policy_with_usage),
            "Description": policy.description,
            "PolicyVersionList": [_version_detail(version) for version in policy_version_list],
        }

    return [to_response(policy_with_usage) for policy_with_usage in policies_with_usage]


def _is_aws_managed(arn: str) -> bool:
    return arns.parse_account_id(arn) == "aws"


def _version_detail(version: PolicyVersion) -> dict[str, Any]:
    return {
        **policy_versions.to_list_entry(version),
        "Document": policy_documents.percent_encode(version.document),
    }
