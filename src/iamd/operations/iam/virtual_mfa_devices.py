"""Virtual MFA devices (TOTP authenticator apps): create with seed and QR code, delete, list.

The seed is returned only on creation. A device is unassigned until EnableMFADevice verifies two codes.
"""

import re
from typing import Any

from iamd.core.errors import AccessDenied, DeleteConflict, EntityAlreadyExists, InvalidInput
from iamd.core.records import MfaDevice, Tag
from iamd.core.session_stages import ENROLL
from iamd.crypto import totp
from iamd.domain import mfa_codes, mfa_lifecycle
from iamd.domain.tagging import add_tags, tagging_checks
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, Target, always, operation
from iamd.operations.iam import users
from iamd.store import attempt_counters, mfa_devices, paging, quotas
from iamd.store import tags as tag_store
from iamd.store.entities import USERS

TOTP_ISSUER = "iamd"
_SERIAL_NUMBER = re.compile(r"[\w+=/:,.@-]{9,256}", re.ASCII)  # the API model's serialNumberType


@operation(
    "iam",
    target_finder=targets.NEW_MFA_DEVICE,
    condition_keys=(condition_keys.REQUEST_TAGS,),
    extra_checks=tagging_checks("iam:TagMFADevice"),
    allowed_during_enrollment=always,
    requires_confirmation=False,
)
def create_virtual_mfa_device(
    call: Call,
    virtual_mfa_device_name: str,
    path: str = "/",
    tags: list[dict[str, str]] | None = None,
) -> Reply:
    serial_number = call.arn(f"mfa{path}{virtual_mfa_device_name}")
    if not _SERIAL_NUMBER.fullmatch(serial_number):
        raise InvalidInput(f"The serial number {serial_number} is too long or contains invalid characters.")
    _enforce_enrollment_limits(call, path, tags)
    _replace_unfinished_device(call, serial_number)
    seed = totp.new_seed()
    sealed_seed = mfa_codes.seal_seed(call.data_key, call.account_id, serial_number, seed)
    device = MfaDevice(
        serial_number,
        "virtual",
        None,
        sealed_seed,
        0,
        0,
        None,
        call.timestamp,
        None,
        _enrolling_principal_id(call),
    )
    mfa_devices.add(call.tx, call.account_id, device)
    new_tags = put_tags(call, serial_number, tags or [])
    uri = totp.provisioning_uri(seed, TOTP_ISSUER, f"{virtual_mfa_device_name}@{call.account_id}")
    response = {
        "SerialNumber": serial_number,
        "Base32StringSeed": totp.encode_base32(seed).encode(),
        "QRCodePNG": totp.qr_code_png(uri),
        "Tags": new_tags or None,
    }
    return {"VirtualMFADevice": response}


def put_tags(call: Call, serial_number: str, requested_tags: list[dict[str, str]]) -> tuple[Tag, ...]:
    """Add tags to a device within the quota; return them."""
    new_tags = tuple(Tag(**tag) for tag in requested_tags)
    add_tags(call, serial_number, new_tags, "TagsPerVirtualMFADevice")
    return new_tags


def _enrolling_principal_id(call: Call) -> str | None:
    """Return the unique ID of a caller who sets up a device in the console; None without a console session.

    It lets the same user start over later, in any session, although the unfinished device exists.
    """
    return call.caller.unique_id if call.caller.session is not None else None


def _enforce_enrollment_limits(call: Call, path: str, requested_tags: list[dict[str, str]] | None) -> None:
    """Allow a session that must set up MFA only one unfinished device, without a path and tags.

    Such a session creates the device without authorization by policies.
    """
    session = call.caller.session
    if session is None or session.stage != ENROLL:
        return
    if path != "/" or requested_tags:
        raise AccessDenied("An MFA device that is required at sign-in cannot have a path or tags.")
    mfa_devices.delete_unfinished(call.tx, call.account_id, call.caller.unique_id)


def _replace_unfinished_device(call: Call, serial_number: str) -> None:
    """Delete the caller's unfinished device of the same name; EntityAlreadyExists if any other has the name.

    Also enforces the quota, and resets tags and wrong codes of an earlier device of this name.
    """
    device = mfa_devices.find(call.tx, call.account_id, serial_number)
    if device is not None and not _is_own_unfinished(call, device):
        raise EntityAlreadyExists("MFADevice entity at the same path and name already exists.")
    if device is not None:
        mfa_devices.delete(call.tx, call.account_id, serial_number)
    quotas.enforce(
        call.tx,
        call.account_id,
        "VirtualMFADevicesPerAccount",
        mfa_devices.count(call.tx, call.account_id).total + 1,
    )
    tag_store.delete_all(call.tx, call.account_id, serial_number)
    attempt_counters.reset(call.tx, mfa_codes.wrong_code_counter_key(call.account_id, serial_number))


def _is_own_unfinished(call: Call, device: MfaDevice) -> bool:
    """Return whether the caller began to set up this device in the console and did not finish."""
    return (
        device.user_id is None
        and device.wizard is not None
        and device.wizard == _enrolling_principal_id(call)
    )


def _targets_own_unfinished_device(call: Call, target: Target) -> bool:
    return target.record is not None and _is_own_unfinished(call, target.record)


@operation(
    "iam",
    target_finder=targets.MFA_DEVICE,
    allowed_during_enrollment=_targets_own_unfinished_device,
    requires_confirmation=False,
)
def delete_virtual_mfa_device(call: Call, device: MfaDevice) -> Reply:
    if device.kind != "virtual":
        raise targets.mfa_device_not_found(device.serial_number)
    if device.user_id is not None:
        raise DeleteConflict("MFA VirtualDevice in use. Must deactivate first.")
    mfa_lifecycle.delete(call, device)
    return None


@operation("iam", target_finder=targets.ANY_RESOURCE)
def list_virtual_mfa_devices(
    call: Call, assignment_status: str = "Any", marker: str | None = None, max_items: int | None = None
) -> Reply:
    limits = paging.page_limits(marker, max_items)
    page = mfa_devices.list_virtual(call.tx, call.account_id, assignment_status, limits)
    return {
        "VirtualMFADevices": [_to_list_entry(call, device) for device in page.items],
        **page.truncation_members(),
    }


def _to_list_entry(call: Call, device: MfaDevice) -> dict[str, Any]:
    """Return the members of a device in lists: its owner, but never its seed."""
    owner: Any = None
    if device.user_id == call.account_id:
        owner = users.root_to_response(call)
    elif device.user_id is not None:
        owner = USERS.find_by_id(call.tx, call.account_id, device.user_id)
    return {"SerialNumber": device.serial_number, "EnableDate": device.enable_date, "User": owner}
