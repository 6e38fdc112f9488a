"""A code of the caller's own MFA device, brought along with a request for temporary credentials."""

from iamd.core.errors import AccessDenied, InvalidAuthenticationCode
from iamd.ops import mfa
from iamd.ops.call import Call
from iamd.ops.operation import Params
from iamd.store import mfa_devices

_INCOMPLETE = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
_UNKNOWN = (
    "MultiFactorAuthentication failed, unable to validate MFA code. "
    "Please verify your MFA serial number is valid and associated with this user."
)
_WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code."


class WrongCode(AccessDenied):
    """The code is not the device's; that it was tried is counted."""

    keeps = True


def is_shown(params: Params) -> bool:
    """Say whether a request brings a code, or part of what belongs to one."""
    return "serial_number" in params or "token_code" in params


def use(call: Call, params: Params) -> Call:
    """Use the code up and return the call of a caller with MFA; AccessDenied in AWS's words otherwise."""
    serial, code = params.get("serial_number"), params.get("token_code")
    if serial is None or code is None:
        raise AccessDenied(_INCOMPLETE)
    caller = call.caller
    device = mfa_devices.find(call.tx, call.account_id, serial)
    is_own = device is not None and not caller.is_temporary and device.user_id == caller.principal.unique_id
    if device is None or not is_own or device.kind == mfa.PASSKEY:
        raise AccessDenied(_UNKNOWN)
    try:
        mfa.use_code(call.tx, call.account_id, call.data_key, device, code, call.at)
    except InvalidAuthenticationCode as wrong:
        raise WrongCode(_WRONG) from wrong
    return call._replace(caller=caller._replace(mfa_at=call.at))
