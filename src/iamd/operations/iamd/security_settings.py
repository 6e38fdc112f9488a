"""Security settings beyond AWS's password policy, the caller's password rules, impact of a new policy."""

from datetime import UTC, datetime, timedelta

from iamd.checks.credential_report import ReportRow
from iamd.core.records import SecuritySettings
from iamd.domain import credential_report_rows, passwords
from iamd.framework import targets
from iamd.framework.call import Call
from iamd.framework.operation import Reply, always, operation
from iamd.operations.iamd.account import get_current_account
from iamd.store import security_settings

_DEFAULT_SETTINGS = SecuritySettings()
_MAX_NAMES = 100  # user names in a response; the counts are complete


@operation("iamd", target_finder=targets.ANY_RESOURCE, action="iam:GetSecuritySettings")
def get_security_settings(call: Call) -> Reply:
    return {"SecuritySettings": security_settings.get_settings(call.tx, call.account_id)}


@operation("iamd", target_finder=targets.ANY_RESOURCE, action="iam:PutSecuritySettings")
def put_security_settings(
    call: Call,
    minimum_uppercase: int = _DEFAULT_SETTINGS.minimum_uppercase,
    minimum_lowercase: int = _DEFAULT_SETTINGS.minimum_lowercase,
    minimum_digits: int = _DEFAULT_SETTINGS.minimum_digits,
    minimum_symbols: int = _DEFAULT_SETTINGS.minimum_symbols,
    refuse_common_passwords: bool = _DEFAULT_SETTINGS.refuse_common_passwords,
    require_mfa: bool = _DEFAULT_SETTINGS.require_mfa,
    lockout_attempts: int = _DEFAULT_SETTINGS.lockout_attempts,
    lockout_minutes: int = _DEFAULT_SETTINGS.lockout_minutes,
) -> Reply:
    """Replace all settings; omitted ones get their defaults."""
    new_settings = SecuritySettings(
        minimum_uppercase,
        minimum_lowercase,
        minimum_digits,
        minimum_symbols,
        refuse_common_passwords,
        require_mfa,
        lockout_attempts,
        lockout_minutes,
    )
    security_settings.set_settings(call.tx, call.account_id, new_settings)
    return None


@operation(
    "iamd",
    target_finder=targets.ANY_RESOURCE,
    action="iam:GetPasswordRules",
    is_self_service=always,
    allowed_during_enrollment=always,
)
def get_password_rules(call: Call) -> Reply:
    return {"PasswordRules": passwords.get_rules(call.tx, call.account_id, call.caller.unique_id)}


@operation("iamd", target_finder=targets.ANY_RESOURCE, action="iam:GetPasswordPolicyImpact")
def get_password_policy_impact(call: Call, max_password_age: int | None = None) -> Reply:
    root, *users = credential_report_rows.report_rows(call.tx, get_current_account(call))
    users_with_password = [row for row in users if row.password_enabled]
    users_with_old_password = [
        row.user for row in users_with_password if _is_password_too_old(row, max_password_age, call.epoch)
    ]
    users_without_mfa = [row.user for row in users_with_password if not row.mfa_active]
    return {
        "UsersWithPassword": len(users_with_password),
        "PasswordsTooOld": len(users_with_old_password),
        "UsersWithOldPassword": users_with_old_password[:_MAX_NAMES],
        "WithoutMFA": len(users_without_mfa),
        "UsersWithoutMFA": users_without_mfa[:_MAX_NAMES],
        "RootPasswordTooOld": _is_password_too_old(root, max_password_age, call.epoch),
        "RootWithoutMFA": not root.mfa_active,
    }


def _is_password_too_old(row: ReportRow, max_password_age: int | None, epoch: int) -> bool:
    if max_password_age is None or row.password_last_changed is None:
        return False
    return row.password_last_changed + timedelta(days=max_password_age) <= datetime.fromtimestamp(epoch, UTC)
