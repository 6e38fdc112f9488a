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

from iamd.core.credential_report import Key, Row
from iamd.core.records import PasswordPolicy

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
CRITICAL, HIGH, MEDIUM, LOW = SEVERITIES

_LATELY = timedelta(days=90)
_OLD = timedelta(days=90)
_UNUSED = timedelta(days=365)
_SHORTEST = 8
_LONG = 14
_KINDS = 3
_MOST_NAMES = 100  # that are told; the count is whole


class Facts(NamedTuple):
    """What is known of an account.

    `root` and `users` are rows of the credential report; `caller` is the ARN of who asks, and
    `administered` says whether anybody but the root user has AdministratorAccess. `full_access` names the
    account's own attached policies that allow everything.
    """

    now: datetime
    caller: str
    root: Row
    users: tuple[Row, ...]
    root_has_mfa: bool
    root_has_keys: bool
    policy: PasswordPolicy | None
    administered: bool
    full_access: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One thing to mend. `count` and `user_names` are there where it is about several users or policies."""

    id: str
    severity: str
    title: str
    detail: str
    count: int | None = None
    user_names: tuple[str, ...] | None = None


def judge(facts: Facts) -> list[Recommendation]:
    """Return what should be mended, the worst first."""
    found = [*_of_root(facts), *_of_rules(facts), *_of_caller(facts), *_of_users(facts)]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))


# The root user.


def _of_root(facts: Facts) -> Iterator[Recommendation]:
    if not facts.root_has_mfa:
        yield Recommendation(
            "root-mfa",
            CRITICAL,
            "Add MFA for root user",
            "Whoever learns the root user's password has the whole account. Assign an MFA device to it.",
        )
    if facts.root_has_keys:
        yield Recommendation(
            "root-access-keys",
            CRITICAL,
            "Deactivate or delete access keys for root user",
            "No policy can limit what a root access key does. Use the keys of an IAM user instead.",
        )
    days = _days_since(_last_used(facts.root), facts.now)
    if days is not None and timedelta(days=days) < _LATELY:
        yield Recommendation(
            "root-used",
            LOW,
            f"Root user signed in {_ago(days)}: use it only for what needs it",
            "Do daily work as an IAM user with the permissions that the work needs.",
        )


def _last_used(root: Row) -> datetime | None:
    used = [root.password_used, *(key.used for key in root.keys)]
    return max((moment for moment in used if moment is not None), default=None)


def _days_since(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(0, (now - moment).days)


def _ago(days: int) -> str:
    return {0: "today", 1: "1 day ago"}.get(days, f"{days} days ago")


# The rules.


def _of_rules(facts: Facts) -> Iterator[Recommendation]:
    if facts.policy is None:
        yield Recommendation(
            "password-policy",
            HIGH,
            "Set a password policy",
            "The default policy holds: 8 characters of three kinds, no expiration, and any password again.",
        )
    elif is_weak(facts.policy):
        yield Recommendation(
            "password-policy",
            MEDIUM,
            "Make the password policy stronger",
            f"Ask for at least {_LONG} characters, or for {_SHORTEST} with three kinds of characters.",
        )
    if not facts.administered:
        yield Recommendation(
            "no-administrator",
            MEDIUM,
            "Create an administrator",
            "Nobody but the root user has AdministratorAccess, directly or by a group: it is needed daily.",
        )
    if facts.full_access:
        yield Recommendation(
            "full-access-policies",
            MEDIUM,
            "Remove policies that allow everything",
            f"These managed policies of your own allow everything on everything: {_some(facts.full_access)}.",
            len(facts.full_access),
        )


def is_weak(policy: PasswordPolicy) -> bool:
    """Say whether a password policy lets weak passwords pass; the module says what that is."""
    kinds = (
        policy.require_symbols,
        policy.require_numbers,
        policy.require_uppercase_characters,
        policy.require_lowercase_characters,
    )
    length = policy.minimum_password_length
    return length < _SHORTEST or (length < _LONG and sum(kinds) < _KINDS)


def _some(names: tuple[str, ...]) -> str:
    shown, more = names[:10], len(names) - 10
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


# Who asks, and everybody.


def _of_caller(facts: Facts) -> Iterator[Recommendation]:
    own = next((row for row in facts.users if row.arn == facts.caller), None)
    if own is None:
        return
    if own.has_password and not own.has_mfa:
        yield Recommendation(
            "own-mfa",
            HIGH,
            "Add MFA for yourself",
            f"Your user, {own.user}, signs in with a password alone. Assign an MFA device to it.",
        )
    unused = [key for key in own.keys if _is_unused(key, facts.now)]
    if unused:
        yield Recommendation(
            "own-old-keys",
            MEDIUM,
            "Deactivate or delete your unused access keys",
            f"Your user, {own.user}, has active access keys that have been unused for more than a year.",
            len(unused),
        )


def _is_unused(key: Key, now: datetime) -> bool:
    since = key.used or key.rotated
    return key.active and since is not None and now - since > _UNUSED


def _of_users(facts: Facts) -> Iterator[Recommendation]:
    without = tuple(row.user for row in facts.users if row.has_password and not row.has_mfa)
    if without:
        yield Recommendation(
            "users-without-mfa",
            HIGH,
            "Add MFA for users",
            "These users sign in to the console with a password alone.",
            len(without),
            without[:_MOST_NAMES],
        )
    with_old = tuple(row.user for row in facts.users if any(_is_old(key, facts.now) for key in row.keys))
    if with_old:
        yield Recommendation(
            "old-access-keys",
            MEDIUM,
            "Rotate access keys",
            "These users have active access keys that are older than 90 days.",
            len(with_old),
            with_old[:_MOST_NAMES],
        )


def _is_old(key: Key, now: datetime) -> bool:
    return key.active and key.rotated is not None and now - key.rotated > _OLD


# Policies.


def allows_everything(document: str) -> bool:
    """Say whether a policy, as JSON, allows every action on every resource without a condition."""
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(_is_full(statement) for statement in _listed(statements))


def _is_full(statement: Any) -> bool:
    if not isinstance(statement, dict) or statement.get("Condition"):
        return False
    actions, resources = _listed(statement.get("Action")), _listed(statement.get("Resource"))
    return statement.get("Effect") == "Allow" and bool({"*", "*:*"} & {*actions}) and "*" in resources


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
