"""Captchas of the sign-in pages."""

from iamd.signin import captcha
from tests.signin.conftest import SignInContext, client


def test_audio_captchas_are_limited_per_address(context: SignInContext) -> None:
    requester = client(context.unique_address("203.0.113.9"))
    audio = [captcha.make_sound(context.services, requester).is_audio for _ in range(11)]
    assert audio == [True] * 10 + [False]
