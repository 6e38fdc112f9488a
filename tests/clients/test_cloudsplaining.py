"""Cloudsplaining, which assesses an account by its GetAccountAuthorizationDetails."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cloudsplaining.bin.cli import cloudsplaining

from tests.servers import Account, allow, document


def run(*arguments: str) -> None:
    result = CliRunner().invoke(cloudsplaining, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture
def findings(account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return its findings for an account with a group that can escalate its privileges."""
    iam = account.iam
    risky = document(allow("iam:CreatePolicyVersion", "iam:PassRole"))
    iam.create_group(GroupName="risky")
    iam.put_group_policy(GroupName="risky", PolicyName="inline", PolicyDocument=risky)
    iam.create_policy(PolicyName="own", PolicyDocument=document(allow("s3:DeleteBucket")))
    policy_arn = f"arn:aws:iam::{account.account_id}:policy/own"
    ec2 = {"Service": "ec2.amazonaws.com"}
    trust = document({"Effect": "Allow", "Principal": ec2, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(RoleName="worker", PolicyArn=policy_arn)

    (tmp_path / "none").touch()
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_ACCESS_KEY_ID": account.access_key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret_access_key,
        "AWS_ENDPOINT_URL_IAM": account.server.url,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    run("download", "--output", str(tmp_path))
    run(
        "scan",
        "--input-file",
        str(tmp_path / "default.json"),
        "--output",
        str(tmp_path),
        "--skip-open-report",
    )
    return json.loads((tmp_path / "iam-results-default.json").read_text())


def test_lists_the_entities_and_finds_privilege_escalation(findings: Any) -> None:
    assert {user["name"] for user in findings["users"].values()} == {"admin"}
    assert {group["name"] for group in findings["groups"].values()} == {"Administrators", "risky"}
    assert {role["name"] for role in findings["roles"].values()} == {"worker"}
    assert {policy["PolicyName"] for policy in findings["customer_managed_policies"].values()} == {"own"}
    (inline,) = findings["inline_policies"].values()
    assert inline["AttachedTo"]["groups"] == ["risky"]
    escalations = [finding["type"] for finding in inline["PrivilegeEscalation"]["findings"]]
    assert escalations == ["CreateNewPolicyVersion"]
