"""A real store behind a real nginx: what clients do every day, decided by iamd's policies."""

import io
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests import aws_cli, servers
from tests.forward_auth.conftest import (
    Gateway,
    create_api_key,
    error_code,
    running_nginx,
    s3_client,
)
from tests.servers import allow, deny, document, environment

# One store for all of them.
pytestmark = pytest.mark.xdist_group("seaweedfs")

MEGABYTE = 1024 * 1024


def fetch(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_objects_and_buckets(gateway: Gateway) -> None:
    s3, bucket = gateway.s3(), f"life-{gateway.account.account_id}"
    s3.create_bucket(Bucket=bucket)
    assert bucket in [item["Name"] for item in s3.list_buckets()["Buckets"]]
    keys = ["plain", "with space/ü/%41+b", "a=b&c", "tilde~'()*!"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), ContentType="text/x", Metadata={"a": "b"})
        found = s3.get_object(Bucket=bucket, Key=key)
        assert found["Body"].read() == key.encode()
        assert (found["ContentType"], found["Metadata"]) == ("text/x", {"a": "b"})
    assert sorted(item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]) == sorted(keys)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="with ", Delimiter="/")
    assert [item["Prefix"] for item in listed["CommonPrefixes"]] == ["with space/"]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": keys[1]})
    assert s3.get_object(Bucket=bucket, Key="copy", Range="bytes=0-3")["Body"].read() == b"with"
    s3.put_object_tagging(Bucket=bucket, Key="copy", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert s3.get_object_tagging(Bucket=bucket, Key="copy")["TagSet"] == [{"Key": "a", "Value": "b"}]
    s3.delete_object(Bucket=bucket, Key="copy")
    assert error_code(s3.head_object, Bucket=bucket, Key="copy") == "404"
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert sorted(item["Key"] for item in deleted["Deleted"]) == sorted(keys)
    s3.delete_bucket(Bucket=bucket)
    assert bucket not in [item["Name"] for item in s3.list_buckets()["Buckets"]]


def test_large_objects_in_parts(gateway: Gateway) -> None:
    from boto3.s3.transfer import TransferConfig

    s3, bucket = gateway.s3(), f"parts-{gateway.account.account_id}"
    s3.create_bucket(Bucket=bucket)
    content = bytes(range(256)) * 4096 * 12
    config = TransferConfig(multipart_threshold=5 * MEGABYTE, multipart_chunksize=5 * MEGABYTE)
    s3.upload_fileobj(io.BytesIO(content), bucket, "large", Config=config)
    received = io.BytesIO()
    s3.download_fileobj(bucket, "large", received, Config=config)
    assert received.getvalue() == content
    upload = s3.create_multipart_upload(Bucket=bucket, Key="other")["UploadId"]
    s3.upload_part(Bucket=bucket, Key="other", UploadId=upload, PartNumber=1, Body=b"x")
    assert len(s3.list_parts(Bucket=bucket, Key="other", UploadId=upload)["Parts"]) == 1
    s3.abort_multipart_upload(Bucket=bucket, Key="other", UploadId=upload)


def test_user_may_do_what_its_policy_allows(gateway: Gateway) -> None:
    bucket = f"user-{gateway.account.account_id}"
    admin = gateway.s3()
    admin.create_bucket(Bucket=bucket)
    for key in ("home/bob/a", "home/eve/a"):
        admin.put_object(Bucket=bucket, Key=key, Body=b"x")
    home = {"StringLike": {"s3:prefix": "home/${aws:username}/*"}}
    bob = gateway.s3(
        gateway.account.key_of(
            "bob",
            allow("s3:GetObject", "s3:PutObject", resource=f"arn:aws:s3:::{bucket}/home/${{aws:username}}/*"),
            allow("s3:ListBucket", resource=f"arn:aws:s3:::{bucket}", Condition=home),
        )
    )
    bob.put_object(Bucket=bucket, Key="home/bob/b", Body=b"y")
    assert bob.get_object(Bucket=bucket, Key="home/bob/a")["Body"].read() == b"x"
    assert len(bob.list_objects_v2(Bucket=bucket, Prefix="home/bob/")["Contents"]) == 2
    refusals: list[tuple[Any, dict[str, Any]]] = [
        (bob.get_object, {"Key": "home/eve/a"}),
        (bob.put_object, {"Key": "home/eve/b", "Body": b"y"}),
        (bob.delete_object, {"Key": "home/bob/a"}),
        (bob.get_object_tagging, {"Key": "home/bob/a"}),
        (bob.put_object_acl, {"Key": "home/bob/a", "ACL": "public-read"}),
        (bob.put_object, {"Key": "home/bob/c", "Body": b"y", "ACL": "public-read"}),
        (bob.put_object, {"Key": "home/bob/c", "Body": b"y", "Tagging": "a=b"}),
        (bob.copy_object, {"Key": "home/bob/c", "CopySource": f"{bucket}/home/eve/a"}),
        (bob.list_objects_v2, {}),
        (bob.list_objects_v2, {"Prefix": "home/eve/"}),
        (bob.list_object_versions, {"Prefix": "home/bob/"}),
        (bob.list_multipart_uploads, {}),
        (bob.get_bucket_policy, {}),
        (bob.delete_bucket, {}),
    ]
    for function, params in refusals:
        assert error_code(function, Bucket=bucket, **params) == "AccessDenied", (function, params)
    assert error_code(bob.head_object, Bucket=bucket, Key="home/eve/a") == "403"
    assert error_code(bob.list_buckets) == "AccessDenied"
    direct = gateway.direct
    assert [item["Key"] for item in direct.list_objects_v2(Bucket=bucket)["Contents"]] == [
        "home/bob/a",
        "home/bob/b",
        "home/eve/a",
    ]


def test_denial_says_why(gateway: Gateway) -> None:
    bob = gateway.s3(gateway.account.key_of("bob", allow("s3:PutObject")))
    with pytest.raises(ClientError) as caught:
        bob.get_object(Bucket="some-bucket", Key="key")
    error = caught.value.response["Error"]
    assert error["Message"] == (
        f"User: arn:aws:iam::{gateway.account.account_id}:user/bob is not authorized to perform: "
        "s3:GetObject on resource: arn:aws:s3:::some-bucket/key because no identity-based policy allows the "
        "s3:GetObject action"
    )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_deletion_of_many_is_decided_for_each(gateway: Gateway) -> None:
    bucket = f"many-{gateway.account.account_id}"
    admin = gateway.s3()
    admin.create_bucket(Bucket=bucket)
    keys = ["a/1", "a/2", "secret/1", "a/<&>"]
    for key in keys:
        admin.put_object(Bucket=bucket, Key=key, Body=b"x")
    bob = gateway.s3(
        gateway.account.key_of(
            "bob",
            allow("s3:DeleteObject", resource=f"arn:aws:s3:::{bucket}/*"),
            deny("s3:DeleteObject", resource=f"arn:aws:s3:::{bucket}/secret/*"),
        )
    )
    response = bob.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
    assert sorted(item["Key"] for item in response["Deleted"]) == ["a/1", "a/2", "a/<&>"]
    (error,) = response["Errors"]
    assert (error["Key"], error["Code"]) == ("secret/1", "AccessDenied")
    assert [item["Key"] for item in admin.list_objects_v2(Bucket=bucket)["Contents"]] == ["secret/1"]
    quiet = {"Objects": [{"Key": "secret/1"}], "Quiet": True}
    assert [item["Code"] for item in bob.delete_objects(Bucket=bucket, Delete=quiet)["Errors"]] == [
        "AccessDenied"
    ]


def test_presigned_urls(gateway: Gateway) -> None:
    s3, bucket = gateway.s3(), f"presigned-{gateway.account.account_id}"
    s3.create_bucket(Bucket=bucket)
    params = {"Bucket": bucket, "Key": "a b"}
    put = s3.generate_presigned_url("put_object", Params=params)
    assert fetch(put, "PUT", b"content")[0] == 200
    get = s3.generate_presigned_url("get_object", Params=params)
    assert fetch(get) == (200, b"content")
    named = s3.generate_presigned_url(
        "get_object", Params={**params, "ResponseContentType": "text/other"}, ExpiresIn=60
    )
    assert fetch(named) == (200, b"content")
    for url, method in ((get, "DELETE"), (get, "PUT"), (put, "GET"), (get.replace("a%20b", "other"), "GET")):
        status, body = fetch(url, method, b"" if method == "PUT" else None)
        assert (status, b"<Code>SignatureDoesNotMatch</Code>" in body) == (403, True)
    assert s3.get_object(**params)["Body"].read() == b"content"


def test_temporary_credentials_have_their_session_policy(gateway: Gateway) -> None:
    account, bucket = gateway.account, f"session-{gateway.account.account_id}"
    gateway.s3().create_bucket(Bucket=bucket)
    for key in ("public/a", "private/a"):
        gateway.s3().put_object(Bucket=bucket, Key=key, Body=b"x")
    trust = document(
        {"Effect": "Allow", "Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    )
    role = account.iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=trust)["Role"]
    account.iam.put_role_policy(
        RoleName="Reader", PolicyName="test", PolicyDocument=document(allow("s3:GetObject"))
    )
    session_policy = document(allow("s3:*", resource=f"arn:aws:s3:::{bucket}/public/*"))
    credentials = account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="ses", Policy=session_policy)[
        "Credentials"
    ]
    session_key = (credentials["AccessKeyId"], credentials["SecretAccessKey"])
    token = credentials["SessionToken"]
    s3 = gateway.s3(session_key, token)
    assert s3.get_object(Bucket=bucket, Key="public/a")["Body"].read() == b"x"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "public/a"})
    assert fetch(url) == (200, b"x")
    assert error_code(s3.get_object, Bucket=bucket, Key="private/a") == "AccessDenied"
    assert error_code(s3.put_object, Bucket=bucket, Key="public/b", Body=b"") == "AccessDenied"
    assert (
        error_code(gateway.s3(session_key).get_object, Bucket=bucket, Key="public/a") == "InvalidAccessKeyId"
    )
    assert error_code(gateway.s3(session_key, token[:-4] + "AAAA").list_buckets) == "InvalidAccessKeyId"


