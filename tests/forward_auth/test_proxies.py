"""An S3 gateway with each proxy that iamd writes configurations for: what clients do, and what is refused."""

import io
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests import servers
from tests.forward_auth import proxies
from tests.forward_auth.conftest import Gateway, create_api_key, error_code, s3_client
from tests.forward_auth.proxy import ASK
from tests.forward_auth.seaweedfs import ObjectStore
from tests.servers import Account, allow, document

# One store for all of them.
pytestmark = pytest.mark.xdist_group("seaweedfs")


# test_gateway.py tests nginx, and attacks run through all of them each time.
OTHERS = ["envoy", *(pytest.param(name, marks=pytest.mark.integrations) for name in ("caddy", "haproxy"))]


@pytest.fixture(params=OTHERS)
def proxied(
    request: pytest.FixtureRequest, s3_account: Account, object_store: ObjectStore, tmp_path: Path
) -> Iterator[Gateway]:
    """Return a running gateway for a new account."""
    api_key, store = create_api_key(s3_account, ASK), object_store.url
    with proxies.running(request.param, tmp_path, s3_account.server, api_key, IAMD_S3_STORE=store) as url:
        yield Gateway(url, s3_account, object_store, api_key)


def test_buckets_and_objects(proxied: Gateway) -> None:
    s3, bucket = proxied.s3(), f"proxied-{proxied.account.account_id}"
    s3.create_bucket(Bucket=bucket)
    keys = ["plain", "with space/ü/%41+b", "a=b&c", "tilde~'()*!"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={"a": "b"})
        found = s3.get_object(Bucket=bucket, Key=key)
        assert found["Body"].read() == key.encode()
        assert {name.lower(): value for name, value in found["Metadata"].items()} == {"a": "b"}
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="with ", Delimiter="/")
    assert [item["Prefix"] for item in listed["CommonPrefixes"]] == ["with space/"]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": keys[1]})
    assert s3.get_object(Bucket=bucket, Key="copy", Range="bytes=0-3")["Body"].read() == b"with"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": keys[1]})
    assert urllib.request.urlopen(url, timeout=20).read() == keys[1].encode()
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert sorted(item["Key"] for item in deleted["Deleted"]) == sorted(keys)
    s3.delete_object(Bucket=bucket, Key="copy")
    assert error_code(s3.head_object, Bucket=bucket, Key="copy") == "404"
    s3.delete_bucket(Bucket=bucket)
    assert bucket not in [item["Name"] for item in s3.list_buckets()["Buckets"]]


def test_large_object_in_parts(proxied: Gateway) -> None:
    from boto3.s3.transfer import TransferConfig

    s3, bucket = proxied.s3(), f"parts-{proxied.account.account_id}"
    s3.create_bucket(Bucket=bucket)
    content = bytes(range(256)) * 4096 * 12
    config = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(content), bucket, "large", Config=config)
    received = io.BytesIO()
    s3.download_fileobj(bucket, "large", received, Config=config)
    assert received.getvalue() == content


def test_user_is_denied_with_the_reason_and_a_revoked_key_is_dead(proxied: Gateway) -> None:
    account, bucket = proxied.account, f"denied-{proxied.account.account_id}"
    proxied.s3().create_bucket(Bucket=bucket)
    proxied.s3().put_object(Bucket=bucket, Key="a", Body=b"x")
    key = account.key_of("bob", allow("s3:GetObject", resource=f"arn:aws:s3:::{bucket}/*"))
    bob = proxied.s3(key)
    assert bob.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    with pytest.raises(ClientError) as caught:
        bob.put_object(Bucket=bucket, Key="a", Body=b"y")
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDenied"
    assert "user/bob is not authorized to perform: s3:PutObject" in error["Message"]
    account.iam.delete_access_key(UserName="bob", AccessKeyId=key[0])
    assert error_code(bob.get_object, Bucket=bucket, Key="a") == "InvalidAccessKeyId"


def test_bucket_policy_is_kept_by_iamd(proxied: Gateway) -> None:
    account, bucket = proxied.account, f"policy-{proxied.account.account_id}"
    s3 = proxied.s3()
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    bob = proxied.s3(account.key_of("bob"))
    statement = allow("s3:GetObject", resource=f"arn:aws:s3:::{bucket}/*") | {
        "Principal": {"AWS": f"arn:aws:iam::{account.account_id}:user/bob"}
    }
    assert error_code(bob.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    s3.put_bucket_policy(Bucket=bucket, Policy=document(statement))
    assert bob.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"
    assert "user/bob" in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}
    assert error_code(bob.get_bucket_policy, Bucket=bucket) == "AccessDenied"
    s3.delete_bucket_policy(Bucket=bucket)
    assert error_code(bob.get_object, Bucket=bucket, Key="a") == "AccessDenied"


@pytest.mark.parametrize("name", ["nginx", *OTHERS])
def test_gateway_is_closed_while_iamd_is_down(
    name: str, s3_account: Account, object_store: ObjectStore, tmp_path: Path
) -> None:
    dead = s3_account.server._replace(url=f"http://127.0.0.1:{servers.free_port()}")
    with proxies.running(name, tmp_path, dead, "iamd_" + "x" * 40, IAMD_S3_STORE=object_store.url) as url:
        client = s3_client(url, (s3_account.access_key_id, s3_account.secret_access_key))
        with pytest.raises(ClientError) as caught:
            client.list_buckets()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        for method in ("GET", "POST"):
            request = urllib.request.Request(f"{url}/bucket?policy&delete", method=method)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=20)
            with refused.value:
                assert refused.value.code in (502, 503)
