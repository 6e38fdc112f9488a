"""The AWS CLI over loopback, with a profile as the README has it; on both databases."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.servers import Account, allow, document, environment

AWS = Path(sys.executable).with_name("aws")
CONFIG = """\
[profile iamd]
region = us-east-1
services = iamd
[services iamd]
iam =
  endpoint_url = {url}
sts =
  endpoint_url = {url}
"""
CREDENTIALS = """\
[iamd]
aws_access_key_id = {key}
aws_secret_access_key = {secret}
"""

Aws = Callable[..., Any]


@pytest.fixture
def aws(account: Account, tmp_path: Path) -> Aws:
    """Run the AWS CLI as the administrator; return what it printed as JSON, or its error."""
    (tmp_path / "config").write_text(CONFIG.format(url=account.server.url))
    told = CREDENTIALS.format(key=account.access_key_id, secret=account.secret_access_key)
    (tmp_path / "credentials").write_text(told)
    env = environment(
        AWS_CONFIG_FILE=str(tmp_path / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "credentials"),
        AWS_PROFILE="iamd",
        AWS_PAGER="",
    )

    def run(*arguments: str) -> Any:
        done = subprocess.run([str(AWS), *arguments], env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip()
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def test_who_is_calling(aws: Aws, account: Account) -> None:
    identity = aws("sts", "get-caller-identity")
    assert identity["Arn"] == f"arn:aws:iam::{account.account_id}:user/admin"


def test_users_and_their_keys(aws: Aws) -> None:
    aws("iam", "create-user", "--user-name", "bob", "--path", "/x/", "--tags", "Key=a,Value=b c")
    assert aws("iam", "get-user", "--user-name", "bob")["User"]["Tags"] == [{"Key": "a", "Value": "b c"}]
    made = aws("iam", "create-access-key", "--user-name", "bob")["AccessKey"]
    listed = aws("iam", "list-access-keys", "--user-name", "bob")["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in listed] == [made["AccessKeyId"]]
    assert "DeleteConflict" in aws("iam", "delete-user", "--user-name", "bob")
    aws("iam", "delete-access-key", "--user-name", "bob", "--access-key-id", made["AccessKeyId"])
    assert aws("iam", "delete-user", "--user-name", "bob") is None
    assert "NoSuchEntity" in aws("iam", "get-user", "--user-name", "bob")


def test_groups_and_their_policies(aws: Aws) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    aws("iam", "create-group", "--group-name", "g")
    aws("iam", "add-user-to-group", "--group-name", "g", "--user-name", "admin")
    aws("iam", "attach-group-policy", "--group-name", "g", "--policy-arn", arn)
    assert [user["UserName"] for user in aws("iam", "get-group", "--group-name", "g")["Users"]] == ["admin"]
    attached = aws("iam", "list-attached-group-policies", "--group-name", "g")["AttachedPolicies"]
    assert attached == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": arn}]


def test_policies_from_files_and_their_pages(aws: Aws, tmp_path: Path, account: Account) -> None:
    (tmp_path / "policy.json").write_text(document(allow("s3:GetObject", resource="arn:aws:s3:::é/*")))
    file = f"file://{tmp_path}/policy.json"
    made = aws("iam", "create-policy", "--policy-name", "p", "--policy-document", file)["Policy"]
    version = aws("iam", "get-policy-version", "--policy-arn", made["Arn"], "--version-id", "v1")
    assert version["PolicyVersion"]["Document"]["Statement"][0]["Resource"] == "arn:aws:s3:::é/*"
    found = aws("iam", "list-policies", "--page-size", "500", "--query", "length(Policies)")
    assert found > 1400
    assert account.account_id in made["Arn"]


def test_roles_from_files(aws: Aws, tmp_path: Path, account: Account) -> None:
    trusting = {"Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    (tmp_path / "trust.json").write_text(json.dumps({"Statement": {"Effect": "Allow", **trusting}}, indent=2))
    made = aws(
        *("iam", "create-role", "--role-name", "job", "--path", "/x/", "--tags", "Key=a,Value=b"),
        *("--assume-role-policy-document", f"file://{tmp_path}/trust.json"),
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{account.account_id}:role/x/job"
    assert aws("iam", "get-role", "--role-name", "job")["Role"] == made
    trusted = made["AssumeRolePolicyDocument"]["Statement"]["Principal"]
    assert trusted == {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    assert aws("iam", "delete-role", "--role-name", "job") is None
    assert "(NoSuchEntity)" in aws("iam", "get-role", "--role-name", "job")


def test_what_is_wrong_is_said(aws: Aws) -> None:
    said = aws("iam", "create-user", "--user-name", "a b")
    assert "(ValidationError)" in said
    assert "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint" in said
    assert "(InvalidAction)" in aws("iam", "list-organizations-features")
