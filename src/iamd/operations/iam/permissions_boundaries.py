"""Permissions boundaries of users and roles; checks for attachable policies and modifiable roles."""

from iamd.core.errors import NoSuchEntity, PolicyNotAttachable, UnmodifiableEntity
from iamd.core.records import Role, User
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import policy_attachments, principal_policies

_SERVICE_ROLE_POLICY_PATH = ":policy/aws-service-role/"
SERVICE_LINKED_ROLE_PATH = "/aws-service-role/"


def require_modifiable(role: Role) -> None:
    """Raise UnmodifiableEntity for a service-linked role, which only its service can change."""
    if role.path.startswith(SERVICE_LINKED_ROLE_PATH):
        raise UnmodifiableEntity(
            f"Cannot perform the operation on the protected role '{role.role_name}' - "
            "this role is only modifiable by AWS"
        )


def to_response(boundary_arn: str | None) -> dict[str, str] | None:
    """Return the response member PermissionsBoundary; None if there is no boundary."""
    if boundary_arn is None:
        return None
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary_arn}


def require_attachable(call: Call, policy_arn: str) -> None:
    """Raise NoSuchEntity if a policy does not exist, PolicyNotAttachable if it is a service role policy."""
    if principal_policies.find_default_document(call.tx, call.account_id, policy_arn) is None:
        raise NoSuchEntity(f"Policy {policy_arn} does not exist or is not attachable.")
    if _SERVICE_ROLE_POLICY_PATH in policy_arn:
        raise PolicyNotAttachable("Cannot attach a Service Role Policy to a Customer entity.")


@operation("iam", target_finder=targets.USER, condition_keys=(condition_keys.REQUESTED_BOUNDARY,))
def put_user_permissions_boundary(call: Call, user: User, permissions_boundary: str) -> Reply:
    require_attachable(call, permissions_boundary)
    policy_attachments.set_boundary(call.tx, call.account_id, user.user_id, permissions_boundary)
    return None


@operation("iam", target_finder=targets.USER, condition_keys=(condition_keys.CURRENT_BOUNDARY,))
def delete_user_permissions_boundary(call: Call, user: User) -> Reply:
    if user.boundary_arn is None:
        raise NoSuchEntity(f"The user with name {user.user_name} has no permissions boundary.")
    policy_attachments.set_boundary(call.tx, call.account_id, user.user_id, None)
    return None


@operation(
    "iam",
    target_finder=targets.ROLE,
    condition_keys=(condition_keys.REQUESTED_BOUNDARY, condition_keys.NO_ROLE_TEMPLATE),
)
def put_role_permissions_boundary(call: Call, role: Role, permissions_boundary: str) -> Reply:
    require_modifiable(role)
    require_attachable(call, permissions_boundary)
    policy_attachments.set_boundary(call.tx, call.account_id, role.role_id, permissions_boundary)
    return None


@operation("iam", target_finder=targets.ROLE, condition_keys=(condition_keys.CURRENT_BOUNDARY,))
def delete_role_permissions_boundary(call: Call, role: Role) -> Reply:
    require_modifiable(role)
    if role.boundary_arn is None:
        raise NoSuchEntity(f"The role with name {role.role_name} has no permissions boundary.")
    policy_attachments.set_boundary(call.tx, call.account_id, role.role_id, None)
    return None