def test_revocation_counts_at_the_next_request(gateway: Gateway) -> None:
    account, bucket = gateway.account, f"revoked-{gateway.account.account_id}"
    gateway.s3().create_bucket(Bucket=bucket)
    key = account.key_of("bob", allow("s3:*"))
    bob = gateway.s3(key)
    bob.put_object(Bucket=bucket, Key="a", Body=b"x")
    url = bob.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    assert fetch(url)[0] == 200
    account.iam.put_user_policy(
        UserName="bob", PolicyName="test", PolicyDocument=document(allow("s3:PutObject"))
    )
    assert error_code(bob.get_object, Bucket=bucket, Key="a") == "AccessDenied"
    assert fetch(url)[0] == 403
    account.iam.update_access_key(UserName="bob", AccessKeyId=key[0], Status="Inactive")
    assert error_code(bob.put_object, Bucket=bucket, Key="a", Body=b"y") == "InvalidAccessKeyId"
    iam = account.iam
    (credential,) = iam.list_service_specific_credentials(UserName="gateway")["ServiceSpecificCredentials"]
    iam.delete_service_specific_credential(
        UserName="gateway", ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
    )
    assert error_code(gateway.s3().list_buckets) == "InvalidApiKey"


def test_revocation_on_one_node_counts_for_the_gateway_of_another(gateway: Gateway, tmp_path: Path) -> None:
    account, store = gateway.account, gateway.store
    arguments, folder = account.server.arguments, tmp_path / "other"
    folder.mkdir()
    env = {"IAMD_S3_STORE": store.url, "IAMD_S3_ACCOUNTS": account.account_id}
    with (
        servers.serving(account.server.store, *arguments, port=None, **env) as node,
        running_nginx(folder, node, store, gateway.api_key) as url,
    ):
        key = account.key_of("bob", allow("s3:*"))
        bob, bucket = s3_client(url, key), f"nodes-{account.account_id}"
        bob.create_bucket(Bucket=bucket)
        bob.put_object(Bucket=bucket, Key="a", Body=b"x")
        account.iam.update_access_key(UserName="bob", AccessKeyId=key[0], Status="Inactive")
        assert error_code(bob.get_object, Bucket=bucket, Key="a") == "InvalidAccessKeyId"
        (credential,) = account.iam.list_service_specific_credentials(AllUsers=True)[
            "ServiceSpecificCredentials"
        ]
        account.iam.reset_service_specific_credential(
            UserName="gateway", ServiceSpecificCredentialId=credential["ServiceSpecificCredentialId"]
        )
        admin = s3_client(url, (account.access_key_id, account.secret_access_key))
        assert error_code(admin.list_buckets) == "InvalidApiKey"


