"""MFA recovery codes of the caller, which are returned only when they are created."""

from iamd.core.errors import AccessDenied, InvalidInput
from iamd.crypto import recovery_codes
from iamd.domain import mfa_lifecycle
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, always, operation
from iamd.operations.iamd import console_sessions
from iamd.store import recovery_codes as recovery_code_store


@operation(
    "iamd",
    target_finder=targets.SELF,
    action="iam:CreateRecoveryCodes",
    is_self_service=always,
    allowed_during_enrollment=always,
)
def create_recovery_codes(call: Call) -> Reply:
    """Create ten codes and invalidate earlier ones.

    Recovery codes are a second factor, so a session without MFA can create them only once, right after the
    first MFA device. Raises InvalidInput without a device, AccessDenied without MFA.
    """
    console_sessions.require_session(call)
    owner_id = call.caller.unique_id
    device_count = len(mfa_lifecycle.list_for_owner(call, owner_id))
    if not device_count:
        raise InvalidInput("Recovery codes require an MFA device. Assign one first.")
    if not call.caller.has_mfa and (
        device_count > 1 or recovery_code_store.count(call.tx, call.account_id, owner_id)
    ):
        raise AccessDenied("New recovery codes require a session with MFA. Sign in again with an MFA device.")
    codes = recovery_codes.generate_codes()
    hashes = [recovery_codes.hash_code(call.data_key, code) for code in codes]
    recovery_code_store.replace(call.tx, call.account_id, owner_id, hashes, call.timestamp)
    return {"RecoveryCodes": codes, "CreateDate": call.timestamp}
