"""The AWS CLI against a loopback server, with the profile that the README describes."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests import aws_cli
from tests.servers import Account, allow, document, environment

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
    """Run the AWS CLI as the administrator; return its parsed output, or its error message."""
    (tmp_path / "config").write_text(CONFIG.format(url=account.server.url))
    credentials = CREDENTIALS.format(key=account.access_key_id, secret=account.secret_access_key)
    (tmp_path / "credentials").write_text(credentials)
    env = environment(
        AWS_CONFIG_FILE=str(tmp_path / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "credentials"),
        AWS_PROFILE="iamd",
        AWS_PAGER="",
    )

    return partial(aws_cli.run, env)


def test_get_caller_identity(aws: Aws, account: Account) -> None:
    identity = aws("sts", "get-caller-identity")
    assert identity["Arn"] == f"arn:aws:iam::{account.account_id}:user/admin"


def test_users_and_access_keys(aws: Aws) -> None:
    aws("iam", "create-user", "--user-name", "bob", "--path", "/x/", "--tags", "Key=a,Value=b c")
    assert aws("iam", "get-user", "--user-name", "bob")["User"]["Tags"] == [{"Key": "a", "Value": "b c"}]
    key = aws("iam", "create-access-key", "--user-name", "bob")["AccessKey"]
    listed = aws("iam", "list-access-keys", "--user-name", "bob")["AccessKeyMetadata"]
    assert [metadata["AccessKeyId"] for metadata in listed] == [key["AccessKeyId"]]
    assert "DeleteConflict" in aws("iam", "delete-user", "--user-name", "bob")
    aws("iam", "delete-access-key", "--user-name", "bob", "--access-key-id", key["AccessKeyId"])
    assert aws("iam", "delete-user", "--user-name", "bob") is None
    assert "NoSuchEntity" in aws("iam", "get-user", "--user-name", "bob")


def test_groups_and_attached_policies(aws: Aws) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    aws("iam", "create-group", "--group-name", "g")
    aws("iam", "add-user-to-group", "--group-name", "g", "--user-name", "admin")
    aws("iam", "attach-group-policy", "--group-name", "g", "--policy-arn", arn)
    assert [user["UserName"] for user in aws("iam", "get-group", "--group-name", "g")["Users"]] == ["admin"]
    attached = aws("iam", "list-attached-group-policies", "--group-name", "g")["AttachedPolicies"]
    assert attached == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": arn}]


def test_create_policy_from_a_file_and_list_policies_in_pages(
    aws: Aws, tmp_path: Path, account: Account
) -> None:
    (tmp_path / "policy.json").write_text(document(allow("s3:GetObject", resource="arn:aws:s3:::é/*")))
    file = f"file://{tmp_path}/policy.json"
    policy = aws("iam", "create-policy", "--policy-name", "p", "--policy-document", file)["Policy"]
    version = aws("iam", "get-policy-version", "--policy-arn", policy["Arn"], "--version-id", "v1")
    assert version["PolicyVersion"]["Document"]["Statement"][0]["Resource"] == "arn:aws:s3:::é/*"
    count = aws("iam", "list-policies", "--page-size", "500", "--query", "length(Policies)")
    assert count > 1400
    assert account.account_id in policy["Arn"]


def test_create_role_from_a_file(aws: Aws, tmp_path: Path, account: Account) -> None:
    statement = {"Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    (tmp_path / "trust.json").write_text(
        json.dumps({"Statement": {"Effect": "Allow", **statement}}, indent=2)
    )
    role = aws(
        *("iam", "create-role", "--role-name", "job", "--path", "/x/", "--tags", "Key=a,Value=b"),
        *("--assume-role-policy-document", f"file://{tmp_path}/trust.json"),
    )["Role"]
    assert role["Arn"] == f"arn:aws:iam::{account.account_id}:role/x/job"
    assert aws("iam", "get-role", "--role-name", "job")["Role"] == role
    principal = role["AssumeRolePolicyDocument"]["Statement"]["Principal"]
    assert principal == {"AWS": f"arn:aws:iam::{account.account_id}:root"}
    assert aws("iam", "delete-role", "--role-name", "job") is None
    assert "(NoSuchEntity)" in aws("iam", "get-role", "--role-name", "job")


def test_errors_are_printed(aws: Aws) -> None:
    error = aws("iam", "create-user", "--user-name", "a b")
    assert "(ValidationError)" in error
    assert "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint" in error
    assert "(InvalidAction)" in aws("iam", "list-organizations-features")
