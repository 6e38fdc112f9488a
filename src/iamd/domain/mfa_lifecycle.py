"""What the operations on MFA devices of users and of root users have in common.

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
    """Return a device as lists show it."""
    return {
        "UserName": user_name,
        "SerialNumber": device.serial_number,
        "EnableDate": device.enable_date,
    }


def find_owned(call: Call, owner_id: str, serial_number: str) -> MfaDevice:
    """Return one of somebody's devices; NoSuchEntity for any other."""
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
    """Refuse to let somebody who has MFA change it without it: a password or a key is not enough."""
    if call.caller.unique_id == owner_id and list_for_owner(call, owner_id) and not call.caller.has_mfa:
        raise AccessDenied(
            f"User: {call.caller.principal.arn} has MFA, and must sign in with it to change MFA devices"
        )


def enforce_device_quota(call: Call, owner_id: str) -> None:
    """Refuse a device beyond the quota."""
    quotas.enforce(call.tx, call.account_id, "MFADevicesPerUser", len(list_for_owner(call, owner_id)) + 1)


def enable(call: Call, owner_id: str, serial_number: str, codes: tuple[str, str]) -> None:
    """Assign a TOTP device that is nobody's yet, proved by two codes in a row."""
    require_mfa(call, owner_id)
    device = _find(call, serial_number)
    if device.user_id is not None:
        raise EntityAlreadyExists("MFA Device is already in use.")
    enforce_device_quota(call, owner_id)
    verified_device = mfa_codes.use_codes(call.tx, call.account_id, call.data_key, device, codes, call.epoch)
    assigned_device = verified_device._replace(user_id=owner_id, enable_date=call.timestamp, wizard=None)
    mfa_devices.update(call.tx, call.account_id, assigned_device)
    end_other_sessions(call, owner_id)


def end_other_sessions(call: Call, owner_id: str) -> None:
    """End what somebody's sessions began before this device was there, but the one that is calling."""
    calling_session = call.caller.session
    sessions.delete_for_user(
        call.tx, call.account_id, owner_id, calling_session.token_hash if calling_session else ""
    )


def resync(call: Call, owner_id: str, serial_number: str, codes: tuple[str, str]) -> None:
    """Find out from two codes in a row how far a device's clock is off."""
    device = find_owned(call, owner_id, serial_number)
    verified_device = mfa_codes.use_codes(call.tx, call.account_id, call.data_key, device, codes, call.epoch)
    mfa_devices.update(call.tx, call.account_id, verified_device)


def deactivate(call: Call, owner_id: str, serial_number: str) -> None:
    """Take a device away; a passkey, which is of no use to anybody else, goes altogether."""
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
    """Remove a device with its tags."""
    tags.delete_all(call.tx, call.account_id, device.serial_number)
    mfa_devices.delete(call.tx, call.account_id, device.serial_number)
