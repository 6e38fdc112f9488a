"""Password sign-in, the first step. Work and message are the same whether user or password is wrong."""

from collections.abc import Callable
from typing import NamedTuple

from iamd.crypto import captcha
from iamd.gate.audit_queue import AuditEntry
from iamd.signin import device_cookies, sign_in_events, throttle
from iamd.signin.identity import SignInIdentity
from iamd.signin.next_step import advance, begin_session
from iamd.signin.services import Client, SignInResult, SignInServices, Step
from iamd.signin.throttle import Attempt
from iamd.store import accounts, attempt_counters, login_profiles
from iamd.store.audit import AuditEvent
from iamd.store.query import Tx

WRONG_CREDENTIALS = "Your authentication information is incorrect. Please try again."
_NONCE_SECONDS = 3600

FindIdentity = Callable[[Tx], SignInIdentity]


class PasswordForm(NamedTuple):
    """The sign-in form: the password, and the sealed captcha with its answer if one was shown."""

    password: str
    captcha: str = ""
    captcha_answer: str = ""


def sign_in(
    services: SignInServices, find_identity: FindIdentity, form: PasswordForm, client: Client
) -> SignInResult:
    """Verify a password, and return the next step.

    The attempt is counted in a transaction of its own before the password is verified, so that parallel
    attempts all count. Raises Throttling if too many passwords wait to be verified; that costs no transaction
    and counts nowhere if it is clear from the start.
    """
    epoch = services.epoch()
    if not device_cookies.is_authentic(services.sealing_key, client.device_cookie, epoch):
        services.dependencies.hasher.require_room_for_stranger()
    with services.dependencies.database.write() as tx:
        identity = find_identity(tx)
        captcha_solved = _is_captcha_solved(tx, services, form, epoch)
        device_id = device_cookies.verify(services.sealing_key, client.device_cookie, identity, epoch)
        attempt = throttle.count_attempt(
            tx, identity, client.request_context.source_ip, device_id, epoch, captcha_solved=captcha_solved
        )
    decision = attempt.decision
    if decision.address_blocked:
        return SignInResult(Step.REFUSED, captcha_required=decision.captcha_required)
    if decision.captcha_required:
        return SignInResult(Step.CAPTCHA, captcha_required=True)
    stored_hash = identity.login_profile.hash if identity.login_profile else None
    is_correct = services.dependencies.hasher.verify(
        stored_hash, form.password, is_stranger=attempt.is_stranger
    )
    if decision.user_blocked or not is_correct:
        return _refuse(services, identity, client, attempt)
    return _accept(services, find_identity, identity, attempt, form, client)


def _is_captcha_solved(tx: Tx, services: SignInServices, form: PasswordForm, epoch: int) -> bool:
    """Return whether the captcha was solved; each captcha can be answered only once."""
    answer = (
        captcha.read_answer(services.sealing_key, form.captcha, form.captcha_answer, epoch)
        if form.captcha
        else None
    )
    if answer is None:
        return False
    is_first_use = (
        attempt_counters.increment(
            tx, attempt_counters.counter_key("nonce", answer.nonce), epoch, _NONCE_SECONDS
        ).tries
        == 1
    )
    return is_first_use and answer.is_correct


def _refuse(
    services: SignInServices, identity: SignInIdentity, client: Client, attempt: Attempt
) -> SignInResult:
    if not attempt.decision.user_blocked:  # blocked attempts must not fill the audit log
        event = sign_in_events.event(
            identity,
            "ConsoleLogin",
            client.request_context,
            services.timestamp(),
            failure="Failed authentication",
        )
        services.audit_queue.put(_audit_entry(event, identity))
    with services.dependencies.database.read() as tx:
        return SignInResult(
            Step.REFUSED, captcha_required=throttle.is_captcha_due(tx, identity, services.epoch())
        )


def _audit_entry(event: AuditEvent, identity: SignInIdentity) -> AuditEntry:
    """Return the entry of a failed sign-in; those of users that do not exist are counted together."""
    if identity.login_profile is not None:
        return AuditEntry(event, None)
    return AuditEntry(event, (identity.account_id, event.event_name), is_anonymous=True)


def _accept(
    services: SignInServices,
    find_identity: FindIdentity,
    verified_identity: SignInIdentity,
    attempt: Attempt,
    form: PasswordForm,
    client: Client,
) -> SignInResult:
    new_hash = _rehash_if_outdated(services, verified_identity, form.password)
    with services.dependencies.database.write() as tx:
        accounts.lock(tx, verified_identity.account_id)
        identity = find_identity(tx)
        if (
            identity.login_profile is None
            or verified_identity.login_profile is None
            or identity.login_profile.hash != verified_identity.login_profile.hash
        ):
            return SignInResult(Step.REFUSED)  # the password was changed while it was being verified
        throttle.reset_counters(tx, attempt)
        if new_hash:
            login_profiles.rehash(tx, identity.account_id, identity.login_profile, new_hash)
        return advance(tx, services, client, identity, begin_session(client, identity, services.epoch()))


def _rehash_if_outdated(services: SignInServices, identity: SignInIdentity, password: str) -> str | None:
    """Return a new hash if the stored one has outdated parameters; otherwise None."""
    hasher = services.dependencies.hasher
    return (
        hasher.hash(password)
        if identity.login_profile and hasher.needs_rehash(identity.login_profile.hash)
        else None
    )
