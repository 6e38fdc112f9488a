"""Dependencies of the sign-in steps, the client, and the result of a step."""

import contextlib
import secrets
from enum import Enum
from typing import NamedTuple

from iamd.core import clock
from iamd.core.clock import Clock
from iamd.core.execution_slots import ReleaseSlot
from iamd.core.records import Account
from iamd.framework.call import Dependencies
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.request_context import RequestContext
from iamd.gate.vault import Vault
from iamd.signin.mail import Mailer


class Client(NamedTuple):
    """The client: the request context, and the values of the device and session cookies."""

    request_context: RequestContext
    device_cookie: str = ""
    session_token: str = ""


class Step(Enum):
    """The outcome of a step: an error, or the next step of the sign-in."""

    REFUSED = "refused"
    CAPTCHA = "check"  # the captcha must be solved
    EXPIRED = "expired"  # the password has expired, and only an administrator can reset it
    GONE = "gone"  # the sign-in or the one-time link has expired or was used
    MFA = "mfa"
    PASSWORD = "password"  # noqa: S105 - not a secret
    OPEN = "open"
    DONE = "done"  # completed, without signing in


class SignInResult(NamedTuple):
    """The result of a step: the outcome, and new values of the session and device cookies ("" for none).

    `captcha_required` is whether the next attempt must solve a captcha; `errors` are messages about the form.
    """

    step: Step
    session_token: str = ""
    device_cookie: str = ""
    captcha_required: bool = False
    errors: tuple[str, ...] = ()


REFUSED = SignInResult(Step.REFUSED)
GONE = SignInResult(Step.GONE)


class SignInServices(NamedTuple):
    """Dependencies of the sign-in steps.

    `sealing_key` encrypts captcha answers, passkey challenges and device cookies. `release_slot` releases the
    execution slot during slow work. Without a `mailer` no mail is sent.
    """

    dependencies: Dependencies
    vault: Vault
    sealing_key: bytes
    session_limits: SessionLimits
    audit_queue: AuditQueue
    mailer: Mailer | None = None
    time: Clock = clock.now
    release_slot: ReleaseSlot = contextlib.nullcontext

    def epoch(self) -> int:
        """Return the current time in seconds since 1970."""
        epoch = int(self.time().timestamp())
        self.dependencies.clock_steps.observe(epoch)
        return epoch

    def timestamp(self) -> str:
        """Return the current time as ISO 8601 text."""
        return clock.iso(self.time())

    def data_key(self, account: Account) -> bytes:
        """Decrypt an account's data key."""
        return self.vault.data_key(account.account_id, account.data_key)


def new_token() -> str:
    """Return 256 random bits as URL-safe base64, for a session cookie or a link."""
    return secrets.token_urlsafe(32)