def test_upload_of_one_object_gives_no_parts_to_another(gateway: Gateway) -> None:
    bucket, admin = f"parts-{gateway.account.account_id}", gateway.s3()
    admin.create_bucket(Bucket=bucket)
    upload = admin.create_multipart_upload(Bucket=bucket, Key="eve/a")["UploadId"]
    part = admin.upload_part(Bucket=bucket, Key="eve/a", UploadId=upload, PartNumber=1, Body=b"secret")
    bob = gateway.s3(gateway.account.key_of("bob", allow("s3:*", resource=f"arn:aws:s3:::{bucket}/bob/*")))
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    for name in ("eve/a", "bob/a"):
        with pytest.raises(ClientError):
            bob.complete_multipart_upload(Bucket=bucket, Key=name, UploadId=upload, MultipartUpload=parts)
        with pytest.raises(ClientError):
            bob.list_parts(Bucket=bucket, Key=name, UploadId=upload)
    assert "Contents" not in gateway.direct.list_objects_v2(Bucket=bucket)


def test_aws_cli(gateway: Gateway, tmp_path: Path) -> None:
    bucket = f"cli-{gateway.account.account_id}"
    env = environment(
        AWS_ACCESS_KEY_ID=gateway.account.access_key_id,
        AWS_SECRET_ACCESS_KEY=gateway.account.secret_access_key,
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ENDPOINT_URL_S3=gateway.url,
        AWS_MAX_ATTEMPTS="1",
    )
    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"a" * 100)
    (folder / "sub" / "large.bin").write_bytes(b"b" * 9 * MEGABYTE)
    for arguments in (
        ["s3api", "create-bucket", "--bucket", bucket],
        ["s3", "sync", "--quiet", str(folder), f"s3://{bucket}/copy"],
        ["s3", "mv", "--quiet", f"s3://{bucket}/copy/a.txt", f"s3://{bucket}/b.txt"],
        ["s3", "sync", "--quiet", f"s3://{bucket}", str(tmp_path / "back")],
        ["s3", "rm", "--quiet", "--recursive", f"s3://{bucket}"],
    ):
        assert aws_cli.run(env, *arguments) is None or arguments[0] == "s3api"
    assert (tmp_path / "back" / "b.txt").read_bytes() == b"a" * 100
    assert (tmp_path / "back" / "copy" / "sub" / "large.bin").stat().st_size == 9 * MEGABYTE
    assert "Contents" not in gateway.direct.list_objects_v2(Bucket=bucket)


