"""The facts of an account as the IAM API tells them, ours or AWS's; nothing is changed but the report."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from iamd.cli.errors import CommandError
from iamd.core import credential_report, recommendations
from iamd.core.credential_report import Row
from iamd.core.models import snake
from iamd.core.recommendations import Facts
from iamd.core.records import PasswordPolicy

_REPORT_SECONDS = 300
_POLL_SECONDS = 2.0


def gather(iam: Any, wait: Callable[[float], None] = time.sleep) -> Facts:
    """Ask for everything that the judge wants to know; CommandError when the account has no usable report."""
    summary = iam.get_account_summary()["SummaryMap"]
    root, users = _rows(_report(iam, wait))
    return Facts(
        datetime.now(UTC),
        _caller(iam),
        root,
        users,
        bool(summary.get("AccountMFAEnabled")),
        bool(summary.get("AccountAccessKeysPresent")),
        _password_policy(iam),
        _is_administered(iam, root.arn.split(":")[1]),
        tuple(sorted(_full_access(iam))),
    )


def _code(failed: ClientError) -> str:
    return str(failed.response["Error"]["Code"])


def _report(iam: Any, wait: Callable[[float], None]) -> str:
    """Have a report made, wait for it where that takes a while, and return its CSV."""
    for _ in range(int(_REPORT_SECONDS / _POLL_SECONDS)):
        if iam.generate_credential_report()["State"] == "COMPLETE":
            content: bytes = iam.get_credential_report()["Content"]
            return content.decode()
        wait(_POLL_SECONDS)
    raise CommandError("the credential report is not ready yet: try again in some minutes")


def _rows(report: str) -> tuple[Row, tuple[Row, ...]]:
    try:
        rows = credential_report.read(report)
    except (ValueError, KeyError) as wrong:
        raise CommandError(f"the credential report cannot be read: {wrong}") from wrong
    roots = [row for row in rows if row.is_root]
    if len(roots) != 1:
        raise CommandError("the credential report has no row of the root user")
    return roots[0], tuple(row for row in rows if not row.is_root)


def _caller(iam: Any) -> str:
    """Return the ARN of the user who asks; empty when it is no user, or may not look itself up."""
    try:
        return str(iam.get_user()["User"]["Arn"])
    except ClientError as failed:
        if _code(failed) in ("AccessDenied", "ValidationError", "NoSuchEntity"):
            return ""
        raise


def _password_policy(iam: Any) -> PasswordPolicy | None:
    try:
        told = iam.get_account_password_policy()["PasswordPolicy"]
    except ClientError as failed:
        if _code(failed) == "NoSuchEntity":
            return None
        raise
    members = {snake(name): value for name, value in told.items()}
    return PasswordPolicy(**{name: members[name] for name in PasswordPolicy._fields if name in members})


def _is_administered(iam: Any, partition: str) -> bool:
    """Say whether a user, a role or a group that has members has AdministratorAccess."""
    arn = f"arn:{partition}:iam::aws:policy/AdministratorAccess"
    for page in iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn):
        if page["PolicyUsers"] or page["PolicyRoles"]:
            return True
        groups = (group["GroupName"] for group in page["PolicyGroups"])
        if any(iam.get_group(GroupName=name, MaxItems=1)["Users"] for name in groups):
            return True
    return False


def _full_access(iam: Any) -> Iterator[str]:
    for page in iam.get_paginator("list_policies").paginate(Scope="Local", OnlyAttached=True):
        for policy in page["Policies"]:
            version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
            if recommendations.allows_everything(json.dumps(version["PolicyVersion"]["Document"])):
                yield policy["PolicyName"]
