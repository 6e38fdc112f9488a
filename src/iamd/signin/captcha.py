"""Captchas of the sign-in pages: an image, or audio digits.

Generating audio takes 0.2 seconds, so it is done one at a time, without an execution slot, and rate limited
by client address.
"""

import threading

from iamd.core.errors import Throttling
from iamd.crypto import captcha
from iamd.crypto.captcha import Captcha
from iamd.signin import throttle
from iamd.signin.services import Client, SignInServices

__all__ = ["Captcha", "make_picture", "make_sound"]

_MAX_SOUNDS = 10  # per client address in 15 minutes
_WAIT_SECONDS = 2.0
_sound_lock = threading.Lock()


def make_picture(services: SignInServices) -> Captcha:
    """Generate an image captcha for the next sign-in attempt."""
    return captcha.generate(services.sealing_key, services.epoch())


def make_sound(services: SignInServices, client: Client) -> Captcha:
    """Generate an audio captcha for the next sign-in attempt, or an image if the address exceeds its limit.

    Raises Throttling if another one is still being generated after a wait of `_WAIT_SECONDS`.
    """
    with services.dependencies.database.write() as tx:
        if not throttle.allow(tx, "sound", client.request_context.source_ip, services.epoch(), _MAX_SOUNDS):
            return make_picture(services)
    with services.release_slot():
        if not _sound_lock.acquire(timeout=_WAIT_SECONDS):
            raise Throttling("Too many requests. Try again in a moment.")
        try:
            return captcha.generate(services.sealing_key, services.epoch(), audio=True)
        finally:
            _sound_lock.release()
