"""Checks of the root user ("Root user best practices" in the IAM user guide)."""

from datetime import timedelta

from iamd.checks.recommendation import CRITICAL, LOW, Recommendation
from iamd.checks.snapshot import AccountSnapshot

_RECENT = timedelta(days=90)


def root_mfa(snapshot: AccountSnapshot) -> Recommendation | None:
    if snapshot.root_has_mfa:
        return None
    return Recommendation(
        "root-mfa",
        CRITICAL,
        "Add MFA for root user",
        "Anyone with the root user's password has full access to the account. Assign an MFA device.",
    )


def root_access_keys(snapshot: AccountSnapshot) -> Recommendation | None:
    if not snapshot.root_has_access_keys:
        return None
    return Recommendation(
        "root-access-keys",
        CRITICAL,
        "Deactivate or delete access keys for root user",
        "Policies cannot restrict root access keys. Use a role or an IAM user's access keys instead.",
    )


def root_recently_used(snapshot: AccountSnapshot) -> Recommendation | None:
    uses = [snapshot.root.password_last_used, *(key.last_used for key in snapshot.root.access_keys)]
    last_used = max((use for use in uses if use is not None), default=None)
    if last_used is None:
        return None
    days = max(0, (snapshot.now - last_used).days)
    if timedelta(days=days) >= _RECENT:
        return None
    return Recommendation(
        "root-used",
        LOW,
        f"Root user signed in {_days_ago(days)}: use it only for tasks that require it",
        "For daily work, use an IAM user with the permissions that the work requires.",
    )


def _days_ago(days: int) -> str:
    return {0: "today", 1: "1 day ago"}.get(days, f"{days} days ago")


CHECKS = (root_mfa, root_access_keys, root_recently_used)
