"""A real Ceph Object Gateway learns from iamd who has signed a request, and whether it is allowed."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, NamedTuple
from unittest import mock

import pytest
from botocore.auth import S3SigV4Auth
from botocore.exceptions import ClientError

from tests import servers
from tests.forward_auth.conftest import error_code, s3_client
from tests.forward_auth.s3_signing import Key, signed
from tests.opa import radosgw
from tests.servers import Account, allow, document
from tests.service_client import create_api_key

pytestmark = pytest.mark.integrations

_GATEWAY_SETTINGS = """
rgw s3 auth use keystone = true
rgw keystone api version = 3
rgw keystone url = {url}
rgw keystone admin user = rgw
rgw keystone admin password = {api_key}
rgw keystone admin domain = {account_id}
rgw keystone admin project = per-user
rgw keystone accepted roles = member
rgw use opa authz = true
rgw opa url = {url}/v1/data/ceph/authz/allow
rgw opa token = {api_key}
"""


class Ceph(NamedTuple):
    """A gateway and the account that it asks about."""

    url: str
    account: Account

    def user(self, name: str, *statements: dict[str, Any]) -> tuple[Any, tuple[str, str]]:
        """Create a user; return its S3 client and its access key."""
        key = self.account.key_of(name, *statements)
        return s3_client(self.url, key), key


@pytest.fixture(scope="module")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    """Return a gateway that asks an iamd of its own."""
    radosgw.require_programs()
    with servers.serving_new_store(tmp_path_factory.mktemp("iamd") / "data") as server:
        account = servers.create_account(server)
        api_key = create_api_key(account, "rgw", allow("iamd:AuthorizeRequest", "iamd:EvaluateAccess"))
        settings = _GATEWAY_SETTINGS.format(url=server.url, api_key=api_key, account_id=account.account_id)
        with radosgw.running(tmp_path_factory.mktemp("ceph"), settings) as url:
            yield Ceph(url, account)


def test_user_does_what_policies_allow_and_nothing_else(ceph: Ceph) -> None:
    s3, _ = ceph.user(
        "alice",
        allow("s3:CreateBucket", "s3:ListBucket", resource="arn:aws:s3:::alice-bucket"),
        allow("s3:PutObject", "s3:GetObject", resource="arn:aws:s3:::alice-bucket/in/*"),
    )
    s3.create_bucket(Bucket="alice-bucket")
    s3.put_object(Bucket="alice-bucket", Key="in/ü file+1.txt", Body=b"hello")
    assert s3.get_object(Bucket="alice-bucket", Key="in/ü file+1.txt")["Body"].read() == b"hello"
    assert s3.list_objects_v2(Bucket="alice-bucket")["KeyCount"] == 1
    denied = "AccessDenied"
    assert error_code(s3.put_object, Bucket="alice-bucket", Key="out", Body=b"x") == denied
    assert error_code(s3.delete_object, Bucket="alice-bucket", Key="in/ü file+1.txt") == denied
    assert error_code(s3.list_buckets) == denied
    assert error_code(s3.create_bucket, Bucket="another-bucket") == denied


def test_policy_is_in_force_at_the_next_request(ceph: Ceph) -> None:
    s3, _ = ceph.user("bob", allow("s3:*"))
    s3.create_bucket(Bucket="bob-bucket")
    ceph.account.iam.put_user_policy(
        UserName="bob", PolicyName="test", PolicyDocument=document(allow("s3:ListBucket"))
    )
    assert error_code(s3.put_object, Bucket="bob-bucket", Key="x", Body=b"x") == "AccessDenied"
    assert s3.list_objects_v2(Bucket="bob-bucket")["KeyCount"] == 0


def test_deleted_key_is_dead_at_the_next_request(ceph: Ceph) -> None:
    s3, (key_id, _) = ceph.user("carol", allow("s3:*"))
    s3.create_bucket(Bucket="carol-bucket")
    ceph.account.iam.delete_access_key(UserName="carol", AccessKeyId=key_id)
    with pytest.raises(ClientError) as caught:
        s3.list_objects_v2(Bucket="carol-bucket")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_users_do_not_reach_each_others_buckets_by_policies_of_iamd_alone(ceph: Ceph) -> None:
    owner, _ = ceph.user("dora", allow("s3:*"))
    other, _ = ceph.user("emil", allow("s3:*"))
    owner.create_bucket(Bucket="dora-bucket")
    owner.put_object(Bucket="dora-bucket", Key="x", Body=b"secret")
    assert error_code(other.get_object, Bucket="dora-bucket", Key="x") == "AccessDenied"
    principal = {"AWS": f"arn:aws:iam::{ceph.account.account_id}:root"}
    resources = ["arn:aws:s3:::dora-bucket", "arn:aws:s3:::dora-bucket/*"]
    owner.put_bucket_policy(
        Bucket="dora-bucket", Policy=document(allow("s3:*", resource=resources, Principal=principal))
    )
    assert other.get_object(Bucket="dora-bucket", Key="x")["Body"].read() == b"secret"
    reader, _ = ceph.user("fred", allow("s3:ListBucket"))
    assert error_code(reader.get_object, Bucket="dora-bucket", Key="x") == "AccessDenied"


def test_requests_that_cannot_be_decided_on_are_denied(ceph: Ceph) -> None:
    s3, _ = ceph.user("gina", allow("s3:*"))
    s3.create_bucket(Bucket="gina-bucket")
    s3.put_object(Bucket="gina-bucket", Key="x", Body=b"x")
    objects = {"Objects": [{"Key": "x"}]}
    assert error_code(s3.delete_objects, Bucket="gina-bucket", Delete=objects) == "AccessDenied"
    assert error_code(s3.put_object, Bucket="gina-bucket", Key="a/../x", Body=b"x") == "AccessDenied"
    s3.delete_object(Bucket="gina-bucket", Key="x")


def test_source_of_a_copy_is_what_rgw_checks_itself(ceph: Ceph) -> None:
    writer, _ = ceph.user("hank", allow("s3:CreateBucket", "s3:PutObject"))
    owner, _ = ceph.user("iris", allow("s3:*"))
    writer.create_bucket(Bucket="hank-bucket")
    writer.put_object(Bucket="hank-bucket", Key="x", Body=b"x")
    owner.create_bucket(Bucket="iris-bucket")
    owner.put_object(Bucket="iris-bucket", Key="x", Body=b"secret")
    writer.copy_object(Bucket="hank-bucket", Key="y", CopySource="hank-bucket/x")  # iamd sees no source
    copy = {"Bucket": "hank-bucket", "Key": "z", "CopySource": "iris-bucket/x"}
    assert error_code(writer.copy_object, **copy) == "AccessDenied"


def test_temporary_credentials_are_denied(ceph: Ceph) -> None:
    session = ceph.account.sts.get_session_token()["Credentials"]
    key = (session["AccessKeyId"], session["SecretAccessKey"])
    for token in (session["SessionToken"], None):
        with pytest.raises(ClientError) as caught:
            s3_client(ceph.url, key, token).list_buckets()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


def test_presigned_url_of_version_4_works(ceph: Ceph) -> None:
    s3, _ = ceph.user("jane", allow("s3:*"))
    s3.create_bucket(Bucket="jane-bucket")
    s3.put_object(Bucket="jane-bucket", Key="x y", Body=b"hello")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "jane-bucket", "Key": "x y"})
    with urllib.request.urlopen(url, timeout=20) as response:
        assert response.read() == b"hello"


def test_chunks_that_are_signed_one_by_one_are_refused(ceph: Ceph) -> None:
    s3, key = ceph.user("kate", allow("s3:*"))
    s3.create_bucket(Bucket="kate-bucket")
    host = ceph.url.removeprefix("http://")
    payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    with mock.patch.object(S3SigV4Auth, "payload", return_value=payload):
        request = signed(Key(*key), "PUT", "/kate-bucket/x", host=host, x_amz_decoded_content_length="1")
    body = b"1;chunk-signature=" + b"0" * 64 + b"\r\nx\r\n0;chunk-signature=" + b"0" * 64 + b"\r\n\r\n"
    upload = urllib.request.Request(f"{ceph.url}/kate-bucket/x", body, request.headers, method="PUT")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(upload, timeout=20)
    caught.value.close()
    assert caught.value.code == 501  # NotImplemented: RGW would need the secret


def test_stranger_is_denied(ceph: Ceph) -> None:
    strangers = s3_client(ceph.url, ("AKIAXXXXXXXXXXXXXXXX", "x" * 40))
    assert error_code(strangers.list_buckets) in ("InvalidAccessKeyId", "SignatureDoesNotMatch")
