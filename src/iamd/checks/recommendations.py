"""What is still unsafe in an account, judged from facts that the IAM API tells of any account, AWS's own too.

What counts as weak, and where the numbers are from:

- A password policy is weak when it asks for fewer than 8 characters (AWS's default, and the least that NIST
  SP 800-63B allows), or for fewer than 14 (CIS AWS Foundations Benchmark) with fewer than three of the four
  kinds of characters, as AWS's default has it. That an account has no policy of its own is worse.
- An access key is old after 90 days (CIS), and unused after a year (the AWS console's dashboard).
- The root user was used lately when it was within 90 days.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from iamd.checks.credential_report import AccessKeyEntry, ReportRow
from iamd.core.records import PasswordPolicy

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
CRITICAL, HIGH, MEDIUM, LOW = SEVERITIES

_RECENT_ROOT_USE = timedelta(days=90)
_MAX_KEY_AGE = timedelta(days=90)
_MAX_KEY_IDLE = timedelta(days=365)
_MIN_PASSWORD_LENGTH = 8
_RECOMMENDED_PASSWORD_LENGTH = 14
_MIN_CHARACTER_TYPES = 3
_MAX_NAMES = 100  # that are told; the count is whole


class AccountFacts(NamedTuple):
    """What is known of an account.

    `root` and `users` are rows of the credential report; `caller` is the ARN of who asks, and
    `administered` says whether anybody but the root user has AdministratorAccess. `full_access` names the
    account's own attached policies that allow everything.
    """

    now: datetime
    caller_arn: str
    root: ReportRow
    users: tuple[ReportRow, ...]
    root_has_mfa: bool
    root_has_access_keys: bool
    password_policy: PasswordPolicy | None
    has_administrator: bool
    full_access_policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One thing to mend. `count` and `user_names` are there where it is about several users or policies."""

    id: str
    severity: str
    title: str
    detail: str
    count: int | None = None
    user_names: tuple[str, ...] | None = None


def evaluate(facts: AccountFacts) -> list[Recommendation]:
    """Return what should be mended, the worst first."""
    recommendations = [
        *_root_recommendations(facts),
        *_account_recommendations(facts),
        *_caller_recommendations(facts),
        *_user_recommendations(facts),
    ]
    return sorted(recommendations, key=lambda recommendation: SEVERITIES.index(recommendation.severity))


# The root user.


def _root_recommendations(facts: AccountFacts) -> Iterator[Recommendation]:
    if not facts.root_has_mfa:
        yield Recommendation(
            "root-mfa",
            CRITICAL,
            "Add MFA for root user",
            "Whoever learns the root user's password has the whole account. Assign an MFA device to it.",
        )
    if facts.root_has_access_keys:
        yield Recommendation(
            "root-access-keys",
            CRITICAL,
            "Deactivate or delete access keys for root user",
            "No policy can limit what a root access key does. Use the keys of an IAM user instead.",
        )
    days = _days_since(_last_used(facts.root), facts.now)
    if days is not None and timedelta(days=days) < _RECENT_ROOT_USE:
        yield Recommendation(
            "root-used",
            LOW,
            f"Root user signed in {_days_ago(days)}: use it only for what needs it",
            "Do daily work as an IAM user with the permissions that the work needs.",
        )


def _last_used(root: ReportRow) -> datetime | None:
    uses = [root.password_last_used, *(key.last_used for key in root.access_keys)]
    return max((moment for moment in uses if moment is not None), default=None)


def _days_since(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, (now - moment).days)


def _days_ago(days: int) -> str:
    return {0: "today", 1: "1 day ago"}.get(days, f"{days} days ago")


# The rules.


