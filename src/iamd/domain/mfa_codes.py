"""MFA codes: TOTP verification with replay protection and a limit on wrong codes; sealing of MFA secrets.

Every path that accepts an MFA code goes through this module. A code works once: the device's row stores the
TOTP step of the last accepted code, and it only ever moves forward. Attempts are counted per device before
the code is verified, so that concurrent guesses are all counted. After `MAX_WRONG_CODES` wrong codes within
`WINDOW_SECONDS`, codes are rejected unverified until the window has passed.
"""

import json

from iamd.core.errors import InvalidAuthenticationCode
from iamd.core.records import MfaDevice
from iamd.crypto import seal, totp
from iamd.crypto.passkeys import Passkey
from iamd.crypto.totp import TotpState
from iamd.store import attempt_counters, mfa_devices
from iamd.store.query import Tx

PASSKEY = "passkey"
MAX_WRONG_CODES = 10
WINDOW_SECONDS = 15 * 60
_NEAR_STEPS = 10

_WRONG_CODE = "Authentication code for device is not valid."
_CODE_ALREADY_USED = (
    "Authentication code for device is not valid: it has already been used. Wait for the next code."
)
_EQUAL_CODES = (
    "Authentication code for device is not valid: the two codes are the same. Enter two consecutive codes."
)
_CODES_NOT_CONSECUTIVE = (
    "Authentication code for device is not valid: the two codes are not consecutive. "
    "Enter two consecutive codes."
)
_TOO_MANY_CODES = "Too many incorrect codes for this device. Wait 15 minutes, then try again."


class TooManyCodes(InvalidAuthenticationCode):
    """Codes of this device are rejected until the window of its wrong codes has passed."""


def wrong_code_counter_key(account_id: str, serial_number: str) -> str:
    """Return the key of the counter of a device's wrong codes."""
    return attempt_counters.counter_key("otp", account_id, serial_number)


def consume_code(tx: Tx, account_id: str, data_key: bytes, device: MfaDevice, code: str, epoch: int) -> None:
    """Verify a code of a TOTP device and mark it as used; `epoch` is in seconds since 1970.

    Raises InvalidAuthenticationCode if the code is wrong or already used, and TooManyCodes if too many codes
    were wrong recently. The caller must commit the transaction even then, so that the attempt counts.
    """
    current_device = _count_attempt(tx, account_id, device, epoch)
    seed = _unseal_seed(data_key, account_id, current_device)
    step = totp.verify(seed, code, epoch, TotpState(current_device.counter, current_device.drift))
    if step is None:
        is_valid = totp.verify(seed, code, epoch, TotpState(-1, current_device.drift)) is not None
        raise InvalidAuthenticationCode(_CODE_ALREADY_USED if is_valid else _WRONG_CODE)
    _advance_counter(tx, account_id, current_device, step)


def consume_consecutive_codes(
    tx: Tx, account_id: str, data_key: bytes, device: MfaDevice, codes: tuple[str, str], epoch: int
) -> MfaDevice:
    """Verify two consecutive codes and mark them as used; return the device with its clock drift measured.

    Raises InvalidAuthenticationCode as `consume_code` does; the message says what is wrong with the two.
    """
    current_device = _count_attempt(tx, account_id, device, epoch)
    seed = _unseal_seed(data_key, account_id, current_device)
    state = totp.verify_consecutive(seed, *codes, epoch, current_device.counter)
    if state is None:
        raise InvalidAuthenticationCode(_explain_rejection(seed, codes, epoch))
    _advance_counter(tx, account_id, current_device, state.step)
    return current_device._replace(counter=state.step, drift=state.drift)


def _count_attempt(tx: Tx, account_id: str, device: MfaDevice, epoch: int) -> MfaDevice:
    """Count an attempt, then read the device again.

    Incrementing the counter locks its row, so concurrent attempts run one after the other, and each reads the
    TOTP step that the previous one stored.
    """
    counter_key = wrong_code_counter_key(account_id, device.serial_number)
    if (
        attempt_counters.increment(tx, counter_key, epoch, WINDOW_SECONDS, MAX_WRONG_CODES).tries
        > MAX_WRONG_CODES
    ):
        raise TooManyCodes(_TOO_MANY_CODES)
    current_device = mfa_devices.find(tx, account_id, device.serial_number)
    if current_device is None or current_device.kind == PASSKEY:
        raise InvalidAuthenticationCode(_WRONG_CODE)
    return current_device


def _advance_counter(tx: Tx, account_id: str, device: MfaDevice, step: int) -> None:
    if not mfa_devices.advance_counter(tx, account_id, device.serial_number, step):
        raise InvalidAuthenticationCode(_CODE_ALREADY_USED)
    attempt_counters.reset(tx, wrong_code_counter_key(account_id, device.serial_number))


def _explain_rejection(seed: bytes, codes: tuple[str, str], epoch: int) -> str:
    first, second = codes
    if first == second:
        return _EQUAL_CODES
    if totp.verify_consecutive(seed, first, second, epoch) is not None:
        return _CODE_ALREADY_USED
    return (
        _CODES_NOT_CONSECUTIVE
        if all(_is_near_current_time(seed, code, epoch) for code in codes)
        else _WRONG_CODE
    )


def _is_near_current_time(seed: bytes, code: str, epoch: int) -> bool:
    """Return whether a code is valid within `_NEAR_STEPS` steps of the current time."""
    drifts = range(-_NEAR_STEPS, _NEAR_STEPS + 1)
    return any(totp.verify(seed, code, epoch, TotpState(-1, drift)) is not None for drift in drifts)


def _unseal_seed(data_key: bytes, account_id: str, device: MfaDevice) -> bytes:
    return seal.unseal(data_key, device.secret, mfa_devices.associated_data(account_id, device.serial_number))


def seal_seed(data_key: bytes, account_id: str, serial_number: str, seed: bytes) -> bytes:
    """Encrypt a TOTP device's seed for the store."""
    return seal.seal(data_key, seed, mfa_devices.associated_data(account_id, serial_number))


def seal_passkey(data_key: bytes, account_id: str, serial_number: str, passkey: Passkey) -> bytes:
    """Encrypt a passkey's public key for the store; its credential ID and sign count are stored in clear."""
    payload = json.dumps({"public_key": passkey.public_key}).encode()
    return seal.seal(data_key, payload, mfa_devices.associated_data(account_id, serial_number))


def unseal_passkey(data_key: bytes, account_id: str, device: MfaDevice) -> Passkey:
    """Decrypt a device's passkey for `crypto.passkeys`."""
    associated_data = mfa_devices.associated_data(account_id, device.serial_number)
    payload = json.loads(seal.unseal(data_key, device.secret, associated_data))
    return Passkey(device.credential_id or "", payload["public_key"], device.counter)
