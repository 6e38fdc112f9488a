"""Root user operations: change its password and manage its MFA devices. Only the root user can call them."""

from iamd.core.errors import ConcurrentModification, NoSuchEntity
from iamd.core.records import LoginProfile
from iamd.domain import mfa_lifecycle, passwords
from iamd.framework import targets
from iamd.framework.call import Call, Dependencies
from iamd.framework.operation import Params, Reply, always, operation
from iamd.operations.iamd.account import get_current_account
from iamd.store import login_profiles, sessions


def _get_login_profile(call: Call) -> LoginProfile:
    profile = login_profiles.find(call.tx, call.account_id, call.account_id)
    if profile is None:
        raise NoSuchEntity("The root user of this account has no password.")
    return profile


def _verify_and_hash(dependencies: Dependencies, call: Call, _record: None, params: Params) -> Params:
    """Replace both passwords with hashes: the stored one that the old password matched, and the new one."""
    account_id, new_password = call.account_id, params["new_password"]
    verified_password = passwords.verify_current(
        dependencies.database,
        dependencies.hasher,
        account_id,
        _get_login_profile(call),
        params["old_password"],
        call.epoch,
    )
    passwords.enforce(
        call.tx,
        account_id,
        passwords.personal_names(get_current_account(call), None),
        new_password,
        dependencies.blocklist,
        dependencies.hasher,
        account_id,
        current_hash=verified_password.hash,
    )
    return {"old_password": verified_password.hash, "new_password": dependencies.hasher.hash(new_password)}


@operation(
    "iamd",
    target_finder=targets.ROOT,
    action="iam:ChangeRootPassword",
    prepare=_verify_and_hash,
    root_only=True,
)
def change_root_password(call: Call, old_password: str, new_password: str) -> Reply:
    """Change the root user's password and end all of its sessions, including the calling one.

    `old_password` is the hash that it was verified against, which detects a concurrent change.
    """
    profile = _get_login_profile(call)
    if profile.hash != old_password:
        raise ConcurrentModification(passwords.CHANGED_MEANWHILE)
    updated_profile = profile._replace(
        hash=new_password, change_date=call.timestamp, password_reset_required=False
    )
    login_profiles.update(call.tx, call.account_id, updated_profile)
    sessions.delete_for_user(call.tx, call.account_id, call.account_id)
    return None


@operation(
    "iamd",
    target_finder=targets.ROOT,
    action="iam:EnableRootMFADevice",
    root_only=True,
    allowed_during_enrollment=always,
)
def enable_root_mfa_device(
    call: Call, serial_number: str, authentication_code1: str, authentication_code2: str
) -> Reply:
    mfa_lifecycle.enable(call, call.account_id, serial_number, (authentication_code1, authentication_code2))
    return None


@operation(
    "iamd",
    target_finder=targets.ROOT,
    action="iam:ResyncRootMFADevice",
    root_only=True,
)
def resync_root_mfa_device(
    call: Call, serial_number: str, authentication_code1: str, authentication_code2: str
) -> Reply:
    mfa_lifecycle.resync(call, call.account_id, serial_number, (authentication_code1, authentication_code2))
    return None


@operation(
    "iamd",
    target_finder=targets.ROOT,
    action="iam:DeactivateRootMFADevice",
    root_only=True,
)
def deactivate_root_mfa_device(call: Call, serial_number: str) -> Reply:
    mfa_lifecycle.deactivate(call, call.account_id, serial_number)
    return None
