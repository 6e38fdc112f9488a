"""Codes and keys of MFA devices, checked in the same way on every path that asks for one.

A code works once: the step it is of is kept, and the row is only ever moved on to a later step. Wrong codes
are counted per device before they are looked at, so that a thousand at once are a thousand; ten in a quarter
of an hour, then none is looked at until the window has passed.
"""

import json

from iamd.core.errors import InvalidAuthenticationCode
from iamd.core.records import MfaDevice
from iamd.keys import seal, totp
from iamd.keys.passkeys import Passkey
from iamd.keys.totp import TotpState
from iamd.store import attempts, mfa_devices
from iamd.store.query import Tx

PASSKEY = "passkey"
MOST_WRONG = 10
WINDOW = 15 * 60  # seconds
_NEAR_STEPS = 10

_WRONG = "Authentication code for device is not valid."
_USED = "Authentication code for device is not valid: it was used already. Wait for the next code."
_EQUAL = "Authentication code for device is not valid: the two codes are equal. Type two codes in a row."
_APART = (
    "Authentication code for device is not valid: the two codes are not consecutive. Type two codes in a row."
)
_TOO_MANY = "Too many wrong codes were typed for this device. Wait 15 minutes, then try again."


class TooManyCodes(InvalidAuthenticationCode):
    """No code of this device is looked at for a while."""


def subject(account_id: str, serial_number: str) -> str:
    """Name what wrong codes of a device are counted by."""
    return attempts.counter_key("otp", account_id, serial_number)


def use_code(tx: Tx, account_id: str, data_key: bytes, device: MfaDevice, code: str, at: int) -> None:
    """Use a code of a TOTP device up; `at` is in seconds since 1970.

    InvalidAuthenticationCode when it is wrong, was used before, or when too many were wrong lately. What was
    counted must be committed even then.
    """
    held = _counted(tx, account_id, device, at)
    seed = _seed(data_key, account_id, held)
    step = totp.verify(seed, code, at, TotpState(held.counter, held.drift))
    if step is None:
        known = totp.verify(seed, code, at, TotpState(-1, held.drift)) is not None
        raise InvalidAuthenticationCode(_USED if known else _WRONG)
    _move_on(tx, account_id, held, step)


def use_codes(
    tx: Tx, account_id: str, data_key: bytes, device: MfaDevice, codes: tuple[str, str], at: int
) -> MfaDevice:
    """Use two consecutive codes up, which also tell how far the device's clock is off; return the device.

    InvalidAuthenticationCode as for `use_code`, with what is wrong with the two.
    """
    held = _counted(tx, account_id, device, at)
    seed = _seed(data_key, account_id, held)
    accepted = totp.verify_consecutive(seed, *codes, at, held.counter)
    if accepted is None:
        raise InvalidAuthenticationCode(_what_is_wrong(seed, codes, at))
    _move_on(tx, account_id, held, accepted.step)
    return held._replace(counter=accepted.step, drift=accepted.drift)


def _counted(tx: Tx, account_id: str, device: MfaDevice, at: int) -> MfaDevice:
    """Count a try, and only then read the device: who comes at the same moment waits, and sees it used."""
    name = subject(account_id, device.serial_number)
    if attempts.increment(tx, name, at, WINDOW, MOST_WRONG).tries > MOST_WRONG:
        raise TooManyCodes(_TOO_MANY)
    held = mfa_devices.find(tx, account_id, device.serial_number)
    if held is None or held.kind == PASSKEY:
        raise InvalidAuthenticationCode(_WRONG)
    return held


def _move_on(tx: Tx, account_id: str, device: MfaDevice, step: int) -> None:
    if not mfa_devices.advance_counter(tx, account_id, device.serial_number, step):
        raise InvalidAuthenticationCode(_USED)
    attempts.reset(tx, subject(account_id, device.serial_number))


def _what_is_wrong(seed: bytes, codes: tuple[str, str], at: int) -> str:
    first, second = codes
    if first == second:
        return _EQUAL
    if totp.verify_consecutive(seed, first, second, at) is not None:
        return _USED
    return _APART if all(_is_near(seed, code, at) for code in codes) else _WRONG


def _is_near(seed: bytes, code: str, at: int) -> bool:
    """Say whether a code is one of the device's within some minutes."""
    drifts = range(-_NEAR_STEPS, _NEAR_STEPS + 1)
    return any(totp.verify(seed, code, at, TotpState(-1, drift)) is not None for drift in drifts)


def _seed(data_key: bytes, account_id: str, device: MfaDevice) -> bytes:
    return seal.unseal(data_key, device.secret, mfa_devices.associated_data(account_id, device.serial_number))


def sealed_seed(data_key: bytes, account_id: str, serial_number: str, seed: bytes) -> bytes:
    """Return what the store keeps of a TOTP device's seed."""
    return seal.seal(data_key, seed, mfa_devices.associated_data(account_id, serial_number))


def sealed_passkey(data_key: bytes, account_id: str, serial_number: str, passkey: Passkey) -> bytes:
    """Return what the store keeps of a passkey; its ID and its counter have columns of their own."""
    inside = json.dumps({"public_key": passkey.public_key}).encode()
    return seal.seal(data_key, inside, mfa_devices.associated_data(account_id, serial_number))


def passkey(data_key: bytes, account_id: str, device: MfaDevice) -> Passkey:
    """Return the passkey of a device, as `keys.passkeys.verify` wants it."""
    place = mfa_devices.associated_data(account_id, device.serial_number)
    inside = json.loads(seal.unseal(data_key, device.secret, place))
    return Passkey(device.credential_id or "", inside["public_key"], device.counter)
