"""Checks of permissions: an administrator besides the root user, and policies that allow everything."""

import json
from typing import Any

from iamd.checks.recommendation import MEDIUM, Recommendation
from iamd.checks.snapshot import AccountSnapshot

_SHOWN_NAMES = 10


def no_administrator(snapshot: AccountSnapshot) -> Recommendation | None:
    if snapshot.has_administrator:
        return None
    return Recommendation(
        "no-administrator",
        MEDIUM,
        "Create an administrator",
        "Only the root user is an administrator. Create an IAM user with AdministratorAccess for daily work.",
    )


def full_access_policies(snapshot: AccountSnapshot) -> Recommendation | None:
    names = snapshot.full_access_policies
    if not names:
        return None
    return Recommendation(
        "full-access-policies",
        MEDIUM,
        "Remove policies that allow full access",
        f"These customer managed policies allow all actions on all resources: {_abbreviate(names)}.",
        len(names),
    )


def _abbreviate(names: tuple[str, ...]) -> str:
    remaining = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {remaining} more" if remaining > 0 else "")


def allows_everything(document: str) -> bool:
    """Return whether a policy document (JSON) allows every action on every resource unconditionally."""
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(_allows_everything(statement) for statement in _as_list(statements))


def _allows_everything(statement: Any) -> bool:
    if not isinstance(statement, dict) or statement.get("Condition"):
        return False
    actions, resources = _as_list(statement.get("Action")), _as_list(statement.get("Resource"))
    return statement.get("Effect") == "Allow" and bool({"*", "*:*"} & {*actions}) and "*" in resources


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


CHECKS = (no_administrator, full_access_policies)
