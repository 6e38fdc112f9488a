"""The credential report and GetAccountSummary."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from iamd.checks import credential_report
from iamd.core import clock
from iamd.store import credential_reports
from iamd.store.credential_reports import CredentialReport
from tests import console_users
from tests.api.responses import refused
from tests.authenticator import Authenticator
from tests.console_users import PASSWORD
from tests.servers import Account

pytestmark = pytest.mark.both_databases


def generate_report(account: Account) -> dict[str, dict[str, str]]:
    """Generate a credential report; return its rows by user."""
    assert account.iam.generate_credential_report()["State"] == "COMPLETE"
    response = account.iam.get_credential_report()
    assert response["ReportFormat"] == "text/csv"
    assert datetime.now(UTC) - response["GeneratedTime"] < timedelta(minutes=1)
    return {row["user"]: row for row in csv.DictReader(io.StringIO(response["Content"].decode()))}


def test_report_has_a_row_per_user_and_root_first(account: Account) -> None:
    for name in ("zoe", "Bob", "alice"):
        account.iam.create_user(UserName=name, Path="/team/")
    rows = generate_report(account)
    assert list(rows) == ["<root_account>", "admin", "alice", "Bob", "zoe"]
    assert rows["Bob"]["arn"] == f"arn:aws:iam::{account.account_id}:user/team/Bob"
    assert list(rows["Bob"]) == list(credential_report.COLUMNS)


def test_user_row_has_password_mfa_and_access_key_columns(account: Account) -> None:
    iam = account.iam
    iam.update_account_password_policy(MaxPasswordAge=90)
    key = account.key_of("Bob")
    iam.create_login_profile(UserName="Bob", Password=PASSWORD)
    Authenticator.create(iam, "phone").enable(iam, "Bob")
    iam.update_access_key(UserName="Bob", AccessKeyId=key[0], Status="Inactive")
    row = generate_report(account)["Bob"]
    changed_at = datetime.fromisoformat(row["password_last_changed"])
    assert (row["password_enabled"], row["mfa_active"]) == ("true", "true")
    assert row["password_last_used"] == "no_information"
    assert datetime.fromisoformat(row["password_next_rotation"]) == changed_at + timedelta(days=90)
    assert row["user_creation_time"].endswith("+00:00")
    assert row["access_key_1_active"] == "false"
    assert row["access_key_1_last_rotated"] != "N/A"
    assert row["access_key_2_last_rotated"] == "N/A"


def test_root_user_row(account: Account) -> None:
    row_before_setup = generate_report(account)["<root_account>"]
    assert (row_before_setup["password_enabled"], row_before_setup["mfa_active"]) == ("false", "false")
    console_users.set_up(account)
    row = generate_report(account)["<root_account>"]
    assert row["password_enabled"] == "true"
    assert row["password_last_used"].startswith(clock.iso(clock.now())[:10])
    assert row["password_next_rotation"] == "not_supported"


def test_user_names_are_exact_even_if_they_begin_like_formulas(account: Account) -> None:
    """As in AWS's report: tools join on them. The console neutralizes them in the file that it saves."""
    names = ["=cmd,calc", "+1", "-1", "@SUM"]
    for name in names:
        account.iam.create_user(UserName=name)
    rows = generate_report(account)
    assert rows.keys() == {"<root_account>", "admin", *names}
    assert {rows[name]["arn"].rpartition("/")[2] for name in names} == set(names)


def test_report_does_not_change_until_generated_again(account: Account) -> None:
    assert "bob" not in generate_report(account)
    account.iam.create_user(UserName="bob")
    assert b"bob" not in account.iam.get_credential_report()["Content"]
    assert "bob" in generate_report(account)


def test_report_expires_after_four_hours(account: Account) -> None:
    generated_at = clock.iso(datetime.now(UTC) - timedelta(hours=4, seconds=1))
    with account.server.store.database.write() as tx:
        credential_reports.put(tx, account.account_id, CredentialReport(generated_at, "user,arn"))
    assert refused(account.iam, "GetCredentialReport")[:2] == ("ReportExpired", 410)
    generate_report(account)


def test_account_summary_counts_entities_and_returns_quotas(account: Account) -> None:
    before = account.iam.get_account_summary()["SummaryMap"]
    assert (before["Users"], before["Groups"], before["Policies"]) == (1, 1, 0)
    account.iam.create_user(UserName="bob")
    account.iam.create_group(GroupName="g")
    arn = account.iam.create_policy(PolicyName="p", PolicyDocument=_DOCUMENT)["Policy"]["Arn"]
    account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=_DOCUMENT)
    Authenticator.create(account.iam, "spare")
    after = account.iam.get_account_summary()["SummaryMap"]
    assert (after["Users"], after["Groups"], after["Policies"]) == (2, 2, 1)
    assert (after["PolicyVersionsInUse"], after["MFADevices"], after["MFADevicesInUse"]) == (2, 1, 0)
    assert (after["UsersQuota"], after["AccessKeysPerUserQuota"]) == (5000, 2)


_DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'


def test_account_summary_shows_root_password_and_mfa(account: Account) -> None:
    def root_members() -> tuple[int, ...]:
        summary = account.iam.get_account_summary()["SummaryMap"]
        return tuple(
            summary[f"Account{member}"] for member in ("PasswordPresent", "MFAEnabled", "AccessKeysPresent")
        )

    assert root_members() == (0, 0, 0)
    root = console_users.sign_in_root(account)
    assert root_members() == (1, 0, 0)
    device = Authenticator.create(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes())
    assert root_members() == (1, 1, 0)