def _account_recommendations(facts: AccountFacts) -> Iterator[Recommendation]:
    if facts.password_policy is None:
        yield Recommendation(
            "password-policy",
            HIGH,
            "Set a password policy",
            "The default policy holds: 8 characters of three kinds, no expiration, and any password again.",
        )
    elif is_weak(facts.password_policy):
        yield Recommendation(
            "password-policy",
            MEDIUM,
            "Make the password policy stronger",
            f"Ask for at least {_RECOMMENDED_PASSWORD_LENGTH} characters, "
            f"or for {_MIN_PASSWORD_LENGTH} with three kinds of characters.",
        )
    if not facts.has_administrator:
        yield Recommendation(
            "no-administrator",
            MEDIUM,
            "Create an administrator",
            "Nobody but the root user has AdministratorAccess, directly or by a group: it is needed daily.",
        )
    if facts.full_access_policies:
        yield Recommendation(
            "full-access-policies",
            MEDIUM,
            "Remove policies that allow everything",
            "These managed policies of your own allow everything on everything: "
            f"{_abbreviate(facts.full_access_policies)}.",
            len(facts.full_access_policies),
        )


def is_weak(policy: PasswordPolicy) -> bool:
    """Say whether a password policy lets weak passwords pass; the module says what that is."""
    character_types = (
        policy.require_symbols,
        policy.require_numbers,
        policy.require_uppercase_characters,
        policy.require_lowercase_characters,
    )
    length = policy.minimum_password_length
    return length < _MIN_PASSWORD_LENGTH or (
        length < _RECOMMENDED_PASSWORD_LENGTH and sum(character_types) < _MIN_CHARACTER_TYPES
    )


def _abbreviate(names: tuple[str, ...]) -> str:
    first_names, remaining = names[:10], len(names) - 10
    return ", ".join(first_names) + (f" and {remaining} more" if remaining > 0 else "")


# Who asks, and everybody.


def _caller_recommendations(facts: AccountFacts) -> Iterator[Recommendation]:
    own_row = next((row for row in facts.users if row.arn == facts.caller_arn), None)
    if own_row is None:
        return
    if own_row.password_enabled and not own_row.mfa_active:
        yield Recommendation(
            "own-mfa",
            HIGH,
            "Add MFA for yourself",
            f"Your user, {own_row.user}, signs in with a password alone. Assign an MFA device to it.",
        )
    unused_keys = [key for key in own_row.access_keys if _is_unused(key, facts.now)]
    if unused_keys:
        yield Recommendation(
            "own-old-keys",
            MEDIUM,
            "Deactivate or delete your unused access keys",
            f"Your user, {own_row.user}, has active access keys that have been unused for more than a year.",
            len(unused_keys),
        )


def _is_unused(key: AccessKeyEntry, now: datetime) -> bool:
    last_activity = key.last_used or key.last_rotated
    return key.active and last_activity is not None and now - last_activity > _MAX_KEY_IDLE


def _user_recommendations(facts: AccountFacts) -> Iterator[Recommendation]:
    without_mfa = tuple(row.user for row in facts.users if row.password_enabled and not row.mfa_active)
    if without_mfa:
        yield Recommendation(
            "users-without-mfa",
            HIGH,
            "Add MFA for users",
            "These users sign in to the console with a password alone.",
            len(without_mfa),
            without_mfa[:_MAX_NAMES],
        )
    with_old_keys = tuple(
        row.user for row in facts.users if any(_is_old(key, facts.now) for key in row.access_keys)
    )
    if with_old_keys:
        yield Recommendation(
            "old-access-keys",
            MEDIUM,
            "Rotate access keys",
            "These users have active access keys that are older than 90 days.",
            len(with_old_keys),
            with_old_keys[:_MAX_NAMES],
        )


def _is_old(key: AccessKeyEntry, now: datetime) -> bool:
    return key.active and key.last_rotated is not None and now - key.last_rotated > _MAX_KEY_AGE


# Policies.


def allows_everything(document: str) -> bool:
    """Say whether a policy, as JSON, allows every action on every resource without a condition."""
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(_grants_full_access(statement) for statement in _as_list(statements))


def _grants_full_access(statement: Any) -> bool:
    if not isinstance(statement, dict) or statement.get("Condition"):
        return False
    actions, resources = _as_list(statement.get("Action")), _as_list(statement.get("Resource"))
    return statement.get("Effect") == "Allow" and bool({"*", "*:*"} & {*actions}) and "*" in resources


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
