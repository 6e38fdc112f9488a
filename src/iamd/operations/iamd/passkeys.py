"""Passkey (WebAuthn) registration: creation options with a challenge, and verification of the new credential.

The challenge is stored in the console session and works once.
"""

from iamd.core import ids
from iamd.core.errors import EntityAlreadyExists, InvalidInput
from iamd.core.records import MfaDevice
from iamd.crypto import passkeys
from iamd.crypto.passkeys import InvalidPasskey, Passkey, RelyingParty
from iamd.domain import mfa_codes, mfa_lifecycle
from iamd.framework import condition_keys, targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, always, operation
from iamd.operations.iamd import console_sessions
from iamd.operations.iamd.account import get_current_account
from iamd.store import mfa_devices
from iamd.store import sessions as session_store

_ACTION = "iam:EnableMFADevice"


class InvalidRegistration(InvalidInput):
    """The browser's response is invalid. The challenge is consumed all the same."""

    commits = True


@operation(
    "iamd",
    target_finder=targets.SELF,
    condition_keys=(condition_keys.NEW_SECURITY_KEY,),
    action=_ACTION,
    allowed_during_enrollment=always,
)
def start_passkey_registration(call: Call) -> Reply:
    session, owner_id = console_sessions.require_session(call), call.caller.unique_id
    mfa_lifecycle.require_mfa(call, owner_id)
    mfa_lifecycle.enforce_device_quota(call, owner_id)
    challenge = passkeys.new_challenge()
    session_store.set_challenge(call.tx, session.token_hash, challenge)
    existing_credential_ids = [
        device.credential_id
        for device in mfa_lifecycle.list_for_owner(call, owner_id)
        if device.credential_id
    ]
    options = passkeys.creation_options(
        RelyingParty(call.origin), challenge, owner_id, _user_name(call), existing_credential_ids
    )
    return {"Options": options}


def _user_name(call: Call) -> str:
    """Return the user name that the browser shows for the passkey."""
    user = call.caller.user
    return user.user_name if user is not None else get_current_account(call).root_email


@operation(
    "iamd",
    target_finder=targets.SELF,
    condition_keys=(condition_keys.ACTIVATED_SECURITY_KEY,),
    action=_ACTION,
    allowed_during_enrollment=always,
)
def register_passkey(call: Call, device_name: str, credential: str) -> Reply:
    session, owner_id = console_sessions.require_session(call), call.caller.unique_id
    mfa_lifecycle.require_mfa(call, owner_id)
    mfa_lifecycle.enforce_device_quota(call, owner_id)
    session_store.set_challenge(call.tx, session.token_hash, None)
    passkey = _verify_registration(call, session.challenge, credential)
    if mfa_devices.find_by_credential_id(call.tx, passkey.credential_id) is not None:
        raise EntityAlreadyExists("MFA Device is already in use.")
    serial_number = _new_serial_number(call, device_name)
    mfa_devices.add(call.tx, call.account_id, _build_device(call, serial_number, owner_id, passkey))
    mfa_lifecycle.end_other_sessions(call, owner_id)
    return {"SerialNumber": serial_number}


def _verify_registration(call: Call, challenge: str | None, credential: str) -> Passkey:
    if challenge is None:
        raise InvalidInput(
            "No passkey registration was started in this session. Call StartPasskeyRegistration first."
        )
    try:
        return passkeys.verify_registration(RelyingParty(call.origin), challenge, credential)
    except InvalidPasskey as error:
        raise InvalidRegistration(f"The passkey cannot be registered: {error}") from error


def _new_serial_number(call: Call, device_name: str) -> str:
    """Return an ARN in AWS's form for security keys: the owner, the device name and a unique suffix."""
    user = call.caller.user
    owner = "root-account" if user is None else f"user/{user.user_name}"
    return call.arn(f"u2f/{owner}/{device_name}-{ids.unique('')}")


def _build_device(call: Call, serial_number: str, owner_id: str, passkey: Passkey) -> MfaDevice:
    sealed_passkey = mfa_codes.seal_passkey(call.data_key, call.account_id, serial_number, passkey)
    return MfaDevice(
        serial_number,
        mfa_codes.PASSKEY,
        owner_id,
        sealed_passkey,
        passkey.sign_count,
        0,
        passkey.credential_id,
        call.timestamp,
        call.timestamp,
        None,
    )
