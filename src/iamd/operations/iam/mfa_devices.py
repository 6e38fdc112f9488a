"""MFA devices of users: enable, resynchronize, deactivate, get and list."""

from iamd.core.records import User
from iamd.domain import mfa_lifecycle
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation, targets_caller
from iamd.store import paging


def _owner_id_and_name(call: Call, user: User | None) -> tuple[str, str | None]:
    """Return the owner's unique ID and user name; the root user has no name."""
    return (call.account_id, None) if user is None else (user.user_id, user.user_name)


@operation(
    "iam",
    target_finder=targets.USER,
    condition_keys=(condition_keys.NO_SECURITY_KEY,),
    allowed_during_enrollment=targets_caller,
)
def enable_mfa_device(
    call: Call, user: User, serial_number: str, authentication_code1: str, authentication_code2: str
) -> Reply:
    mfa_lifecycle.enable(call, user.user_id, serial_number, (authentication_code1, authentication_code2))
    return None


@operation("iam", target_finder=targets.USER)
def resync_mfa_device(
    call: Call, user: User, serial_number: str, authentication_code1: str, authentication_code2: str
) -> Reply:
    mfa_lifecycle.resync(call, user.user_id, serial_number, (authentication_code1, authentication_code2))
    return None


@operation("iam", target_finder=targets.USER_OR_SELF)
def deactivate_mfa_device(call: Call, user: User, serial_number: str) -> Reply:
    mfa_lifecycle.deactivate(call, user.user_id, serial_number)
    return None


@operation("iam", target_finder=targets.USER_OR_ROOT, allowed_during_enrollment=targets_caller)
def get_mfa_device(call: Call, user: User | None, serial_number: str) -> Reply:
    owner_id, user_name = _owner_id_and_name(call, user)
    device = mfa_lifecycle.find_owned(call, owner_id, serial_number)
    return {**mfa_lifecycle.to_response(device, user_name), "Certifications": {}}


@operation("iam", target_finder=targets.USER_OR_ROOT, allowed_during_enrollment=targets_caller)
def list_mfa_devices(
    call: Call, user: User | None, marker: str | None = None, max_items: int | None = None
) -> Reply:
    owner_id, user_name = _owner_id_and_name(call, user)
    limits = paging.page_limits(marker, max_items)
    page = paging.page_by_name(
        mfa_lifecycle.list_for_owner(call, owner_id), limits, lambda device: device.serial_number
    )
    return {
        "MFADevices": [mfa_lifecycle.to_response(device, user_name) for device in page.items],
        **page.truncation_members(),
    }
