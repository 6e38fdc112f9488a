"""What RGW sends, as Ceph 16.2 sent it to a server that recorded the requests."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.opa.conftest import CEPH, Asker
from tests.servers import allow

_QUOTA = {"enabled": False, "check_on_raw": False, "max_size": -1, "max_size_kb": 0, "max_objects": -1}


def ceph_input(
    user_id: str, method: str, path: str, params: str = "", *, bucket: str = "", key: str = "", **changes: Any
) -> dict[str, Any]:
    """Return the input of a request; bucket and object are those that RGW has found."""
    values: dict[str, Any] = {
        "method": method,
        "relative_uri": path,
        "decoded_uri": path,
        "params": params,
        "request_uri_aws4": path,
        "subuser": "",
        "user_info": {
            "user_id": user_id,
            "display_name": "bob",
            "email": "",
            "suspended": 0,
            "max_buckets": 1000,
            "subusers": [],
            "keys": [],
            "swift_keys": [],
            "caps": [],
            "op_mask": "read, write, delete",
            "bucket_quota": _QUOTA,
            "user_quota": _QUOTA,
            "temp_url_keys": [],
            "type": "keystone",
            "mfa_ids": [],
        },
    }
    if key:
        values["object_name"] = key
    if bucket:
        values["bucket_info"] = {
            "bucket": {"name": bucket, "marker": "4b6598b7.4119.1", "tenant": user_id.partition("$")[0]},
            "creation_time": "2026-11-28T07:31:18.780150Z",
            "owner": user_id,
            "has_instance_obj": "false",
        }
    return {**values, **changes}


@pytest.fixture
def user_id(asker: Asker, create_user: Callable[..., str]) -> str:
    """Return the user as RGW names it: with the account as its tenant."""
    unique_id = create_user(
        "bob",
        allow("s3:CreateBucket", "s3:ListBucket", "s3:GetBucketPolicy", resource="arn:aws:s3:::bkt"),
        allow("s3:PutObject", "s3:GetObject", "s3:DeleteObject", resource="arn:aws:s3:::bkt/a b/*"),
    )
    return f"{asker.account.account_id}${unique_id}"


@pytest.mark.parametrize(
    ("method", "path", "params", "bucket", "key", "expected"),
    [
        ("PUT", "/bkt", "", "", "", True),
        ("PUT", "/bkt/", "", "", "", True),  # bkt.rgw.example.com/
        ("PUT", "/other", "", "", "", False),
        ("PUT", "/bkt/a b/ü+x", "", "bkt", "a b/ü+x", True),
        ("GET", "/bkt/a b/ü+x", "", "bkt", "a b/ü+x", True),
        ("GET", "/bkt/a b/x%2Fy", "", "bkt", "a b/x%2Fy", True),
        ("GET", "/bkt/c", "", "bkt", "c", False),
        ("GET", "/bkt/a b/x?y", "", "bkt", "a b/x?y", True),
        ("DELETE", "/bkt/a b/x", "", "bkt", "a b/x", True),
        ("POST", "/bkt/a b/x", "uploads", "bkt", "a b/x", True),
        ("GET", "/bkt", "list-type=2&prefix=a%20b%2F&encoding-type=url", "bkt", "", True),
        ("GET", "/bkt", "policy", "bkt", "", True),
        ("GET", "/bkt", "acl", "bkt", "", False),
        ("GET", "/", "", "", "", False),
    ],
)
def test_requests_are_mapped_as_by_the_gateway(
    asker: Asker, user_id: str, method: str, path: str, params: str, bucket: str, key: str, expected: bool
) -> None:
    assert asker.result(CEPH, ceph_input(user_id, method, path, params, bucket=bucket, key=key)) is expected


@pytest.mark.parametrize(
    ("method", "path", "params", "bucket", "key"),
    [
        ("POST", "/bkt", "delete", "bkt", ""),  # the objects are in the body
        ("PUT", "/bkt/x//y", "", "bkt", "x//y"),
        ("PUT", "/bkt/p/../q", "", "bkt", "p/../q"),
        ("GET", "/tenant:bkt/k", "", "bkt", "k"),
        ("GET", "/bkt/k", "AWSAccessKeyId=X&Signature=x&Expires=1", "bkt", "k"),
        ("GET", "/bkt/k", "versionId=1&versionId=2", "bkt", "k"),
        ("GET", "/bkt/k", "", "other", "k"),
        ("GET", "/bkt/k", "", "bkt", "other"),
        ("GET", "/k", "", "bkt", "k"),
        ("GET", "/", "", "bkt", ""),
        ("GET", "/admin/user", "", "", ""),
        ("GET", "/swift/v1/bkt", "", "", ""),
        ("BREW", "/bkt", "", "bkt", ""),
        ("GET", "", "", "", ""),
    ],
)
def test_what_cannot_be_mapped_is_denied(
    asker: Asker, create_user: Callable[..., str], method: str, path: str, params: str, bucket: str, key: str
) -> None:
    create_user("admin2", allow("*"))
    assert asker.result(CEPH, ceph_input("admin2", "GET", "/bkt/k", bucket="bkt", key="k"))
    assert not asker.result(CEPH, ceph_input("admin2", method, path, params, bucket=bucket, key=key))


def test_subject_is_the_user_of_the_account_s_tenant(asker: Asker, create_user: Callable[..., str]) -> None:
    account_id = asker.account.account_id
    unique_id = create_user("bob", allow("*"))
    for name in ("anonymous", account_id, "x$y"):
        create_user(name.replace("$", "-"), allow("*"))
    for user_id, expected in {
        f"{account_id}${unique_id}": True,
        "bob": True,  # a user of RGW's own, without a tenant
        f"{'1' * 12}${unique_id}": False,
        f"{account_id}$ns${unique_id}": False,
        f"${unique_id}": True,
        "anonymous": False,
        f"{account_id}$anonymous": False,
        account_id: False,
        f"{account_id}${account_id}": False,
        f"{account_id}$": False,
        "": False,
    }.items():
        assert asker.result(CEPH, ceph_input(user_id, "GET", "/")) is expected, user_id


def test_secrets_in_the_input_are_not_told_on(asker: Asker, user_id: str) -> None:
    values = ceph_input(user_id, "GET", "/")
    values["user_info"]["keys"] = [{"user": "bob", "access_key": "AKIAX", "secret_key": "s3cr3t"}]
    values["decoded_uri"] = 1
    response = asker.query(CEPH, json.dumps({"input": values}).encode())
    assert response.status == 400
    assert "s3cr3t" not in str(response)
