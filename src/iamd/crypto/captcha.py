"""Captcha (the "security check" of sign-in): distorted characters as an image, or spoken digits as audio.

The expected answer is in the form, sealed, so nothing is stored. The caller of `read_answer` must accept each
`nonce` only once (replay protection).
"""

import base64
import io
import json
import secrets
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from iamd.crypto import seal
from iamd.crypto.seal import UnsealError

if TYPE_CHECKING:
    from captcha.audio import AudioCaptcha

_ASSOCIATED_DATA = "security check"
_LIFETIME_SECONDS = 600
_IMAGE_ALPHABET = "ACDEFHJKLMNPRTUVWXY34679"  # without characters that look alike
_AUDIO_ALPHABET = "0123456789"
_IMAGE_LENGTH, _AUDIO_LENGTH = 5, 6


class Captcha(NamedTuple):
    """A captcha: the sealed expected answer, and the image or audio as a `data:` URL."""

    sealed_answer: str
    media_url: str
    is_audio: bool


class CaptchaAnswer(NamedTuple):
    """A submitted answer, correct or not; its `nonce` must be accepted only once."""

    nonce: str
    is_correct: bool


def generate(key: bytes, now_seconds: int, *, audio: bool = False) -> Captcha:
    """Generate a captcha that is valid for ten minutes; `now_seconds` is epoch seconds."""
    alphabet, length = (_AUDIO_ALPHABET, _AUDIO_LENGTH) if audio else (_IMAGE_ALPHABET, _IMAGE_LENGTH)
    answer = "".join(secrets.choice(alphabet) for _ in range(length))
    payload = json.dumps(
        {"answer": answer, "until": now_seconds + _LIFETIME_SECONDS, "nonce": secrets.token_hex(16)}
    )
    sealed_answer = base64.urlsafe_b64encode(seal.seal(key, payload.encode(), _ASSOCIATED_DATA)).decode()
    return Captcha(sealed_answer, _audio_url(answer) if audio else _image_url(answer), audio)


def read_answer(key: bytes, sealed_answer: str, answer: str, now_seconds: int) -> CaptchaAnswer | None:
    """Check a submitted answer, ignoring case and spaces.

    Return None if the captcha has expired or was not generated with `key`.
    """
    try:
        payload = json.loads(seal.unseal(key, base64.urlsafe_b64decode(sealed_answer), _ASSOCIATED_DATA))
    except (UnsealError, ValueError):
        return None
    is_correct = secrets.compare_digest(payload["answer"].encode(), answer.replace(" ", "").upper().encode())
    return CaptchaAnswer(payload["nonce"], is_correct) if now_seconds < payload["until"] else None


def _image_url(answer: str) -> str:
    from captcha.image import ImageCaptcha

    buffer = io.BytesIO()
    ImageCaptcha(width=240, height=80).generate_image(answer).save(buffer, "PNG")
    return _data_url("image/png", buffer.getvalue())


def _audio_url(answer: str) -> str:
    return _data_url("audio/wav", bytes(_audio_captcha().generate(answer)))


@cache
def _audio_captcha() -> "AudioCaptcha":
    from captcha.audio import AudioCaptcha

    return AudioCaptcha()


def _data_url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
