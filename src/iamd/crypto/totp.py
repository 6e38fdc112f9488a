"""TOTP (RFC 6238): codes, clock drift and replay protection, authenticator app setup (URI, QR code).

SHA-1, six digits and a time step of 30 seconds, which every authenticator app supports. A step is a number:
epoch seconds divided by 30. A step is accepted only once (RFC 6238, 5.2); the caller stores the last accepted
one.
"""

import base64
import hmac
import io
import os
from typing import NamedTuple
from urllib.parse import quote

import pyotp

STEP_SECONDS = 30
_SEED_BYTES = 20  # recommended by RFC 4226
_WINDOW_STEPS = 1  # accepted steps before and after the current one, for slow typing and clock drift
_RESYNC_WINDOW_STEPS = 20  # for two consecutive codes: ten minutes before and after the current time


class TotpState(NamedTuple):
    """The last accepted time step, and the number of steps by which the device's clock is ahead."""

    step: int
    drift: int


def new_seed() -> bytes:
    """Return a random seed of 20 bytes."""
    return os.urandom(_SEED_BYTES)


def encode_base32(seed: bytes) -> str:
    """Return a seed for manual entry: base32 without padding."""
    return base64.b32encode(seed).decode().rstrip("=")


def generate_code(seed: bytes, step: int) -> str:
    """Return the six-digit code of a time step."""
    return pyotp.HOTP(base64.b32encode(seed).decode()).at(step)


def verify(seed: bytes, otp: str, now_seconds: int, state: TotpState) -> int | None:
    """Return the time step that a code matches; None if there is none later than `state.step`.

    `now_seconds` is epoch seconds.
    """
    current_step = now_seconds // STEP_SECONDS + state.drift
    matching_step = None
    for step in range(current_step - _WINDOW_STEPS, current_step + _WINDOW_STEPS + 1):
        if step >= 0 and _otps_equal(generate_code(seed, step), otp) and step > state.step:
            matching_step = step
    return matching_step


def verify_consecutive(
    seed: bytes, first_otp: str, second_otp: str, now_seconds: int, last_step: int = -1
) -> TotpState | None:
    """Verify two consecutive codes, as for enabling or resynchronizing a device; return its new state.

    Return None if the codes are not consecutive, are outside the window, or are not later than `last_step`.
    """
    current_step = now_seconds // STEP_SECONDS
    for step in range(
        max(current_step - _RESYNC_WINDOW_STEPS, last_step + 1, 0), current_step + _RESYNC_WINDOW_STEPS
    ):
        if _otps_equal(generate_code(seed, step), first_otp) and _otps_equal(
            generate_code(seed, step + 1), second_otp
        ):
            drift = step + 1 - current_step
            return TotpState(step + 1, 0 if abs(drift) <= _WINDOW_STEPS else drift)
    return None


def _otps_equal(first: str, second: str) -> bool:
    return hmac.compare_digest(first.encode(), second.encode())


def provisioning_uri(seed: bytes, issuer: str, account_name: str) -> str:
    """Return the URI that an authenticator app scans: `otpauth://totp/issuer:name?secret=…&issuer=…`."""
    label = quote(f"{issuer}:{account_name}", safe=":")
    return f"otpauth://totp/{label}?secret={encode_base32(seed)}&issuer={quote(issuer, safe='')}"


def qr_code_png(text: str) -> bytes:
    """Return a text as a QR code: a PNG image with a quiet zone."""
    import segno

    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=6, border=4)
    return buffer.getvalue()