def test_conditional_deletion_stays_conditional(gateway: Gateway, tmp_path: Path) -> None:
    bucket, s3 = f"if-{gateway.account.account_id}", gateway.s3()
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert error_code(s3.delete_object, Bucket=bucket, Key="a", IfMatch='"nope"') == "PreconditionFailed"
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"


def test_folders_that_the_store_keeps_for_itself_are_not_objects(gateway: Gateway) -> None:
    bucket, s3 = f"own-{gateway.account.account_id}", gateway.s3()
    s3.create_bucket(Bucket=bucket)
    for key in ("a.versions/v_1", "x/a.versions/v_1", ".uploads/1/0001.part"):
        assert error_code(s3.get_object, Bucket=bucket, Key=key) == "InvalidURI"
        assert error_code(s3.put_object, Bucket=bucket, Key=key, Body=b"x") == "InvalidURI"
        prefix = key.rpartition("/")[0] + "/"
        assert error_code(s3.list_objects_v2, Bucket=bucket, Prefix=prefix) == "InvalidURI"


def test_gateway_is_closed_while_iamd_is_down(gateway: Gateway, tmp_path: Path) -> None:
    account = gateway.account
    dead = account.server._replace(url=f"http://127.0.0.1:{servers.free_port()}")
    folder = tmp_path / "dead"
    folder.mkdir()
    with running_nginx(folder, dead, gateway.store, gateway.api_key) as url:
        client = s3_client(url, (account.access_key_id, account.secret_access_key))
        with pytest.raises(ClientError) as caught:
            client.list_buckets()
    response = caught.value.response
    assert response["Error"]["Code"] == "ServiceUnavailable"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_gateway_without_the_permission_to_ask_passes_nothing(gateway: Gateway, tmp_path: Path) -> None:
    account = gateway.account
    api_key = create_api_key(account, allow("iamd:EvaluateAccess"), name="other")
    folder = tmp_path / "other"
    folder.mkdir()
    with running_nginx(folder, account.server, gateway.store, api_key) as url:
        client = s3_client(url, (account.access_key_id, account.secret_access_key))
        assert error_code(client.list_buckets) == "AccessDenied"


