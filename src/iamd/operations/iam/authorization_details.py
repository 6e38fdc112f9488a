"""Everything that says who may do what in an account, for auditors: GetAccountAuthorizationDetails.

What the entities of a page hold is read in a query of each kind for all of them, not for each of them.
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
from iamd.operations.iam import attachments, boundaries, instance_profiles, policies, roles, versions
from iamd.store import inline_policies, memberships, paging, tags
from iamd.store import policies as policy_store
from iamd.store import policy_attachments as attachment_store
from iamd.store import roles as role_store
from iamd.store.entities import GROUPS, ROLES, USERS
from iamd.store.paging import Page, PageLimits
from iamd.store.policies import PolicyWithUsage


def _aws_managed_in_use(call: Call, asked: PageLimits) -> Page[PolicyWithUsage]:
    return policies.aws_managed(call, "/", asked, None, only_used=True)


# What Filter names, in the order in which pages go through it.
_SOURCES: Mapping[str, Callable[[Call, PageLimits], Page[Any]]] = {
    "User": lambda call, asked: USERS.list_page(call.tx, call.account_id, "/", asked),
    "Group": lambda call, asked: GROUPS.list_page(call.tx, call.account_id, "/", asked),
    "Role": lambda call, asked: ROLES.list_page(call.tx, call.account_id, "/", asked),
    "LocalManagedPolicy": lambda call, asked: policy_store.list_page(
        call.tx, call.account_id, "/", asked, None, only_used=False
    ),
    "AWSManagedPolicy": _aws_managed_in_use,
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
    found = paging.chain(sources, paging.page_limits(marker, max_items))
    return {
        "UserDetailList": _users(call, [item for item in found.items if isinstance(item, User)]),
        "GroupDetailList": _groups(call, [item for item in found.items if isinstance(item, Group)]),
        "RoleDetailList": _roles(call, [item for item in found.items if isinstance(item, Role)]),
        "Policies": _policies(call, [item for item in found.items if isinstance(item, PolicyWithUsage)]),
        **found.truncation_members(),
    }


class _Held:
    """What entities hold, by their unique IDs, in the form of a reply."""

    def __init__(self, call: Call, entity_ids: Sequence[str]) -> None:
        whose = (call.tx, call.account_id, entity_ids)
        self._inline = inline_policies.list_for_entities(*whose)
        self._attached = attachment_store.list_for_entities(*whose)

    def inline_of(self, entity_id: str) -> list[dict[str, str]]:
        """Return an entity's inline policies with their documents."""
        return [
            {"PolicyName": policy.policy_name, "PolicyDocument": policy_documents.encoded(policy.document)}
            for policy in self._inline[entity_id]
        ]

    def attached_to(self, entity_id: str) -> list[Any]:
        """Return the managed policies attached to an entity."""
        return [attachments.attachment(arn) for arn in self._attached[entity_id]]


def _users(call: Call, found: Sequence[User]) -> list[dict[str, Any]]:
    unique_ids = [user.user_id for user in found]
    held = _Held(call, unique_ids)
    groups = memberships.list_group_names_for_users(call.tx, call.account_id, unique_ids)
    tagged = tags.list_for_resources(call.tx, call.account_id, unique_ids)
    return [
        {
            "UserName": user.user_name,
            "UserId": user.user_id,
            "Path": user.path,
            "Arn": user.arn,
            "CreateDate": user.create_date,
            "UserPolicyList": held.inline_of(user.user_id),
            "GroupList": groups[user.user_id],
            "AttachedManagedPolicies": held.attached_to(user.user_id),
            "PermissionsBoundary": boundaries.shown(user.boundary_arn),
            "Tags": tagged[user.user_id],
        }
        for user in found
    ]


def _groups(call: Call, found: Sequence[Group]) -> list[dict[str, Any]]:
    held = _Held(call, [group.group_id for group in found])
    return [
        {
            "GroupName": group.group_name,
            "GroupId": group.group_id,
            "Path": group.path,
            "Arn": group.arn,
            "CreateDate": group.create_date,
            "GroupPolicyList": held.inline_of(group.group_id),
            "AttachedManagedPolicies": held.attached_to(group.group_id),
        }
        for group in found
    ]


def _roles(call: Call, found: Sequence[Role]) -> list[dict[str, Any]]:
    unique_ids = [role.role_id for role in found]
    held = _Held(call, unique_ids)
    profiles = role_store.list_instance_profiles_for_roles(call.tx, call.account_id, unique_ids)
    tagged = tags.list_for_resources(call.tx, call.account_id, unique_ids)
    uses = role_store.list_last_uses(call.tx, call.account_id) if found else {}

    def detail(role: Role) -> dict[str, Any]:
        listed = roles.listed(call, role)
        return {
            **{name: listed[name] for name in _OF_ROLE},
            "InstanceProfileList": [
                instance_profiles.with_role(profile, listed) for profile in profiles[role.role_id]
            ],
            "RolePolicyList": held.inline_of(role.role_id),
            "AttachedManagedPolicies": held.attached_to(role.role_id),
            "PermissionsBoundary": boundaries.shown(role.boundary_arn),
            "Tags": tagged[role.role_id],
            "RoleLastUsed": uses.get(role.role_id, {}),
        }

    return [detail(role) for role in found]


# What is told of a role as lists tell it; description and session length are not.
_OF_ROLE = ("RoleName", "RoleId", "Path", "Arn", "CreateDate", "AssumeRolePolicyDocument")


def _policies(call: Call, found: Sequence[PolicyWithUsage]) -> list[dict[str, Any]]:
    own = [policy.policy_id for policy, _ in found if not _is_awss(policy.arn)]
    held = policy_store.list_versions_for_policies(call.tx, call.account_id, own)

    def detail(used: PolicyWithUsage) -> dict[str, Any]:
        policy = used.policy
        kept = [managed.version(policy.arn)] if _is_awss(policy.arn) else held[policy.policy_id]
        return {
            **policies.listed(used),
            "Description": policy.description,
            "PolicyVersionList": [_version(version) for version in kept],
        }

    return [detail(used) for used in found]


def _is_awss(arn: str) -> bool:
    return arns.parse_account_id(arn) == "aws"


def _version(version: PolicyVersion) -> dict[str, Any]:
    return {**versions.listed(version), "Document": policy_documents.encoded(version.document)}
