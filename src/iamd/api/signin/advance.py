"""What comes next once a factor was proved: MFA, a new password, or the console."""

from iamd.api.sessions import ENROL, MFA, OPEN, PASSWORD
from iamd.api.signin import devices, record
from iamd.api.signin.desk import Desk, Outcome, Step, Visitor, new_token
from iamd.api.signin.who import Who
from iamd.core import ids
from iamd.core.records import Session
from iamd.ops.passwords import is_expired
from iamd.store import accounts, audit, login_profiles, mfa_devices, sessions
from iamd.store.query import Tx

_STEPS = {MFA: Step.MFA, PASSWORD: Step.PASSWORD, OPEN: Step.OPEN, ENROL: Step.OPEN}
_USER_AGENT = 256  # characters that are kept


def begin(visitor: Visitor, who: Who, now: int) -> Session:
    """Return a sign-in that has proved nothing yet; it is not in the store."""
    agent = visitor.around.user_agent[:_USER_AGENT]
    return Session(
        "",
        who.account_id,
        who.user_id,
        ids.request(),
        MFA,
        now,
        now,
        None,
        None,
        visitor.around.source_ip,
        agent,
        None,
    )


def advance(tx: Tx, desk: Desk, visitor: Visitor, who: Who, held: Session) -> Outcome:
    """Go on from a factor that was proved, under a new token; the account's row is locked already.

    A second factor confirms who it is, for as long as that holds; a password alone does not.

    A password that is too old shuts nobody out but users of an account whose policy says so (HardExpiry).
    """
    if who.profile is None:
        return Outcome(Step.GONE)
    if is_shut_out(who, desk.now()):
        sessions.remove(tx, held.token_hash)
        return Outcome(Step.EXPIRED)
    stage = _stage(tx, who, held, desk.now())
    token, now = new_token(), desk.now()
    sessions.replace(
        tx,
        held,
        sessions.hashed(token),
        stage=stage,
        created_at=now,
        seen_at=now,
        confirmed_at=now if stage == ENROL or held.mfa_at is not None else None,
        challenge=None,
    )
    if visitor.session:  # whoever signs in again leaves nothing open behind
        sessions.remove(tx, sessions.hashed(visitor.session))
    if stage not in (OPEN, ENROL):
        return Outcome(_STEPS[stage], token)
    return _let_in(tx, desk, visitor, who, held, token)


def _let_in(tx: Tx, desk: Desk, visitor: Visitor, who: Who, held: Session, token: str) -> Outcome:
    login_profiles.stamp(tx, who.account_id, who.user_id, desk.at())
    mfa = "No" if held.mfa_at is None else "Yes"
    seen = record.event(who, "ConsoleLogin", visitor.around, desk.at(), MFAUsed=mfa)
    audit.add(tx, [seen])
    accounts.touch(tx, who.account_id, ids.revision())
    device = devices.known(desk.key, visitor.device, who, desk.now())
    return Outcome(Step.OPEN, token, devices.issue(desk.key, who, device, desk.now()))


def _stage(tx: Tx, who: Who, held: Session, now: int) -> str:
    has_mfa = bool(mfa_devices.of(tx, who.account_id, who.user_id))
    if has_mfa and held.mfa_at is None:
        return MFA
    if who.profile is None or who.profile.password_reset_required or _has_expired(who, now):
        return PASSWORD
    return ENROL if who.settings.require_mfa and not has_mfa else OPEN


def _has_expired(who: Who, now: int) -> bool:
    age = who.policy.max_password_age if who.policy else None
    return who.profile is not None and is_expired(who.profile, age, now)


def is_shut_out(who: Who, now: int) -> bool:
    """Say whether only an administrator can renew an expired password; a root user is never shut out."""
    hard = who.policy is not None and bool(who.policy.hard_expiry)
    return hard and not who.root and _has_expired(who, now)
