"""Sign-in lockout of users: status and unlocking."""

from datetime import UTC, datetime

from iamd.core import clock
from iamd.core.records import User
from iamd.domain.throttle_keys import reset, user_counter_key
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, operation
from iamd.store import attempt_counters, security_settings


@operation("iamd", target_finder=targets.USER, action="iam:GetSignInStatus")
def get_sign_in_status(call: Call, user: User) -> Reply:
    settings = security_settings.get_settings(call.tx, call.account_id)
    window = settings.lockout_minutes * 60
    attempt_counter = attempt_counters.get(
        call.tx, user_counter_key(call.account_id, user.user_name), call.epoch, window
    )
    locked = 0 < settings.lockout_attempts < attempt_counter.tries
    locked_until = clock.iso(datetime.fromtimestamp(attempt_counter.last_at + window, UTC))
    return {
        "Locked": locked,
        "LockedUntil": locked_until if locked else None,
        "FailedAttempts": attempt_counter.tries,
    }


@operation("iamd", target_finder=targets.USER, action="iam:UnlockUser")
def unlock_user(call: Call, user: User) -> Reply:
    reset(call.tx, user_counter_key(call.account_id, user.user_name))
    return None
