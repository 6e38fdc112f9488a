"""Identity confirmation (step-up authentication) in an open session, by MFA or, without MFA, by password."""

from iamd.core.session_stages import ENROLL, OPEN
from iamd.crypto.passkeys import RelyingParty
from iamd.domain.passwords import MAX_WRONG_PASSWORDS, WINDOW_SECONDS
from iamd.signin import mfa, pending
from iamd.signin.mfa import FactorCheck, MfaPrompt
from iamd.signin.pending import PendingSignIn
from iamd.signin.services import GONE, REFUSED, Client, SignInResult, SignInServices, Step, new_token
from iamd.store import attempt_counters, sessions

OPEN_STAGES = (OPEN, ENROLL)


def prompt(services: SignInServices, session_token: str) -> MfaPrompt | None:
    """Return the user to confirm and their MFA devices; without devices the password is required.

    None if there is no open session.
    """
    return mfa.prompt(services, session_token, OPEN_STAGES)


def passkey_request_options(services: SignInServices, session_token: str, origin: str) -> str | None:
    """Return the WebAuthn request options for the user's passkeys as JSON; None if there are none."""
    return mfa.passkey_request_options(services, session_token, origin, OPEN_STAGES)


def submit_code(
    services: SignInServices, session_token: str, serial_number: str, code: str, client: Client
) -> SignInResult:
    return _confirm(
        services,
        session_token,
        client,
        lambda pending_sign_in: mfa.check_code(services, pending_sign_in, serial_number, code),
    )


def submit_passkey(
    services: SignInServices, session_token: str, response: str, client: Client
) -> SignInResult:
    relying_party = RelyingParty(client.request_context.origin)
    return _confirm(
        services,
        session_token,
        client,
        lambda pending_sign_in: mfa.check_passkey(pending_sign_in, relying_party, response),
    )


def submit_password(
    services: SignInServices, session_token: str, password: str, client: Client
) -> SignInResult:
    """Confirm by password; refused if the user has an MFA device."""
    attempt_key = attempt_counters.counter_key("confirm", session_token)
    with pending.lock(services, session_token, OPEN_STAGES) as pending_sign_in:
        if pending_sign_in is None:
            return GONE
        stored_hash = (
            pending_sign_in.identity.login_profile.hash
            if pending_sign_in.identity.login_profile and not pending_sign_in.devices
            else None
        )
        tries = attempt_counters.increment(
            pending_sign_in.tx, attempt_key, services.epoch(), WINDOW_SECONDS, MAX_WRONG_PASSWORDS
        ).tries
    is_correct = tries <= MAX_WRONG_PASSWORDS and services.dependencies.hasher.verify(stored_hash, password)

    def check_password(pending_sign_in: PendingSignIn) -> bool | None:
        if tries > MAX_WRONG_PASSWORDS:
            return None
        if is_correct:
            attempt_counters.reset(pending_sign_in.tx, attempt_key)
        return (
            is_correct
            and pending_sign_in.identity.login_profile is not None
            and pending_sign_in.identity.login_profile.hash == stored_hash
        )

    return _confirm(services, session_token, client, check_password)


def _confirm(
    services: SignInServices, session_token: str, client: Client, check_factor: FactorCheck
) -> SignInResult:
    with pending.lock(services, session_token, OPEN_STAGES) as pending_sign_in:
        if pending_sign_in is None:
            return GONE
        is_correct = check_factor(pending_sign_in)
        mfa.record_result(pending_sign_in, services, client, "ConfirmIdentity", is_correct)
        if not is_correct:
            return REFUSED
        new_session_token = new_token()
        sessions.replace_token(
            pending_sign_in.tx,
            pending_sign_in.session,
            sessions.hash_token(new_session_token),
            confirmed_at=services.epoch(),
            challenge=None,
        )
        return SignInResult(Step.OPEN, new_session_token)
