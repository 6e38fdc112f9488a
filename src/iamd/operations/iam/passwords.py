"""Passwords of IAM users: login profiles and ChangePassword."""

from typing import Any

from iamd.core.errors import (
    AccessDenied,
    ConcurrentModification,
    EntityAlreadyExists,
    NoSuchEntity,
    ValidationError,
)
from iamd.core.records import LoginProfile, User
from iamd.domain import passwords
from iamd.framework import targets
from iamd.framework.call import Call, Dependencies
from iamd.framework.operation import Params, Reply, Target, operation
from iamd.store import accounts, login_profiles, security_settings, sessions


def _to_response(user: User, profile: LoginProfile) -> dict[str, Any]:
    return {
        "UserName": user.user_name,
        "CreateDate": profile.create_date,
        "PasswordResetRequired": profile.password_reset_required,
    }


def _get_login_profile(call: Call, user: User) -> LoginProfile:
    profile = login_profiles.find(call.tx, call.account_id, user.user_id)
    if profile is None:
        raise NoSuchEntity(f"Login Profile for User {user.user_name} cannot be found.")
    return profile


def _validate_and_hash(
    dependencies: Dependencies, call: Call, user: User, password: str, current_hash: str | None = None
) -> str:
    """Return the hash of a new password; PasswordPolicyViolation if it violates the rules."""
    account = accounts.find(call.tx, call.account_id)
    personal_names = passwords.personal_names(account, user) if account else ()
    passwords.enforce(
        call.tx,
        call.account_id,
        personal_names,
        password,
        dependencies.blocklist,
        dependencies.hasher,
        user.user_id,
        current_hash=current_hash,
    )
    return dependencies.hasher.hash(password)


def _hash_new_password(dependencies: Dependencies, call: Call, user: User, params: Params) -> Params:
    """Replace the password with its hash."""
    if "password" not in params:
        return params
    return {**params, "password": _validate_and_hash(dependencies, call, user, params["password"])}


@operation("iam", target_finder=targets.USER_OR_SELF, prepare=_hash_new_password)
def create_login_profile(
    call: Call, user: User, password: str | None = None, password_reset_required: bool = False
) -> Reply:
    if password is None:
        raise ValidationError(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            "Member must not be null"
        )
    if login_profiles.find(call.tx, call.account_id, user.user_id):
        raise EntityAlreadyExists(f"Login Profile for user {user.user_name} already exists.")
    profile = LoginProfile(user.user_id, password, call.timestamp, call.timestamp, password_reset_required)
    login_profiles.add(call.tx, call.account_id, profile)
    return {"LoginProfile": _to_response(user, profile)}


@operation("iam", target_finder=targets.USER_OR_SELF)
def get_login_profile(call: Call, user: User) -> Reply:
    return {"LoginProfile": _to_response(user, _get_login_profile(call, user))}


@operation("iam", target_finder=targets.USER, prepare=_hash_new_password)
def update_login_profile(
    call: Call, user: User, password: str | None = None, password_reset_required: bool | None = None
) -> Reply:
    profile = _get_login_profile(call, user)
    if password is not None:
        profile = profile._replace(hash=password, change_date=call.timestamp)
    if password_reset_required is not None:
        profile = profile._replace(password_reset_required=password_reset_required)
    login_profiles.update(call.tx, call.account_id, profile)
    sessions.delete_for_user(call.tx, call.account_id, user.user_id)
    return None


@operation("iam", target_finder=targets.USER_OR_SELF, requires_confirmation=False)
def delete_login_profile(call: Call, user: User) -> Reply:
    _get_login_profile(call, user)
    login_profiles.delete(call.tx, call.account_id, user.user_id)
    sessions.delete_for_user(call.tx, call.account_id, user.user_id)
    return None


# ChangePassword.


def users_may_change_password(call: Call, _target: Target) -> bool:
    """Return whether the password policy lets users change their own passwords without an IAM policy."""
    policy = security_settings.find_password_policy(call.tx, call.account_id)
    return policy is not None and policy.allow_users_to_change_password


def _verify_and_hash(dependencies: Dependencies, call: Call, _user: User, params: Params) -> Params:
    """Replace both passwords with hashes: the stored one that the old password matched, and the new one."""
    user = call.caller.user
    if user is None:
        return params
    profile = _get_login_profile(call, user)
    _require_not_hard_expired(call, profile)
    verified_password = passwords.verify_current(
        dependencies.database,
        dependencies.hasher,
        call.account_id,
        profile,
        params["old_password"],
        call.epoch,
    )
    new_hash = _validate_and_hash(dependencies, call, user, params["new_password"], verified_password.hash)
    return {"old_password": verified_password.hash, "new_password": new_hash}


def _require_not_hard_expired(call: Call, profile: LoginProfile) -> None:
    """Raise AccessDenied if the password has expired under hard expiry and the caller uses the console.

    An access key can still change the password, as on AWS.
    """
    policy = security_settings.find_password_policy(call.tx, call.account_id)
    hard_expiry = policy is not None and policy.hard_expiry and call.caller.session is not None
    if hard_expiry and policy and passwords.is_expired(profile, policy.max_password_age, call.epoch):
        raise AccessDenied("The password has expired, and an administrator must reset it.")


@operation(
    "iam",
    target_finder=targets.SELF_AS_USER,
    prepare=_verify_and_hash,
    is_self_service=users_may_change_password,
)
def change_password(call: Call, old_password: str, new_password: str) -> Reply:
    user = call.caller.user
    if user is None:
        return None  # the finder refused the root user
    profile = _get_login_profile(call, user)
    if profile.hash != old_password:
        raise ConcurrentModification(passwords.CHANGED_MEANWHILE)
    updated_profile = profile._replace(
        hash=new_password, change_date=call.timestamp, password_reset_required=False
    )
    login_profiles.update(call.tx, call.account_id, updated_profile)
    sessions.delete_for_user(call.tx, call.account_id, user.user_id)
    return None
