"""`iamd check`: an account judged over the API; `iamd service-model`: the AWS CLI taught our service."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamd.cli import account_snapshot
from iamd.cli.errors import CommandError
from tests import people, running
from tests.authenticator import Authenticator
from tests.running import Done
from tests.servers import Account, allow, document, environment

ROOT_LINE = "<root_account>,arn:aws:iam::1:root,2020-01-01T00:00:00+00:00,true,N/A,N/A,not_supported,true"
HEAD = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
    "password_next_rotation,mfa_active"
)


def check(account: Account, *arguments: str, **env: str) -> Done:
    """Run `iamd check` as the account's administrator."""
    keys = {"AWS_ACCESS_KEY_ID": account.access_key_id, "AWS_SECRET_ACCESS_KEY": account.secret_access_key}
    return running.iamd(
        "check",
        *(arguments or ("--endpoint-url", account.server.url)),
        cwd=None,
        AWS_CONFIG_FILE="/nonexistent",
        **keys | env,
    )


def found(account: Account) -> list[dict[str, Any]]:
    done = check(account, "--endpoint-url", account.server.url, "--format", "json")
    assert done.stderr == ""
    told: list[dict[str, Any]] = json.loads(done.stdout)["recommendations"]
    assert done.returncode == (3 if told else 0)
    return told


def test_what_is_found_is_what_the_dashboard_says(account: Account) -> None:
    iam = account.iam
    people.set_up(account)
    iam.create_user(UserName="bob")
    iam.create_login_profile(UserName="bob", Password=people.PASSWORD)
    arn = iam.create_policy(PolicyName="all", PolicyDocument=document(allow("*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    iam.update_account_password_policy(MinimumPasswordLength=8)
    dashboard = account.iamd.get_security_recommendations()["Recommendations"]
    told = [
        {"".join(word.capitalize() for word in name.split("_")): value for name, value in one.items()}
        for one in found(account)
    ]
    assert [{name: value for name, value in one.items() if value is not None} for one in told] == dashboard
    assert [one["Id"] for one in told] == [
        "root-mfa",
        "users-without-mfa",
        "password-policy",
        "full-access-policies",
        "root-used",
    ]


def test_what_is_found_is_told_in_plain_words(account: Account) -> None:
    account.iam.create_user(UserName="bob")
    account.iam.create_login_profile(UserName="bob", Password=people.PASSWORD)
    done = check(account)
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines[0] == "CRITICAL  Add MFA for root user"
    assert "HIGH      Add MFA for users (1)" in lines
    assert lines[lines.index("HIGH      Add MFA for users (1)") + 2].strip() == "bob"


def test_a_safe_account_passes(account: Account) -> None:
    root = people.root_of(account)
    device = Authenticator.make(root.iam, "phone")
    root.iamd.enable_root_mfa_device(SerialNumber=device.serial, **device.codes())
    account.iam.update_account_password_policy(MinimumPasswordLength=14)
    assert [one["id"] for one in found(account)] == ["root-used"]
    forget_root(account)
    assert found(account) == []
    done = check(account)
    assert (done.returncode, done.stdout) == (0, "No recommendations.\n")


def forget_root(account: Account) -> None:
    """Make it as if the root user had never signed in."""
    with account.server.store.database.write() as tx:
        tx.cursor.execute(
            f"UPDATE accounts SET root_last_used = NULL WHERE account_id = '{account.account_id}'"
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--endpoint-url", "nonsense"), "nonsense"),
        (("--endpoint-url", "http://127.0.0.1:1"), "Could not connect"),
        (("--profile", "none"), "profile (none) could not be found"),
    ],
)
def test_what_goes_wrong_is_one_line(account: Account, arguments: tuple[str, ...], words: str) -> None:
    done = check(account, *arguments, AWS_MAX_ATTEMPTS="1")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert words in done.stderr


def test_who_may_not_look_is_told_so(account: Account) -> None:
    key = account.key_of("bob", allow("iam:GetAccountSummary"))
    done = check(account, AWS_ACCESS_KEY_ID=key[0], AWS_SECRET_ACCESS_KEY=key[1])
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "iam:GenerateCredentialReport" in done.stderr


def test_without_botocore_one_line_says_what_to_install() -> None:
    hidden = "import sys; sys.modules['botocore'] = None; sys.argv = ['iamd', 'check']\n"
    hidden += "from iamd.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", hidden], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "iamd: this needs botocore: pip install 'iamd[check]'\n"


# What AWS does and iamd does not.


class Aws:
    """IAM as AWS answers: the report takes a while, and the caller is a role."""

    def __init__(self, reports: int, report: str = f"{HEAD}\n{ROOT_LINE}") -> None:
        self._left = reports
        self._report = report

    def get_account_summary(self) -> Any:
        return {"SummaryMap": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}}

    def generate_credential_report(self) -> Any:
        self._left -= 1
        return {"State": "COMPLETE" if self._left < 0 else "STARTED"}

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


def test_a_report_that_takes_a_while_is_waited_for() -> None:
    waited: list[float] = []
    told = account_snapshot.take(Aws(3), waited.append)
    assert len(waited) == 3
    assert (told.caller_arn, told.password_policy, told.has_administrator) == ("", None, True)


@pytest.mark.parametrize(
    ("aws", "words"),
    [
        (Aws(10_000), "not ready yet"),
        (Aws(0, "nonsense"), "cannot be read"),
        (Aws(0, HEAD), "no row of the root user"),
    ],
)
def test_a_report_that_is_none_is_told(aws: Aws, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        account_snapshot.take(aws, lambda _: None)


# The service model.


def test_the_aws_cli_learns_our_service(account: Account, tmp_path: Path) -> None:
    model = tmp_path / "iamd.json"
    model.write_text(running.iamd("service-model").stdout)
    env = environment(
        HOME=str(tmp_path),
        AWS_ACCESS_KEY_ID=account.access_key_id,
        AWS_SECRET_ACCESS_KEY=account.secret_access_key,
        AWS_DEFAULT_REGION="us-east-1",
    )

    def aws(*arguments: str) -> str:
        line = [sys.executable, "-m", "awscli", *arguments]
        return subprocess.run(line, env=env, capture_output=True, text=True, check=True).stdout

    aws("configure", "add-model", "--service-name", "iamd", "--service-model", f"file://{model}")
    told = json.loads(aws("iamd", "get-account", "--endpoint-url", account.server.url))
    assert told["AccountId"] == account.account_id
    aws("iamd", "put-account-name", "--account-name", "A", "--endpoint-url", account.server.url)
    assert account.iamd.get_account()["AccountName"] == "A"
