"""The account snapshot that security checks run on: what the IAM API reports about any account, AWS's too."""

from datetime import datetime
from typing import NamedTuple

from iamd.checks.credential_report import ReportRow
from iamd.core.records import PasswordPolicy


class AccountSnapshot(NamedTuple):
    """The state of an account at a moment.

    `root` and `users` are rows of the credential report; `caller_arn` is the ARN of the calling user, empty
    if the caller is not a user. `has_administrator` is whether anyone but the root user has
    AdministratorAccess. `full_access_policies` names attached customer managed policies that allow all
    actions on all resources.
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