class _FakeStore(BaseHTTPRequestHandler):
    """A store that remembers the head of the last request."""

    def do_GET(self) -> None:
        self.server.seen.append((self.requestline, dict(self.headers.items())))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


def test_store_sees_nothing_that_a_client_could_forge(gateway: Gateway, tmp_path: Path) -> None:
    from tests.forward_auth.seaweedfs import ObjectStore

    store = HTTPServer(("127.0.0.1", 0), _FakeStore)
    store.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=store.serve_forever)
    thread.start()
    host = f"127.0.0.1:{store.server_port}"
    folder = tmp_path / "recorder"
    folder.mkdir()
    fake = ObjectStore(host, f"http://STOREKEY:secret@{host}")
    account = gateway.account
    arguments = account.server.arguments
    with (
        servers.serving(
            account.server.store, *arguments, IAMD_S3_STORE=fake.url, IAMD_S3_ACCOUNTS=account.account_id
        ) as server,
        running_nginx(folder, server, fake, gateway.api_key) as url,
    ):
        client = s3_client(url, (account.access_key_id, account.secret_access_key))
        forged = {
            "X-Iamd-Store-Uri": "/other",
            "X-Iamd-Api-Key": "x",
            "X-Forwarded-Uri": "/other",
            "X-Forwarded-Method": "DELETE",
            "X-Forwarded-Host": "other",
            "X-Forwarded-For": "1.2.3.4",
            "Cookie": "a=b",
        }

        def add(request: Any, **_: Any) -> None:
            for name, value in forged.items():
                request.headers[name] = value

        client.meta.events.register("before-send.s3.GetObject", add)
        client.get_object(Bucket="some-bucket", Key="a~b (1)")
    store.shutdown()
    store.server_close()
    thread.join()
    ((line, headers),) = store.seen  # type: ignore[attr-defined]
    assert line == "GET /some-bucket/a~b%20%281%29 HTTP/1.1"
    assert headers["Host"] == host
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=STOREKEY/")
    assert "Cookie" not in headers
    assert account.access_key_id not in str(headers)
    assert gateway.api_key not in str(headers)
