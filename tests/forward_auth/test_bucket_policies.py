"""Bucket policies of a real store, kept and decided by iamd."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests import iamd_command, servers
from tests.api.test_audit import events
from tests.forward_auth.conftest import Gateway, error_code, root_key, running_nginx, s3_client
from tests.in_process import root_client
from tests.servers import Account, allow, deny, document

# One store for all of them.
pytestmark = pytest.mark.xdist_group("seaweedfs")


def test_bucket_policy_grants_and_denies(gateway: Gateway) -> None:
    account, bucket = gateway.account, f"policy-{gateway.account.account_id}"
    admin = gateway.s3()
    admin.create_bucket(Bucket=bucket)
    admin.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert error_code(admin.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    bob = gateway.s3(account.key_of("bob"))
    other = servers.create_account(account.server)
    eve_key = other.key_of("eve", allow("s3:GetObject"))
    eve, eve_arn = gateway.s3(eve_key), f"arn:aws:iam::{other.account_id}:user/eve"
    assert error_code(eve.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    bob_arn = f"arn:aws:iam::{account.account_id}:user/bob"
    objects = f"arn:aws:s3:::{bucket}/*"
    grant = {"Principal": {"AWS": [bob_arn, eve_arn]}, **allow("s3:GetObject", resource=objects)}
    refuse = {"Principal": "*", **deny("s3:DeleteObject", resource=objects)}
    admin.put_bucket_policy(Bucket=bucket, Policy=document(grant, refuse))
    assert json.loads(admin.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(document(grant, refuse))
    assert admin.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    for reader in (bob, eve):
        assert reader.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
        assert error_code(reader.put_object, Bucket=bucket, Key="b", Body=b"") == "AccessDenied"
    assert error_code(admin.delete_object, Bucket=bucket, Key="a") == "AccessDenied"
    with root_client(account.server.store, account.account_id) as iam:
        (key,) = iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
        iam.delete_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName="bob")
    new_bob = gateway.s3(account.key_of("bob"))
    assert error_code(new_bob.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    admin.delete_bucket_policy(Bucket=bucket)
    assert error_code(eve.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    admin.delete_object(Bucket=bucket, Key="a")


def test_policy_ends_with_its_bucket(gateway: Gateway) -> None:
    bucket, admin = f"again-{gateway.account.account_id}", gateway.s3()
    admin.create_bucket(Bucket=bucket)
    statement = {"Principal": "*", **deny("s3:PutObject", resource=f"arn:aws:s3:::{bucket}/*")}
    admin.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    assert error_code(admin.put_object, Bucket=bucket, Key="a", Body=b"") == "AccessDenied"
    admin.delete_bucket(Bucket=bucket)
    admin.create_bucket(Bucket=bucket)
    assert error_code(admin.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    admin.put_object(Bucket=bucket, Key="a", Body=b"x")


def test_root_user_cannot_be_locked_out_of_a_policy(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    account, bucket = gateway.account, f"root-{gateway.account.account_id}"
    env = {
        "IAMD_S3_STORE": gateway.store.url,
        "IAMD_S3_ACCOUNTS": account.account_id,
        "IAMD_ROOT_ACCESS_KEYS": "true",
    }
    with (
        servers.serving(account.server.store, *account.server.arguments, port=None, **env) as server,
        running_nginx(tmp_path / "root", server, gateway.store, gateway.api_key) as url,
    ):
        root = s3_client(url, root_key(account))
        root.create_bucket(Bucket=bucket)
        objects = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        everything = document({"Principal": "*", **deny("s3:*", resource=objects)})
        root.put_bucket_policy(Bucket=bucket, Policy=everything)
        assert error_code(root.put_object, Bucket=bucket, Key="a", Body=b"") == "AccessDenied"
        assert error_code(root.get_bucket_policy_status, Bucket=bucket) == "AccessDenied"
        assert error_code(gateway.s3().delete_bucket_policy, Bucket=bucket) == "AccessDenied"
        stranger = s3_client(url, root_key(servers.create_account(account.server)))
        assert error_code(stranger.delete_bucket_policy, Bucket=bucket) == "AccessDenied"
        assert json.loads(root.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(everything)
        root.put_bucket_policy(Bucket=bucket, Policy=everything)
        root.delete_bucket_policy(Bucket=bucket)
        root.put_object(Bucket=bucket, Key="a", Body=b"")


INVALID_POLICIES: list[tuple[Any, str]] = [
    ("{", "MalformedPolicy"),
    ({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{bucket}/*"}, "MalformedPolicy"),
    ({"Principal": {"AWS": "{account}"}, **allow("s3:*", resource="arn:aws:s3:::x/*")}, "MalformedPolicy"),
    (
        {"Principal": {"AWS": "{account}"}, **allow("iam:*", resource="arn:aws:s3:::{bucket}/*")},
        "MalformedPolicy",
    ),
    (
        {
            "Principal": {"AWS": "arn:aws:iam::{account}:user/nobody"},
            **allow("s3:*", resource="arn:aws:s3:::{bucket}/*"),
        },
        "MalformedPolicy",
    ),
    ({"Principal": "*", **allow("s3:GetObject", resource="arn:aws:s3:::{bucket}/*")}, "AccessDenied"),
    ("x" * 20_481, "PolicyTooLarge"),
]


def test_invalid_and_public_bucket_policies_are_refused(gateway: Gateway) -> None:
    bucket, s3 = f"invalid-{gateway.account.account_id}", gateway.s3()
    s3.create_bucket(Bucket=bucket)
    for statement, code in INVALID_POLICIES:
        text = statement if isinstance(statement, str) else document(statement)
        text = text.replace("{bucket}", bucket).replace("{account}", gateway.account.account_id)
        assert error_code(s3.put_bucket_policy, Bucket=bucket, Policy=text) == code, text
    assert error_code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"


NETWORKS: list[tuple[dict[str, Any], bool]] = [
    ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
    ({"IpAddress": {"aws:SourceIp": "1.2.3.4/0"}}, True),
    ({"IpAddress": {"aws:SourceIp": "0.0.0.0/00"}}, True),
    ({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}, True),
    ({"IpAddress": {"aws:SourceIp": "1::/0"}}, True),
    ({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, False),
    ({"StringEquals": {"aws:username": "bob"}}, True),
    ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, False),
    ({"StringEqualsIfExists": {"aws:PrincipalAccount": "123456789012"}}, True),
    ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/bob"}}, True),
]


def test_policies_for_everybody_need_a_limit(gateway: Gateway) -> None:
    bucket, s3 = f"limits-{gateway.account.account_id}", gateway.s3()
    s3.create_bucket(Bucket=bucket)
    for condition, is_public in NETWORKS:
        statement = allow("s3:GetObject", resource=f"arn:aws:s3:::{bucket}/*", Condition=condition)
        policy = document({"Principal": "*", **statement})
        if is_public:
            assert error_code(s3.put_bucket_policy, Bucket=bucket, Policy=policy) == "AccessDenied", condition
        else:
            s3.put_bucket_policy(Bucket=bucket, Policy=policy)


def test_policy_of_a_bucket_that_does_not_exist_is_refused(gateway: Gateway) -> None:
    bucket = f"ghost-{gateway.account.account_id}"
    statement = {"Principal": "*", **deny("s3:*", resource=f"arn:aws:s3:::{bucket}/*")}
    refused = error_code(gateway.s3().put_bucket_policy, Bucket=bucket, Policy=document(statement))
    assert refused == "NoSuchBucket"


def test_operator_removes_a_policy_that_locks_everybody_out(gateway: Gateway) -> None:
    account, s3 = gateway.account, gateway.s3()
    bucket = f"locked-{account.account_id}"
    s3.create_bucket(Bucket=bucket)
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    s3.put_bucket_policy(
        Bucket=bucket, Policy=document({"Principal": "*", **deny("s3:*", resource=resources)})
    )
    assert error_code(s3.delete_bucket_policy, Bucket=bucket) == "AccessDenied"
    command = ("gateway", "delete-bucket-policy", bucket, "--account-id", account.account_id)
    assert iamd_command.run(*command, *account.server.arguments).returncode == 0
    assert error_code(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    again = iamd_command.run(*command, *account.server.arguments)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    event = next(
        record
        for record in audit_of(account, "DeleteBucketPolicy", 2)
        if record["userAgent"] == "iamd on the host"
    )
    assert event["additionalEventData"] == {"BucketName": bucket}


def test_changes_of_bucket_policies_are_recorded_with_their_outcome(gateway: Gateway) -> None:
    bucket, s3 = f"audit-{gateway.account.account_id}", gateway.s3()
    s3.create_bucket(Bucket=bucket)
    statement = allow("s3:GetObject", resource=f"arn:aws:s3:::{bucket}/*")
    public = document({"Principal": "*", **statement})
    own = document({"Principal": {"AWS": gateway.account.account_id}, **statement})
    assert error_code(s3.put_bucket_policy, Bucket=bucket, Policy=public) == "AccessDenied"
    for _ in range(2):
        s3.put_bucket_policy(Bucket=bucket, Policy=own)
    bob = gateway.s3(gateway.account.key_of("bob", allow("s3:PutObject")))
    assert error_code(bob.put_bucket_policy, Bucket=bucket, Policy=own) == "AccessDenied"
    records = audit_of(gateway.account, "PutBucketPolicy", 4)
    assert sorted(record.get("errorCode", "") for record in records) == ["", "", *["AccessDenied"] * 2]
    assert {record["eventCategory"] for record in records} == {"Management"}


def audit_of(account: Account, name: str, count: int) -> list[dict[str, Any]]:
    """Return the records of an operation once there are so many of them."""
    deadline = time.monotonic() + 5
    while len(records := events(account, name)) < count and time.monotonic() < deadline:
        pass
    return records
