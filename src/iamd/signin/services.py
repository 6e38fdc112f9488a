"""What every step of signing in works with, and what a step ends with."""

import contextlib
import secrets
from enum import Enum
from typing import NamedTuple

from iamd.core import clock
from iamd.core.clock import Clock
from iamd.core.records import Account
from iamd.crypto.passwords import ReleaseSlot
from iamd.framework.call import Dependencies
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.request_context import RequestContext
from iamd.gate.vault import Vault
from iamd.signin.mail import Mailer


class Client(NamedTuple):
    """Who knocks: the circumstances of a request, the cookies of the device and of its session."""

    request_context: RequestContext
    device_cookie: str = ""
    session_token: str = ""


class Step(Enum):
    """Where a sign-in stands."""

    REFUSED = "refused"
    CAPTCHA = "check"  # the security check must be answered too
    EXPIRED = "expired"  # the password is too old, and only an administrator may renew it
    GONE = "gone"  # this sign-in, or the link that it began with, is over
    MFA = "mfa"
    PASSWORD = "password"  # noqa: S105 - a word, no secret
    OPEN = "open"
    DONE = "done"  # and nobody is signed in by that


class SignInResult(NamedTuple):
    """What a step ended with: `token` is a new session's, `device` a new cookie of a known device.

    `check` says that the next try must answer the security check; `wrong` are sentences on a new password.
    """

    step: Step
    session_token: str = ""
    device_cookie: str = ""
    captcha_required: bool = False
    errors: tuple[str, ...] = ()


REFUSED = SignInResult(Step.REFUSED)
GONE = SignInResult(Step.GONE)


class SignInServices(NamedTuple):
    """What the steps share; `key` seals what travels with forms and cookies; `aside` gives the turn away."""

    dependencies: Dependencies
    vault: Vault
    sealing_key: bytes
    session_limits: SessionLimits
    audit_queue: AuditQueue
    mailer: Mailer | None = None
    time: Clock = clock.now
    release_slot: ReleaseSlot = contextlib.nullcontext

    def epoch(self) -> int:
        """Return the moment in seconds since 1970."""
        return int(self.time().timestamp())

    def timestamp(self) -> str:
        """Return the moment in the wire's form."""
        return clock.iso(self.time())

    def data_key(self, account: Account) -> bytes:
        """Return the key that an account's secrets are sealed under."""
        return self.vault.data_key(account.account_id, account.data_key)


def new_token() -> str:
    """Return 256 random bits for a cookie or a link."""
    return secrets.token_urlsafe(32)
