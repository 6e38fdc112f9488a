"""The security check: characters to see, or digits to hear, which a person reads better than a program.

The answer travels with the form, sealed; whoever takes an answer must see to it that its `nonce` serves once.
"""

import base64
import io
import json
import secrets
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from iamd.keys import seal
from iamd.keys.seal import BrokenSealError

if TYPE_CHECKING:
    from captcha.audio import AudioCaptcha

_PLACE = "security check"
_SECONDS = 600
_SEEN = "ACDEFHJKLMNPRTUVWXY34679"  # without what looks like something else
_HEARD = "0123456789"
_SEEN_LENGTH, _HEARD_LENGTH = 5, 6


class Check(NamedTuple):
    """A check to show: its sealed answer, and what to show or play as a `data:` URL."""

    sealed: str
    media: str
    audible: bool


class Answer(NamedTuple):
    """An answer to a check, right or wrong; its `nonce` must serve once only."""

    nonce: str
    right: bool


def make(key: bytes, now: int, *, audible: bool = False) -> Check:
    """Make a check that holds for ten minutes."""
    letters, length = (_HEARD, _HEARD_LENGTH) if audible else (_SEEN, _SEEN_LENGTH)
    answer = "".join(secrets.choice(letters) for _ in range(length))
    inside = json.dumps({"answer": answer, "until": now + _SECONDS, "nonce": secrets.token_hex(16)})
    sealed = base64.urlsafe_b64encode(seal.seal(key, inside.encode(), _PLACE)).decode()
    return Check(sealed, _sound(answer) if audible else _picture(answer), audible)


def read(key: bytes, sealed: str, typed: str, now: int) -> Answer | None:
    """Read an answer; None when it is late or to no check of ours."""
    try:
        inside = json.loads(seal.unseal(key, base64.urlsafe_b64decode(sealed), _PLACE))
    except (BrokenSealError, ValueError):
        return None
    right = secrets.compare_digest(inside["answer"].encode(), typed.replace(" ", "").upper().encode())
    return Answer(inside["nonce"], right) if now < inside["until"] else None


def _picture(answer: str) -> str:
    from captcha.image import ImageCaptcha

    out = io.BytesIO()
    ImageCaptcha(width=240, height=80).generate_image(answer).save(out, "PNG")
    return _data_url("image/png", out.getvalue())


def _sound(answer: str) -> str:
    return _data_url("audio/wav", bytes(_voice().generate(answer)))


@cache
def _voice() -> "AudioCaptcha":
    from captcha.audio import AudioCaptcha

    return AudioCaptcha()


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
