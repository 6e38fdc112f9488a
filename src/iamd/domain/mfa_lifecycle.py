"""Lifecycle of MFA devices: assign, resynchronize, deactivate and delete, for IAM users and the root user.

`owner_id` is a user's unique ID, or the account's ID for the root user.
"""

from typing import Any

from iamd.core.errors import AccessDenied, EntityAlreadyExists, NoSuchEntity
from iamd.core.records import MfaDevice
from iamd.domain import mfa_codes
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.store import mfa_devices, quotas, recovery_codes, sessions, tags


def list_for_owner(call: Call, owner_id: str) -> list[MfaDevice]:
    return mfa_devices.list_for_user(call.tx, call.account_id, owner_id)


def to_response(device: MfaDevice, user_name: str | None) -> dict[str, Any]:
    """Return the members of a device in ListMFADevices."""
    return {
        "UserName": user_name,
        "SerialNumber": device.serial_number,
        "EnableDate": device.enable_date,
    }


def find_owned(call: Call, owner_id: str, serial_number: str) -> MfaDevice:
    """Return a device assigned to an owner; NoSuchEntity if it does not exist or is not theirs."""
    device = _find(call, serial_number)
    if device.user_id != owner_id:
        raise NoSuchEntity("MFA Device invalid for user.")
    return device


def _find(call: Call, serial_number: str) -> MfaDevice:
    device = mfa_devices.find(call.tx, call.account_id, serial_number)
    if device is None:
        raise targets.mfa_device_not_found(serial_number)
    return device


def require_mfa(call: Call, owner_id: str) -> None:
    """Require MFA of a caller who changes their own MFA devices and already has one.

    Raises AccessDenied otherwise: a stolen password or access key must not be enough to replace MFA, nor a
    session of a role that was assumed with it.
    """
    is_own = call.caller.origin_id in (owner_id, None)  # unknown: a session of a version without origins
    if is_own and list_for_owner(call, owner_id) and not call.caller.origin_mfa:
        raise AccessDenied(
            f"User: {call.caller.principal.arn} has MFA and must sign in with MFA to change MFA devices"
        )


def enforce_device_quota(call: Call, owner_id: str) -> None:
    """Raise LimitExceeded if the owner cannot have one more device."""
    quotas.enforce(call.tx, call.account_id, "MFADevicesPerUser", len(list_for_owner(call, owner_id)) + 1)


def enable(call: Call, owner_id: str, serial_number: str, codes: tuple[str, str]) -> None:
    """Assign a TOTP device after verifying two consecutive codes; end the owner's other sessions.

    Raises NoSuchEntity, EntityAlreadyExists if it is assigned already, LimitExceeded beyond the quota, and
    AccessDenied or InvalidAuthenticationCode as `require_mfa` and `consume_consecutive_codes` do.
    """
    require_mfa(call, owner_id)
    device = _find(call, serial_number)
    if device.user_id is not None:
        raise EntityAlreadyExists("MFA Device is already in use.")
    enforce_device_quota(call, owner_id)
    verified_device = mfa_codes.consume_consecutive_codes(
        call.tx, call.account_id, call.data_key, device, codes, call.epoch
    )
    assigned_device = verified_device._replace(user_id=owner_id, enable_date=call.timestamp, wizard=None)
    mfa_devices.update(call.tx, call.account_id, assigned_device)
    end_other_sessions(call, owner_id)


def end_other_sessions(call: Call, owner_id: str) -> None:
    """End the owner's console sessions, which began without the new device, except the calling one."""
    calling_session = call.caller.session
    sessions.delete_for_user(
        call.tx, call.account_id, owner_id, calling_session.token_hash if calling_session else ""
    )


def resync(call: Call, owner_id: str, serial_number: str, codes: tuple[str, str]) -> None:
    """Measure a device's clock drift from two consecutive codes."""
    device = find_owned(call, owner_id, serial_number)
    verified_device = mfa_codes.consume_consecutive_codes(
        call.tx, call.account_id, call.data_key, device, codes, call.epoch
    )
    mfa_devices.update(call.tx, call.account_id, verified_device)


def deactivate(call: Call, owner_id: str, serial_number: str) -> None:
    """Unassign a TOTP device, or delete a passkey, which cannot be assigned again.

    Recovery codes are deleted with the owner's last device.
    """
    require_mfa(call, owner_id)
    device = find_owned(call, owner_id, serial_number)
    if device.kind == mfa_codes.PASSKEY:
        delete(call, device)
    else:
        unassigned_device = device._replace(user_id=None, enable_date=None, wizard=None)
        mfa_devices.update(call.tx, call.account_id, unassigned_device)
    if not list_for_owner(call, owner_id):
        recovery_codes.delete_all(call.tx, call.account_id, owner_id)


def delete(call: Call, device: MfaDevice) -> None:
    """Delete a device and its tags."""
    tags.delete_all(call.tx, call.account_id, device.serial_number)
    mfa_devices.delete(call.tx, call.account_id, device.serial_number)
