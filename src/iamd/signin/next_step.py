"""The next step of a sign-in after a verified factor: MFA, a new password, MFA setup, or the console."""

from iamd.core import ids
from iamd.core.records import Session
from iamd.core.session_stages import ENROLL, MFA, OPEN, PASSWORD
from iamd.domain.passwords import is_expired
from iamd.signin import device_cookies, sign_in_events
from iamd.signin.identity import SignInIdentity
from iamd.signin.services import Client, SignInResult, SignInServices, Step, new_token
from iamd.store import accounts, audit, login_profiles, mfa_devices, sessions
from iamd.store.query import Tx

_STEP_BY_STAGE = {MFA: Step.MFA, PASSWORD: Step.PASSWORD, OPEN: Step.OPEN, ENROLL: Step.OPEN}
_MAX_USER_AGENT_LENGTH = 256  # characters that are stored


def begin_session(client: Client, identity: SignInIdentity, epoch: int) -> Session:
    """Return the session of a new sign-in, without a verified factor; it is not stored yet."""
    user_agent = client.request_context.user_agent[:_MAX_USER_AGENT_LENGTH]
    return Session(
        "",
        identity.account_id,
        identity.user_id,
        ids.request(),
        MFA,
        epoch,
        epoch,
        None,
        None,
        client.request_context.source_ip,
        user_agent,
        None,
    )


def advance(
    tx: Tx, services: SignInServices, client: Client, identity: SignInIdentity, session: Session
) -> SignInResult:
    """Continue a sign-in after a verified factor, under a new session token.

    The caller must hold the account's row lock.
    A complete sign-in is also a confirmation of identity. An expired password must be changed;
    with HardExpiry in the password policy IAM users cannot sign in (Step.EXPIRED).
    """
    if identity.login_profile is None:
        return SignInResult(Step.GONE)
    if is_hard_expired(identity, services.epoch()):
        sessions.delete(tx, session.token_hash)
        return SignInResult(Step.EXPIRED)
    stage = _stage(tx, identity, session, services.epoch())
    session_token, epoch = new_token(), services.epoch()
    sessions.replace_token(
        tx,
        session,
        sessions.hash_token(session_token),
        stage=stage,
        created_at=epoch,
        seen_at=epoch,
        confirmed_at=epoch if stage in (OPEN, ENROLL) else None,
        challenge=None,
    )
    if client.session_token:  # the browser's previous session ends
        sessions.delete(tx, sessions.hash_token(client.session_token))
    if stage not in (OPEN, ENROLL):
        return SignInResult(_STEP_BY_STAGE[stage], session_token)
    return _complete_sign_in(tx, services, client, identity, session, session_token)


def _complete_sign_in(
    tx: Tx,
    services: SignInServices,
    client: Client,
    identity: SignInIdentity,
    session: Session,
    session_token: str,
) -> SignInResult:
    login_profiles.record_last_use(tx, identity.account_id, identity.user_id, services.timestamp())
    mfa_used = "No" if session.mfa_at is None else "Yes"
    event = sign_in_events.event(
        identity, "ConsoleLogin", client.request_context, services.timestamp(), MFAUsed=mfa_used
    )
    audit.add(tx, [event])
    accounts.set_revision(tx, identity.account_id, ids.revision())
    device_id = device_cookies.verify(services.sealing_key, client.device_cookie, identity, services.epoch())
    return SignInResult(
        Step.OPEN,
        session_token,
        device_cookies.issue(services.sealing_key, identity, device_id, services.epoch()),
    )


def _stage(tx: Tx, identity: SignInIdentity, session: Session, epoch: int) -> str:
    has_mfa = bool(mfa_devices.list_for_user(tx, identity.account_id, identity.user_id))
    if has_mfa and session.mfa_at is None:
        return MFA
    if (
        identity.login_profile is None
        or identity.login_profile.password_reset_required
        or _is_password_expired(identity, epoch)
    ):
        return PASSWORD
    return ENROLL if identity.security_settings.require_mfa and not has_mfa else OPEN


def _is_password_expired(identity: SignInIdentity, epoch: int) -> bool:
    max_age = identity.password_policy.max_password_age if identity.password_policy else None
    return identity.login_profile is not None and is_expired(identity.login_profile, max_age, epoch)


def is_hard_expired(identity: SignInIdentity, epoch: int) -> bool:
    """Return whether only an administrator can reset the expired password; never for a root user."""
    hard_expiry = identity.password_policy is not None and bool(identity.password_policy.hard_expiry)
    return hard_expiry and not identity.is_root and _is_password_expired(identity, epoch)
