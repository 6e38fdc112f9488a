"""Console sessions: describe the calling session, list and end the sessions of a user."""

from datetime import UTC, datetime
from typing import Any

from iamd.core import clock
from iamd.core.errors import NoSuchEntity, SessionRequired
from iamd.core.records import Session, User
from iamd.core.session_stages import ENROLL, OPEN
from iamd.domain import sign_in_url
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, always, operation, targets_caller
from iamd.operations.iamd.account import get_current_account
from iamd.store import accounts, login_profiles, recovery_codes, sessions

_MAX_SESSION_SECONDS = 12 * 3600  # no setting can make a session last longer


def require_session(call: Call) -> Session:
    """Return the calling session; SessionRequired if the caller does not use a console session."""
    if call.caller.session is None:
        raise SessionRequired("This operation requires a console session. Sign in with a browser.")
    return call.caller.session


def _to_iso(epoch: int | None) -> str | None:
    return None if epoch is None else clock.iso(datetime.fromtimestamp(epoch, UTC))


# Like GetCallerIdentity, it is allowed for every session, even if policies deny everything without MFA.
@operation(
    "iamd",
    target_finder=targets.ANY_RESOURCE,
    action="sts:GetCallerIdentity",
    allowed_during_enrollment=always,
)
def get_session(call: Call) -> Reply:
    session, account = require_session(call), get_current_account(call)
    profile = login_profiles.find(call.tx, call.account_id, session.user_id)
    user = call.caller.user
    response = {
        "SessionId": session.session_id,
        "AccountId": account.account_id,
        "AccountName": account.name,
        "AccountAlias": accounts.find_alias(call.tx, call.account_id),
        "Arn": call.caller.principal.arn,
        "UserName": user and user.user_name,
        "RootEmail": account.root_email if user is None else None,
        "SignInDate": _to_iso(session.created_at),
        "ConfirmDate": _to_iso(session.confirmed_at),
        "MFAAuthenticated": call.caller.has_mfa,
        "MFARequired": session.stage == ENROLL,
        "PasswordChangeDate": profile and profile.change_date,
        "RecoveryCodesLeft": recovery_codes.count(call.tx, call.account_id, session.user_id),
        "SignInUrl": sign_in_url.sign_in_url(call),
    }
    return {"Session": response}


def _owner_id(call: Call, user: User | None) -> str:
    return call.account_id if user is None else user.user_id


@operation(
    "iamd", target_finder=targets.USER_OR_ROOT, action="iam:ListSessions", is_self_service=targets_caller
)
def list_sessions(call: Call, user: User | None) -> Reply:
    user_sessions = sessions.list_for_user(call.tx, call.account_id, _owner_id(call, user))
    open_sessions = [session for session in user_sessions if session.stage in (OPEN, ENROLL)]
    return {
        "Sessions": [
            _to_list_entry(call, session)
            for session in open_sessions
            if call.epoch < session.created_at + _MAX_SESSION_SECONDS
        ]
    }


def _to_list_entry(call: Call, session: Session) -> dict[str, Any]:
    calling_session = call.caller.session
    return {
        "SessionId": session.session_id,
        "CreateDate": _to_iso(session.created_at),
        "LastSeenDate": _to_iso(session.seen_at),
        "SourceIp": session.source_ip,
        "UserAgent": session.user_agent,
        "MFAAuthenticated": session.mfa_at is not None,
        "Current": calling_session is not None and calling_session.token_hash == session.token_hash,
    }


@operation(
    "iamd",
    target_finder=targets.USER_OR_ROOT,
    action="iam:EndSession",
    is_self_service=targets_caller,
    requires_confirmation=False,
)
def end_session(call: Call, user: User | None, session_id: str) -> Reply:
    if not sessions.delete_by_session_id(call.tx, call.account_id, _owner_id(call, user), session_id):
        raise NoSuchEntity(f"The session {session_id} cannot be found.")
    return None
