"""Time-based one-time passwords: RFC 6238 with SHA-1, six digits, 30 seconds, which every app has.

A step is 30 seconds since 1970. A step that was accepted is never accepted again (RFC 6238, 5.2): whoever
calls keeps the last one.
"""

import base64
import hmac
import io
import os
from typing import NamedTuple
from urllib.parse import quote

import pyotp

STEP_SECONDS = 30
_SEED_BYTES = 20  # as RFC 4226 recommends
_WINDOW_STEPS = 1  # steps before and after now, for slow typing and slow clocks
_RESYNC_WINDOW_STEPS = (
    20  # steps around now in which two consecutive codes are looked for: ten minutes each way
)


class TotpState(NamedTuple):
    """The step whose code was typed, and how many steps the device's clock is ahead."""

    step: int
    drift: int


def new_seed() -> bytes:
    """Return a random seed."""
    return os.urandom(_SEED_BYTES)


def encode_base32(seed: bytes) -> str:
    """Return a seed as people type it: base32 without padding."""
    return base64.b32encode(seed).decode().rstrip("=")


def generate_code(seed: bytes, step: int) -> str:
    """Return the six digits of a step."""
    return pyotp.HOTP(base64.b32encode(seed).decode()).at(step)


def verify(seed: bytes, otp: str, now_seconds: int, state: TotpState) -> int | None:
    """Return the step that a code is of, later than the last one accepted; None when there is none."""
    current_step = now_seconds // STEP_SECONDS + state.drift
    matching_step = None
    for step in range(current_step - _WINDOW_STEPS, current_step + _WINDOW_STEPS + 1):
        if step >= 0 and _otps_equal(generate_code(seed, step), otp) and step > state.step:
            matching_step = step
    return matching_step


def verify_consecutive(
    seed: bytes, first_otp: str, second_otp: str, now_seconds: int, last_step: int = -1
) -> TotpState | None:
    """Find two codes in a row, both later than the step `after`; None when they are not."""
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
    """Return what an authenticator app reads: `otpauth://totp/issuer:name?secret=…&issuer=…`."""
    label = quote(f"{issuer}:{account_name}", safe=":")
    return f"otpauth://totp/{label}?secret={encode_base32(seed)}&issuer={quote(issuer, safe='')}"


def qr_code_png(text: str) -> bytes:
    """Return a text as a QR code, a PNG with its quiet zone."""
    import segno

    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=6, border=4)
    return buffer.getvalue()
