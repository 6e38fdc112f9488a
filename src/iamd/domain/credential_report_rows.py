"""Rows of the credential report, read from the store in a fixed number of queries."""

from collections import defaultdict
from datetime import datetime

from iamd.checks import credential_report as report
from iamd.checks.credential_report import AccessKeyEntry, ReportRow
from iamd.core import arns
from iamd.core.records import Account, LoginProfile, User
from iamd.domain import passwords
from iamd.store import access_keys, login_profiles, mfa_devices, security_settings
from iamd.store.entities import USERS
from iamd.store.query import Tx


class CredentialReportSource:
    """Credentials of an account's users by their unique IDs; the root user's unique ID is the account ID."""

    def __init__(self, tx: Tx, account_id: str) -> None:
        policy = security_settings.find_password_policy(tx, account_id)
        self.max_password_age = policy.max_password_age if policy else None
        self.login_profiles = {
            profile.user_id: profile for profile in login_profiles.list_all(tx, account_id)
        }
        self.user_ids_with_mfa = {device.user_id for device in mfa_devices.list_assigned(tx, account_id)}
        self.access_keys: dict[str, list[AccessKeyEntry]] = defaultdict(list)
        for record in access_keys.list_all(tx, account_id):
            last_rotated, last_used = (
                report.parse_date(record.create_date),
                report.parse_date(record.last_used_date),
            )
            key = AccessKeyEntry(
                record.status == "Active", last_rotated, last_used, record.region, record.service_name
            )
            self.access_keys[record.user_id].append(key)

    def root_row(self, account: Account) -> ReportRow:
        """Return the root user's row. It has no `password_next_rotation`, as in AWS's report."""
        arn = arns.root(account.account_id)
        login_profile = self.login_profiles.get(account.account_id)
        return self._build_row(
            account.account_id,
            report.ROOT,
            arn,
            account.create_date,
            account.root_last_used,
            login_profile,
            None,
        )

    def user_row(self, user: User) -> ReportRow:
        login_profile = self.login_profiles.get(user.user_id)
        next_rotation = passwords.expiry_date(login_profile, self.max_password_age) if login_profile else None
        return self._build_row(
            user.user_id,
            user.user_name,
            user.arn,
            user.create_date,
            user.password_last_used,
            login_profile,
            next_rotation,
        )

    def _build_row(
        self,
        owner_id: str,
        name: str,
        arn: str,
        create_date: str,
        password_last_used: str | None,
        login_profile: LoginProfile | None,
        next_rotation: datetime | None,
    ) -> ReportRow:
        return ReportRow(
            name,
            arn,
            report.parse_date(create_date),
            login_profile is not None,
            report.parse_date(password_last_used),
            report.parse_date(login_profile.change_date) if login_profile else None,
            next_rotation,
            owner_id in self.user_ids_with_mfa,
            tuple(self.access_keys.get(owner_id, ())),
        )


def report_rows(tx: Tx, account: Account) -> list[ReportRow]:
    """Return a row for the root user, then one for each user by name.

    Several queries run, so `tx` should be a consistent snapshot.
    """
    source = CredentialReportSource(tx, account.account_id)
    return [
        source.root_row(account),
        *(source.user_row(user) for user in USERS.list_all(tx, account.account_id)),
    ]
