"""`iamd check`: security recommendations over the API. `iamd service-model`: the iamd API in the AWS CLI."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamd.cli import account_snapshot
from iamd.cli.errors import CommandError
from tests import console_users, iamd_command
from tests.authenticator import Authenticator
from tests.iamd_command import CompletedCommand
from tests.servers import Account, allow, document, environment

ROOT_ROW = "<root_account>,arn:aws:iam::1:root,2020-01-01T00:00:00+00:00,true,N/A,N/A,not_supported,true"
REPORT_HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active"
)


def check(account: Account, *arguments: str, **env: str) -> CompletedCommand:
    """Run `iamd check` as the account's administrator."""
    credentials = {
        "AWS_ACCESS_KEY_ID": account.access_key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
    }
    return iamd_command.run(
        "check",
        *(arguments or ("--endpoint-url", account.server.url)),
        cwd=None,
        AWS_CONFIG_FILE="/nonexistent",
        **credentials | env,
    )


def get_recommendations(account: Account) -> list[dict[str, Any]]:
    result = check(account, "--endpoint-url", account.server.url, "--format", "json")
    assert result.stderr == ""
    recommendations: list[dict[str, Any]] = json.loads(result.stdout)["recommendations"]
    assert result.returncode == (3 if recommendations else 0)
    return recommendations


def test_recommendations_are_those_of_the_dashboard(account: Account) -> None:
    iam = account.iam
    console_users.set_up(account)
    iam.create_user(UserName="bob")
    iam.create_login_profile(UserName="bob", Password=console_users.PASSWORD)
    arn = iam.create_policy(PolicyName="all", PolicyDocument=document(allow("*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    iam.update_account_password_policy(MinimumPasswordLength=8)
    dashboard = account.iamd.get_security_recommendations()["Recommendations"]
    recommendations = [
        {
            "".join(word.capitalize() for word in name.split("_")): value
            for name, value in recommendation.items()
        }
        for recommendation in get_recommendations(account)
    ]
    assert [
        {name: value for name, value in recommendation.items() if value is not None}
        for recommendation in recommendations
    ] == dashboard
    assert [recommendation["Id"] for recommendation in recommendations] == [
        "root-mfa",
        "users-without-mfa",
        "password-policy",
        "full-access-policies",
        "root-used",
    ]


def test_recommendations_as_text(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    account.iam.create_login_profile(UserName="bob", Password=console_users.PASSWORD)
    result = check(account)
    assert result.returncode == 3
    lines = result.stdout.splitlines()
    assert lines[0] == "CRITICAL  Add MFA for root user"
    assert "HIGH      Add MFA for users (1)" in lines
    assert lines[lines.index("HIGH      Add MFA for users (1)") + 2].strip() == "bob"


def test_account_without_recommendations_passes(account: Account) -> None:
    root = console_users.sign_in_root(account)
    device = Authenticator.create(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes())
    account.iam.update_account_password_policy(MinimumPasswordLength=14)
    assert [recommendation["id"] for recommendation in get_recommendations(account)] == ["root-used"]
    clear_root_last_used(account)
    assert get_recommendations(account) == []
    result = check(account)
    assert (result.returncode, result.stdout) == (0, "No recommendations.\n")


def clear_root_last_used(account: Account) -> None:
    """Clear the last use of the root user."""
    with account.server.store.database.write() as tx:
        tx.cursor.execute(
            f"UPDATE accounts SET root_last_used = NULL WHERE account_id = '{account.account_id}'"
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--endpoint-url", "nonsense"), "nonsense"),
        (("--endpoint-url", "http://127.0.0.1:1"), "Could not connect"),
        (("--profile", "none"), "profile (none) could not be found"),
    ],
)
def test_errors_are_one_line(account: Account, arguments: tuple[str, ...], message: str) -> None:
    result = check(account, *arguments, AWS_MAX_ATTEMPTS="1")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert message in result.stderr


def test_missing_permission_is_reported(account: Account) -> None:
    key = account.key_of("bob", allow("iam:GetAccountSummary"))
    result = check(account, AWS_ACCESS_KEY_ID=key[0], AWS_SECRET_ACCESS_KEY=key[1])
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "iam:GenerateCredentialReport" in result.stderr


def test_missing_botocore_is_reported_with_the_install_command() -> None:
    script = "import sys; sys.modules['botocore'] = None; sys.argv = ['iamd', 'check']\n"
    script += "from iamd.cli.main import run; run()"
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "iamd: iamd check requires botocore: pip install 'iamd[check]'\n"


# Behaviour of AWS that iamd does not have.


class FakeAwsClient:
    """An IAM client as with AWS: the credential report takes time, and the caller is a role."""

    def __init__(self, pending_reports: int, report: str = f"{REPORT_HEADER}\n{ROOT_ROW}") -> None:
        self._pending_reports = pending_reports
        self._report = report

    def get_account_summary(self) -> Any:
        return {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}}

    def generate_credential_report(self) -> Any:
        self._pending_reports -= 1
        return {"State": "COMPLETE" if self._pending_reports < 0 else "STARTED"}

    def get_credential_report(self) -> Any:
        return {"Content": self._report.encode()}

    def get_user(self) -> Any:
        raise ClientError({"Error": {"Code": "ValidationError", "Message": "no user"}}, "GetUser")

    def get_account_password_policy(self) -> Any:
        raise ClientError({"Error": {"Code": "NoSuchEntity", "Message": "none"}}, "GetAccountPasswordPolicy")

    def get_paginator(self, name: str) -> Any:
        pages = {
            "list_entities_for_policy": {"PolicyUsers": [], "PolicyRoles": [{}], "PolicyGroups": []},
            "list_policies": {"Policies": []},
        }
        return type("Pages", (), {"paginate": lambda _self, **_: [pages[name]]})()


def test_waits_for_the_credential_report() -> None:
    delays: list[float] = []
    snapshot = account_snapshot.take(FakeAwsClient(3), delays.append)
    assert len(delays) == 3
    assert (snapshot.caller_arn, snapshot.password_policy, snapshot.has_administrator) == ("", None, True)


@pytest.mark.parametrize(
    ("aws", "message"),
    [
        (FakeAwsClient(10_000), "not ready yet"),
        (FakeAwsClient(0, "nonsense"), "cannot be read"),
        (FakeAwsClient(0, REPORT_HEADER), "no row for the root user"),
    ],
)
def test_unusable_credential_report_is_reported(aws: FakeAwsClient, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        account_snapshot.take(aws, lambda _: None)


# The service model.


def test_aws_cli_with_the_service_model(account: Account, tmp_path: Path) -> None:
    model = tmp_path / "iamd.json"
    model.write_text(iamd_command.run("service-model").stdout)
    env = environment(
        HOME=str(tmp_path),
        AWS_ACCESS_KEY_ID=account.access_key_id,
        AWS_SECRET_ACCESS_KEY=account.secret_access_key,
        AWS_DEFAULT_REGION="us-east-1",
    )

    def aws(*arguments: str) -> str:
        command = [sys.executable, "-m", "awscli", *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    aws("configure", "add-model", "--service-name", "iamd", "--service-model", f"file://{model}")
    output = json.loads(aws("iamd", "get-account", "--endpoint-url", account.server.url))
    assert output["AccountId"] == account.account_id
    aws("iamd", "put-account-name", "--account-name", "A", "--endpoint-url", account.server.url)
    assert account.iamd.get_account()["AccountName"] == "A"
