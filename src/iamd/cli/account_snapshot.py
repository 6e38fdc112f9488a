"""The account snapshot for `iamd check`, read through the IAM API.

Reading changes nothing but the credential report, which is generated.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from iamd.checks import credential_report
from iamd.checks.credential_report import ReportRow
from iamd.checks.policies import allows_everything
from iamd.checks.snapshot import AccountSnapshot
from iamd.cli.errors import CommandError
from iamd.core.models import snake_case
from iamd.core.records import PasswordPolicy

_REPORT_SECONDS = 300
_POLL_SECONDS = 2.0


def take(iam: Any, sleep: Callable[[float], None] = time.sleep) -> AccountSnapshot:
    """Read the snapshot with a botocore IAM client; CommandError if there is no usable credential report."""
    summary = iam.get_account_summary()["SummaryMap"]
    root, users = _rows(_report(iam, sleep))
    return AccountSnapshot(
        datetime.now(UTC),
        _caller_arn(iam),
        root,
        users,
        bool(summary.get("AccountMFAEnabled")),
        bool(summary.get("AccountAccessKeysPresent")),
        _password_policy(iam),
        _has_administrator(iam, root.arn.split(":")[1]),
        tuple(sorted(_full_access_policies(iam))),
    )


def _error_code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _report(iam: Any, sleep: Callable[[float], None]) -> str:
    """Generate the credential report, wait until it is ready, and return its CSV."""
    for _ in range(int(_REPORT_SECONDS / _POLL_SECONDS)):
        if iam.generate_credential_report()["State"] == "COMPLETE":
            content: bytes = iam.get_credential_report()["Content"]
            return content.decode()
        sleep(_POLL_SECONDS)
    raise CommandError("the credential report is not ready yet: try again in a few minutes")


def _rows(report: str) -> tuple[ReportRow, tuple[ReportRow, ...]]:
    try:
        rows = credential_report.read(report)
    except (ValueError, KeyError) as error:
        raise CommandError(f"the credential report cannot be read: {error}") from error
    roots = [row for row in rows if row.is_root]
    if len(roots) != 1:
        raise CommandError("the credential report has no row for the root user")
    return roots[0], tuple(row for row in rows if not row.is_root)


def _caller_arn(iam: Any) -> str:
    """Return the ARN of the calling user; empty if the caller is not a user or may not call GetUser."""
    try:
        return str(iam.get_user()["User"]["Arn"])
    except ClientError as error:
        if _error_code(error) in ("AccessDenied", "ValidationError", "NoSuchEntity"):
            return ""
        raise


def _password_policy(iam: Any) -> PasswordPolicy | None:
    try:
        response = iam.get_account_password_policy()["PasswordPolicy"]
    except ClientError as error:
        if _error_code(error) == "NoSuchEntity":
            return None
        raise
    members = {snake_case(name): value for name, value in response.items()}
    return PasswordPolicy(**{name: members[name] for name in PasswordPolicy._fields if name in members})


def _has_administrator(iam: Any, partition: str) -> bool:
    """Return whether a user, a role or a group with members has AdministratorAccess."""
    arn = f"arn:{partition}:iam::aws:policy/AdministratorAccess"
    for page in iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=arn):
        if page["PolicyUsers"] or page["PolicyRoles"]:
            return True
        groups = (group["GroupName"] for group in page["PolicyGroups"])
        if any(iam.get_group(GroupName=name, MaxItems=1)["Users"] for name in groups):
            return True
    return False


def _full_access_policies(iam: Any) -> Iterator[str]:
    for page in iam.get_paginator("list_policies").paginate(Scope="Local", OnlyAttached=True):
        for policy in page["Policies"]:
            version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
            if allows_everything(json.dumps(version["PolicyVersion"]["Document"])):
                yield policy["PolicyName"]
