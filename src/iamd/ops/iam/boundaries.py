"""Permissions boundaries of users."""

from iamd.core.errors import NoSuchEntity, PolicyNotAttachable
from iamd.core.records import User
from iamd.ops import keys, targets
from iamd.ops.call import Call
from iamd.ops.operation import Reply, operation
from iamd.store import attachments, permissions

_SERVICE_ROLES_ONLY = ":policy/aws-service-role/"


def require_attachable(call: Call, policy_arn: str) -> None:
    """Refuse a policy that is not there, or that only a service's own role may have."""
    if permissions.default_document(call.tx, call.account_id, policy_arn) is None:
        raise NoSuchEntity(f"Policy {policy_arn} does not exist or is not attachable.")
    if _SERVICE_ROLES_ONLY in policy_arn:
        raise PolicyNotAttachable("Cannot attach a Service Role Policy to a Customer entity.")


@operation("iam", on=targets.USER, keys=(keys.WANTED_BOUNDARY,))
def put_user_permissions_boundary(call: Call, user: User, permissions_boundary: str) -> Reply:
    require_attachable(call, permissions_boundary)
    attachments.set_boundary(call.tx, call.account_id, user.user_id, permissions_boundary)
    return None


@operation("iam", on=targets.USER, keys=(keys.HELD_BOUNDARY,))
def delete_user_permissions_boundary(call: Call, user: User) -> Reply:
    if user.boundary_arn is None:
        raise NoSuchEntity(f"The user with name {user.user_name} has no permissions boundary.")
    attachments.set_boundary(call.tx, call.account_id, user.user_id, None)
    return None
