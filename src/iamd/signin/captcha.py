"""The security check, shown: a picture of characters, or digits to hear.

Sounds cost a fifth of a second, so they are made one at a time, while the turn is given away, and few to one
address.
"""

import threading

from iamd.core.errors import Throttling
from iamd.crypto import captcha
from iamd.crypto.captcha import Captcha
from iamd.signin import throttle
from iamd.signin.services import Client, SignInServices

__all__ = ["Captcha", "make_picture", "make_sound"]

_MAX_SOUNDS = 10  # by one address in a quarter of an hour
_WAIT_SECONDS = 2.0
_sound_lock = threading.Lock()


def make_picture(services: SignInServices) -> Captcha:
    """Make a picture to show with the next try."""
    return captcha.generate(services.sealing_key, services.epoch())


def make_sound(services: SignInServices, client: Client) -> Captcha:
    """Make a sound to play with the next try; a picture when an address asks too often.

    Throttling when too many are being made at the moment.
    """
    with services.dependencies.database.write() as tx:
        if not throttle.allow(tx, "sound", client.request_context.source_ip, services.epoch(), _MAX_SOUNDS):
            return make_picture(services)
    with services.release_slot():
        if not _sound_lock.acquire(timeout=_WAIT_SECONDS):
            raise Throttling("Too many security checks are being made at the moment. Try again.")
        try:
            return captcha.generate(services.sealing_key, services.epoch(), audio=True)
        finally:
            _sound_lock.release()
