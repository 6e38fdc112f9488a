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
_WINDOW = 1  # steps before and after now, for slow typing and slow clocks
_SEARCH = 20  # steps around now in which two consecutive codes are looked for: ten minutes each way


class Accepted(NamedTuple):
    """The step whose code was typed, and how many steps the device's clock is ahead."""

    step: int
    drift: int


def new_seed() -> bytes:
    """Return a random seed."""
    return os.urandom(_SEED_BYTES)


def base32(seed: bytes) -> str:
    """Return a seed as people type it: base32 without padding."""
    return base64.b32encode(seed).decode().rstrip("=")


def code(seed: bytes, step: int) -> str:
    """Return the six digits of a step."""
    return pyotp.HOTP(base64.b32encode(seed).decode()).at(step)


def accept(seed: bytes, typed: str, now: int, last: Accepted) -> int | None:
    """Return the step that a code is of, later than the last one accepted; None when there is none."""
    here = now // STEP_SECONDS + last.drift
    found = None
    for step in range(here - _WINDOW, here + _WINDOW + 1):
        if step >= 0 and _same(code(seed, step), typed) and step > last.step:
            found = step
    return found


def consecutive(seed: bytes, first: str, second: str, now: int, after: int = -1) -> Accepted | None:
    """Find two codes in a row, both later than the step `after`; None when they are not."""
    here = now // STEP_SECONDS
    for step in range(max(here - _SEARCH, after + 1, 0), here + _SEARCH):
        if _same(code(seed, step), first) and _same(code(seed, step + 1), second):
            ahead = step + 1 - here
            return Accepted(step + 1, 0 if abs(ahead) <= _WINDOW else ahead)
    return None


def _same(code: str, typed: str) -> bool:
    return hmac.compare_digest(code.encode(), typed.encode())


def uri(seed: bytes, issuer: str, name: str) -> str:
    """Return what an authenticator app reads: `otpauth://totp/issuer:name?secret=…&issuer=…`."""
    label = quote(f"{issuer}:{name}", safe=":")
    return f"otpauth://totp/{label}?secret={base32(seed)}&issuer={quote(issuer, safe='')}"


def qr_png(text: str) -> bytes:
    """Return a text as a QR code, a PNG with its quiet zone."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=6, border=4)
    return out.getvalue()
