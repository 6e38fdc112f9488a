"""The credentials of everybody in an account, read in a handful of queries however many users there are."""

from collections import defaultdict
from datetime import datetime

from iamd.core import arns
from iamd.core import credential_report as report
from iamd.core.credential_report import AccessKeyEntry, ReportRow
from iamd.core.records import Account, LoginProfile, User
from iamd.ops import passwords
from iamd.store import access_keys, login_profiles, mfa_devices, security
from iamd.store.named import USERS
from iamd.store.query import Tx


class Credentials:
    """What an account's users hold, by their unique IDs; the root user's is the account's."""

    def __init__(self, tx: Tx, account_id: str) -> None:
        policy = security.find_password_policy(tx, account_id)
        self.max_password_age = policy.max_password_age if policy else None
        self.profiles = {held.user_id: held for held in login_profiles.list_all(tx, account_id)}
        self.with_mfa = {device.user_id for device in mfa_devices.list_assigned(tx, account_id)}
        self.keys: dict[str, list[AccessKeyEntry]] = defaultdict(list)
        for owned in access_keys.list_all(tx, account_id):
            rotated, used = report.parse_date(owned.create_date), report.parse_date(owned.last_used_date)
            key = AccessKeyEntry(owned.status == "Active", rotated, used, owned.region, owned.service_name)
            self.keys[owned.user_id].append(key)

    def root(self, account: Account) -> ReportRow:
        """Return the root user's row, whose password a report has no rotation for."""
        arn = arns.root(account.account_id)
        profile = self.profiles.get(account.account_id)
        return self._row(
            account.account_id, report.ROOT, arn, account.create_date, account.root_last_used, profile, None
        )

    def user(self, user: User) -> ReportRow:
        profile = self.profiles.get(user.user_id)
        rotation = passwords.expires(profile, self.max_password_age) if profile else None
        return self._row(
            user.user_id,
            user.user_name,
            user.arn,
            user.create_date,
            user.password_last_used,
            profile,
            rotation,
        )

    def _row(
        self,
        owner_id: str,
        name: str,
        arn: str,
        created: str,
        used: str | None,
        profile: LoginProfile | None,
        rotation: datetime | None,
    ) -> ReportRow:
        return ReportRow(
            name,
            arn,
            report.parse_date(created),
            profile is not None,
            report.parse_date(used),
            report.parse_date(profile.change_date) if profile else None,
            rotation,
            owner_id in self.with_mfa,
            tuple(self.keys.get(owner_id, ())),
        )


def rows(tx: Tx, account: Account) -> list[ReportRow]:
    """Return the root user and all users by name; all statements of `tx` should see one state."""
    held = Credentials(tx, account.account_id)
    return [held.root(account), *(held.user(user) for user in USERS.list_all(tx, account.account_id))]
