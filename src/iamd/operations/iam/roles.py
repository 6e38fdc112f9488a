"""Roles and their trust policies: create, get, update, delete, list."""

from collections.abc import Sequence
from typing import Any

from iamd.core import arns, ids
from iamd.core.errors import DeleteConflict, InvalidInput
from iamd.core.records import Role, Tag, Tags
from iamd.domain import policy_documents, policy_principals, trust_policies
from iamd.domain.tagging import add_tags, tagging_checks
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.operations.iam import permissions_boundaries
from iamd.operations.iam.permissions_boundaries import SERVICE_LINKED_ROLE_PATH, require_modifiable
from iamd.store import accounts, inline_policies, paging, policy_attachments
from iamd.store import roles as role_store
from iamd.store import tags as tag_store
from iamd.store.entities import ROLES
from iamd.store.roles import RoleLastUsed

_DEFAULT_MAX_SESSION_DURATION = 3600  # seconds


def to_list_entry(call: Call, role: Role) -> dict[str, Any]:
    """Return the members of a role in lists."""
    return {
        "RoleName": role.role_name,
        "RoleId": role.role_id,
        "Path": role.path,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": policy_documents.percent_encode(
            policy_principals.to_arns(call.tx, role.trust)
        ),
        "Description": role.description,
        "MaxSessionDuration": role.max_session_duration,
    }


def to_response(call: Call, role: Role, role_tags: Tags, last_use: RoleLastUsed | None) -> dict[str, Any]:
    """Return the members of a role in GetRole and CreateRole; lists have fewer."""
    return {
        **to_list_entry(call, role),
        "PermissionsBoundary": permissions_boundaries.to_response(role.boundary_arn),
        "Tags": role_tags or None,
        "RoleLastUsed": last_use or {},
    }


@operation(
    "iam",
    target_finder=targets.NEW_ROLE,
    condition_keys=(
        condition_keys.REQUEST_TAGS,
        condition_keys.REQUESTED_BOUNDARY,
        condition_keys.NO_ROLE_TEMPLATE,
    ),
    extra_checks=tagging_checks("iam:TagRole"),
)
def create_role(
    call: Call,
    role_name: str,
    assume_role_policy_document: str,
    path: str = "/",
    description: str | None = None,
    max_session_duration: int = _DEFAULT_MAX_SESSION_DURATION,
    permissions_boundary: str | None = None,
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    if path.startswith(SERVICE_LINKED_ROLE_PATH):
        raise InvalidInput(
            f"Path prefix '{SERVICE_LINKED_ROLE_PATH}' can only be used for AWS Service linked Roles"
        )
    if permissions_boundary is not None:
        permissions_boundaries.require_attachable(call, permissions_boundary)
    role = Role(
        ids.unique(ids.ROLE),
        role_name,
        path,
        arns.role(call.account_id, path, role_name),
        call.timestamp,
        permissions_boundary,
        description,
        max_session_duration,
        trust_policies.validate_and_normalize(call, assume_role_policy_document),
    )
    insert_role(call, role)
    new_tags = put_tags(call, role.role_id, tags or [])
    return {"Role": to_response(call, role, new_tags, None)}


def insert_role(call: Call, role: Role) -> None:
    """Add a role; EntityAlreadyExists if its name is taken, LimitExceeded beyond the account's quota."""
    ROLES.add(call.tx, call.account_id, role)
    accounts.adjust_counter(call.tx, call.account_id, "RolesPerAccount", +1)


def put_tags(call: Call, role_id: str, requested_tags: Sequence[dict[str, str]]) -> Tags:
    """Add tags to a role within the quota; return them."""
    new_tags = tuple(Tag(**tag) for tag in requested_tags)
    add_tags(call, role_id, new_tags, "TagsPerRole")
    return new_tags


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(condition_keys.CURRENT_BOUNDARY, condition_keys.NO_ROLE_TEMPLATE),
)
def get_role(call: Call, role: Role) -> Reply:
    role_tags = tag_store.list_for_resource(call.tx, call.account_id, role.role_id)
    last_use = role_store.find_last_use(call.tx, call.account_id, role.role_id)
    return {"Role": to_response(call, role, role_tags, last_use)}


@operation("iam", target_finder=targets.ROLE, condition_keys=(condition_keys.CURRENT_BOUNDARY,))
def update_role(
    call: Call, role: Role, description: str | None = None, max_session_duration: int | None = None
) -> Reply:
    if max_session_duration is not None:
        require_modifiable(role)
    updated_role = role._replace(
        description=role.description if description is None else description,
        max_session_duration=max_session_duration or role.max_session_duration,
    )
    role_store.update(call.tx, call.account_id, updated_role)
    return {}


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(condition_keys.CURRENT_BOUNDARY,),
    requires_confirmation=False,
)
def update_role_description(call: Call, role: Role, description: str) -> Reply:
    updated_role = role._replace(description=description)
    role_store.update(call.tx, call.account_id, updated_role)
    return {"Role": to_list_entry(call, updated_role)}


@operation("iam", target_finder=targets.ROLE, condition_keys=(condition_keys.CURRENT_BOUNDARY,))
def update_assume_role_policy(call: Call, role: Role, policy_document: str) -> Reply:
    require_modifiable(role)
    role_store.update(
        call.tx,
        call.account_id,
        role._replace(trust=trust_policies.validate_and_normalize(call, policy_document)),
    )
    return None


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(condition_keys.CURRENT_BOUNDARY,),
    requires_confirmation=False,
)
def delete_role(call: Call, role: Role) -> Reply:
    require_modifiable(role)
    role_key = (call.tx, call.account_id, role.role_id)
    if role_store.list_instance_profiles(*role_key):
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
    if inline_policies.list_for_entity(*role_key):
        raise DeleteConflict("Cannot delete entity, must delete policies first.")
    if policy_attachments.list_for_entity(*role_key):
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    delete_records(call, role)
    return None


def delete_records(call: Call, role: Role) -> None:
    """Delete a role without policies and instance profiles; its sessions end with it."""
    tag_store.delete_all(call.tx, call.account_id, role.role_id)
    role_store.delete_last_use(call.tx, call.account_id, role.role_id)
    ROLES.delete(call.tx, call.account_id, role.role_id)
    accounts.adjust_counter(call.tx, call.account_id, "RolesPerAccount", -1)


@operation("iam", target_finder=targets.ROLES_BY_PATH)
def list_roles(
    call: Call, path_prefix: str = "/", marker: str | None = None, max_items: int | None = None
) -> Reply:
    page = ROLES.list_page(call.tx, call.account_id, path_prefix, paging.page_limits(marker, max_items))
    return {"Roles": [to_list_entry(call, role) for role in page.items], **page.truncation_members()}
