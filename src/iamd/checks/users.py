"""Checks of users' credentials: MFA, old access keys, and credentials of the calling user.

An access key is old after 90 days (CIS AWS Foundations Benchmark), and unused after a year (the IAM console's
dashboard).
"""

from datetime import datetime, timedelta

from iamd.checks.credential_report import AccessKeyEntry, ReportRow
from iamd.checks.recommendation import HIGH, MAX_NAMES, MEDIUM, Recommendation
from iamd.checks.snapshot import AccountSnapshot

_MAX_KEY_AGE = timedelta(days=90)
_MAX_KEY_IDLE = timedelta(days=365)


def own_mfa(snapshot: AccountSnapshot) -> Recommendation | None:
    user = _caller(snapshot)
    if user is None or not user.password_enabled or user.mfa_active:
        return None
    return Recommendation(
        "own-mfa",
        HIGH,
        "Add MFA for yourself",
        f"Your user, {user.user}, signs in without MFA. Assign an MFA device.",
    )


def own_unused_keys(snapshot: AccountSnapshot) -> Recommendation | None:
    user = _caller(snapshot)
    unused_keys = [key for key in user.access_keys if _is_unused(key, snapshot.now)] if user else []
    if user is None or not unused_keys:
        return None
    return Recommendation(
        "own-old-keys",
        MEDIUM,
        "Deactivate or delete your unused access keys",
        f"Your user, {user.user}, has active access keys that have not been used for more than a year.",
        len(unused_keys),
    )


def users_without_mfa(snapshot: AccountSnapshot) -> Recommendation | None:
    names = tuple(user.user for user in snapshot.users if user.password_enabled and not user.mfa_active)
    if not names:
        return None
    return Recommendation(
        "users-without-mfa",
        HIGH,
        "Add MFA for users",
        "These users sign in to the console without MFA.",
        len(names),
        names[:MAX_NAMES],
    )


def old_access_keys(snapshot: AccountSnapshot) -> Recommendation | None:
    names = tuple(
        user.user for user in snapshot.users if any(_is_old(key, snapshot.now) for key in user.access_keys)
    )
    if not names:
        return None
    return Recommendation(
        "old-access-keys",
        MEDIUM,
        "Rotate access keys",
        "These users have active access keys that are older than 90 days.",
        len(names),
        names[:MAX_NAMES],
    )


def _caller(snapshot: AccountSnapshot) -> ReportRow | None:
    return next((user for user in snapshot.users if user.arn == snapshot.caller_arn), None)


def _is_unused(key: AccessKeyEntry, now: datetime) -> bool:
    last_activity = key.last_used or key.last_rotated
    return key.active and last_activity is not None and now - last_activity > _MAX_KEY_IDLE


def _is_old(key: AccessKeyEntry, now: datetime) -> bool:
    return key.active and key.last_rotated is not None and now - key.last_rotated > _MAX_KEY_AGE


CHECKS = (own_mfa, own_unused_keys, users_without_mfa, old_access_keys)
