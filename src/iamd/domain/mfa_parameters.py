"""The MFA parameters SerialNumber and TokenCode of AssumeRole and GetSessionToken."""

from iamd.core.errors import AccessDenied, InvalidAuthenticationCode
from iamd.domain import mfa_codes
from iamd.framework.call import Call
from iamd.framework.operation import Params
from iamd.store import mfa_devices

_INCOMPLETE_MFA = (
    "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
)
_UNKNOWN_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code. "
    "Please verify your MFA serial number is valid and associated with this user."
)
_WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code."


class WrongMfaCode(AccessDenied):
    """The MFA code is wrong; the attempt is counted all the same."""

    commits = True


def has_mfa_params(params: Params) -> bool:
    """Return whether a request has MFA parameters, even if one of the two is missing."""
    return "serial_number" in params or "token_code" in params


def consume_mfa_code(call: Call, params: Params) -> Call:
    """Verify a code of the caller's own device, mark it as used, and return the call with MFA.

    Raises AccessDenied with AWS's sentence if a parameter is missing, the device is not the caller's or the
    code is wrong.
    """
    serial_number, token_code = params.get("serial_number"), params.get("token_code")
    if serial_number is None or token_code is None:
        raise AccessDenied(_INCOMPLETE_MFA)
    caller = call.caller
    device = mfa_devices.find(call.tx, call.account_id, serial_number)
    is_own = (
        device is not None
        and not caller.has_temporary_credentials
        and device.user_id == caller.principal.unique_id
    )
    if device is None or not is_own or device.kind == mfa_codes.PASSKEY:
        raise AccessDenied(_UNKNOWN_DEVICE)
    try:
        mfa_codes.consume_code(call.tx, call.account_id, call.data_key, device, token_code, call.epoch)
    except InvalidAuthenticationCode as error:
        raise WrongMfaCode(_WRONG_CODE) from error
    return call._replace(caller=caller._replace(mfa_at=call.epoch))
