"""Console sessions: the one that is calling, the caller's own, and a user's."""

from datetime import UTC, datetime
from typing import Any

from iamd.core import clock
from iamd.core.errors import NoSuchEntity, SessionRequired
from iamd.core.records import Session, User
from iamd.domain import sign_in_url
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, always, operation, targets_caller
from iamd.operations.iamd.account import this
from iamd.store import accounts, login_profiles, recovery_codes, sessions

OPEN, ENROL = "open", "enrol"  # the stages of a session that may call the API
_LONGEST = 12 * 3600  # seconds: no setting makes a session last longer


def required(call: Call) -> Session:
    """Return the session that is calling; SessionRequired when it is a key that calls."""
    if call.caller.session is None:
        raise SessionRequired("This needs a session of the console: sign in with a browser.")
    return call.caller.session


def _date(seconds: int | None) -> str | None:
    return None if seconds is None else clock.iso(datetime.fromtimestamp(seconds, UTC))


# Whoever is signed in is told so, as by GetCallerIdentity, even where a policy denies all without MFA.
@operation(
    "iamd",
    target_finder=targets.ANY_RESOURCE,
    action="sts:GetCallerIdentity",
    allowed_during_enrollment=always,
)
def get_session(call: Call) -> Reply:
    session, account = required(call), this(call)
    profile = login_profiles.find(call.tx, call.account_id, session.user_id)
    user = call.caller.user
    shown = {
        "SessionId": session.session_id,
        "AccountId": account.account_id,
        "AccountName": account.name,
        "AccountAlias": accounts.find_alias(call.tx, call.account_id),
        "Arn": call.caller.principal.arn,
        "UserName": user and user.user_name,
        "RootEmail": account.root_email if user is None else None,
        "SignInDate": _date(session.created_at),
        "ConfirmDate": _date(session.confirmed_at),
        "MFAAuthenticated": call.caller.has_mfa,
        "MFARequired": session.stage == ENROL,
        "PasswordChangeDate": profile and profile.change_date,
        "RecoveryCodesLeft": recovery_codes.count(call.tx, call.account_id, session.user_id),
        "SignInUrl": sign_in_url.sign_in_url(call),
    }
    return {"Session": shown}


def _owner_id(call: Call, user: User | None) -> str:
    return call.account_id if user is None else user.user_id


@operation(
    "iamd", target_finder=targets.USER_OR_ROOT, action="iam:ListSessions", is_self_service=targets_caller
)
def list_sessions(call: Call, user: User | None) -> Reply:
    found = sessions.list_for_user(call.tx, call.account_id, _owner_id(call, user))
    open_ones = [held for held in found if held.stage in (OPEN, ENROL)]
    return {
        "Sessions": [_listed(call, held) for held in open_ones if call.epoch < held.created_at + _LONGEST]
    }


def _listed(call: Call, held: Session) -> dict[str, Any]:
    calling = call.caller.session
    return {
        "SessionId": held.session_id,
        "CreateDate": _date(held.created_at),
        "LastSeenDate": _date(held.seen_at),
        "SourceIp": held.source_ip,
        "UserAgent": held.user_agent,
        "MFAAuthenticated": held.mfa_at is not None,
        "Current": calling is not None and calling.token_hash == held.token_hash,
    }


@operation(
    "iamd", target_finder=targets.USER_OR_ROOT, action="iam:EndSession", is_self_service=targets_caller
)
def end_session(call: Call, user: User | None, session_id: str) -> Reply:
    if not sessions.delete_by_session_id(call.tx, call.account_id, _owner_id(call, user), session_id):
        raise NoSuchEntity(f"The session {session_id} cannot be found.")
    return None
