"""The requests that botocore builds are recognized, in both styles of addressing."""

from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.config import Config

from iamd.services.s3 import S3Request, required_permissions
from iamd.services.service_request import ServiceRequest

HOST = "s3.example.com"
BUCKET: dict[str, Any] = {"Bucket": "my.bucket-1"}
OBJECT: dict[str, Any] = {**BUCKET, "Key": "folder/a b+c~é/%2F?#;&=.txt"}
UPLOAD: dict[str, Any] = {**OBJECT, "UploadId": "u+/="}
SOURCE = {"Bucket": "source", "Key": "x y/+é?", "VersionId": "v1"}
TAGS = {"TagSet": [{"Key": "k", "Value": "v"}]}
SELECTION: dict[str, Any] = {
    "Expression": "select * from s3object",
    "ExpressionType": "SQL",
    "InputSerialization": {"CSV": {}},
    "OutputSerialization": {"CSV": {}},
}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("list_buckets", {}),
    ("list_buckets", {"MaxBuckets": 10, "Prefix": "a", "BucketRegion": "us-east-1"}),
    ("create_bucket", BUCKET),
    ("head_bucket", BUCKET),
    ("delete_bucket", BUCKET),
    ("list_objects", {**BUCKET, "Prefix": "a b/", "Delimiter": "/", "Marker": "+", "MaxKeys": 5}),
    ("list_objects_v2", {**BUCKET, "Prefix": "a+b/", "StartAfter": "é", "FetchOwner": True}),
    ("list_object_versions", {**BUCKET, "KeyMarker": "k", "VersionIdMarker": "v"}),
    ("list_multipart_uploads", {**BUCKET, "UploadIdMarker": "u", "KeyMarker": "k", "MaxUploads": 3}),
    ("delete_objects", {**BUCKET, "Delete": {"Objects": [{"Key": "k"}]}}),
    ("get_bucket_acl", BUCKET),
    ("put_bucket_acl", {**BUCKET, "ACL": "public-read"}),
    ("get_bucket_cors", BUCKET),
    ("delete_bucket_cors", BUCKET),
    ("get_bucket_encryption", BUCKET),
    ("get_bucket_lifecycle_configuration", BUCKET),
    ("get_bucket_location", BUCKET),
    ("get_bucket_notification_configuration", BUCKET),
    ("get_bucket_policy", BUCKET),
    ("put_bucket_policy", {**BUCKET, "Policy": "{}"}),
    ("get_bucket_policy_status", BUCKET),
    ("get_bucket_tagging", BUCKET),
    ("put_bucket_tagging", {**BUCKET, "Tagging": TAGS}),
    ("get_bucket_versioning", BUCKET),
    ("get_object_lock_configuration", BUCKET),
    ("get_public_access_block", BUCKET),
    ("get_bucket_metrics_configuration", {**BUCKET, "Id": "all objects"}),
    ("list_bucket_metrics_configurations", {**BUCKET, "ContinuationToken": "t"}),
    ("delete_bucket_inventory_configuration", {**BUCKET, "Id": "i"}),
    ("get_object", OBJECT),
    ("get_object", {**OBJECT, "VersionId": "null", "PartNumber": 1, "ResponseContentType": "text/plain"}),
    ("head_object", OBJECT),
    ("put_object", {**OBJECT, "Body": b"x", "ACL": "private", "Tagging": "a=b%20c"}),
    (
        "put_object",
        {**OBJECT, "IfNoneMatch": "*", "ServerSideEncryption": "aws:kms"},
    ),
    ("put_object", {**OBJECT, "ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": "2030-01-01"}),
    ("copy_object", {**OBJECT, "CopySource": SOURCE}),
    ("copy_object", {**OBJECT, "CopySource": "source/key", "TaggingDirective": "REPLACE", "Tagging": "a=b"}),
    ("delete_object", {**OBJECT, "VersionId": "v", "BypassGovernanceRetention": True}),
    ("create_multipart_upload", {**OBJECT, "GrantRead": "id=1"}),
    ("upload_part", {**UPLOAD, "PartNumber": 1, "Body": b"x"}),
    ("upload_part_copy", {**UPLOAD, "PartNumber": 1, "CopySource": SOURCE, "CopySourceRange": "bytes=0-9"}),
    ("complete_multipart_upload", {**UPLOAD, "MultipartUpload": {"Parts": []}}),
    ("abort_multipart_upload", UPLOAD),
    ("list_parts", {**UPLOAD, "MaxParts": 5, "PartNumberMarker": 2}),
    ("get_object_acl", OBJECT),
    ("put_object_acl", {**OBJECT, "GrantFullControl": "id=1", "VersionId": "v"}),
    ("get_object_attributes", {**OBJECT, "ObjectAttributes": ["ETag"]}),
    ("get_object_tagging", {**OBJECT, "VersionId": "v"}),
    ("put_object_tagging", {**OBJECT, "Tagging": TAGS}),
    ("delete_object_tagging", OBJECT),
    ("get_object_retention", OBJECT),
    ("put_object_retention", {**OBJECT, "BypassGovernanceRetention": True}),
    ("get_object_legal_hold", OBJECT),
    ("put_object_legal_hold", OBJECT),
    ("get_object_torrent", OBJECT),
    ("restore_object", {**OBJECT, "RestoreRequest": {"Days": 1}}),
    ("select_object_content", {**OBJECT, **SELECTION}),
]
IDS = [f"{index}-{name}" for index, (name, _) in enumerate(CALLS)]


def client(style: str, **options: Any) -> BaseClient:
    return boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}",
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",
        config=Config(s3={"addressing_style": style}, signature_version="s3v4"),
        **options,
    )


CLIENTS = {style: client(style) for style in ("path", "virtual")}


def as_service_request(method: str, url: str, headers: dict[str, str]) -> ServiceRequest:
    parts = urlsplit(url)
    return ServiceRequest(method, parts.path, parts.query, {"host": parts.netloc} | headers)


def text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


class CapturedRequest(Exception):
    def __init__(self, request: AWSPreparedRequest) -> None:
        self.request = request


def capture(request: AWSPreparedRequest, **_: object) -> None:
    raise CapturedRequest(request)


for _client in CLIENTS.values():
    _client.meta.events.register("before-send.s3", capture)


def sent(style: str, name: str, arguments: dict[str, Any]) -> S3Request:
    """Return what is needed for the request that a client is about to send."""
    with pytest.raises(CapturedRequest) as captured:
        getattr(CLIENTS[style], name)(**arguments)
    request = captured.value.request
    headers = {header.lower(): text(value) for header, value in request.headers.items()}
    return required_permissions(as_service_request(request.method, request.url, headers), (HOST,))


def operation_name(method_name: str) -> str:
    return str(CLIENTS["path"].meta.method_to_api_mapping[method_name])


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize(("name", "arguments"), CALLS, ids=IDS)
def test_requests_of_botocore(style: str, name: str, arguments: dict[str, Any]) -> None:
    result = sent(style, name, arguments)
    assert result.operation == operation_name(name)
    assert result.bucket == arguments.get("Bucket")
    assert result.key == arguments.get("Key")
    assert result.keys_in_body == (name == "delete_objects")


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_the_source_of_a_copy(style: str) -> None:
    result = sent(style, "copy_object", {**OBJECT, "CopySource": SOURCE})
    assert result.permissions[0].action == "s3:GetObjectVersion"
    assert result.permissions[0].resource_arn == "arn:aws:s3:::source/x y/+é?"


PRESIGNED = [
    ("get_object", {**OBJECT, "VersionId": "v"}),
    ("put_object", {**OBJECT, "ContentType": "text/plain"}),
    ("upload_part", {**UPLOAD, "PartNumber": 1}),
    ("list_objects_v2", {**BUCKET, "Prefix": "p"}),
    ("delete_object", OBJECT),
]


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize(("name", "arguments"), PRESIGNED)
def test_presigned_requests_of_botocore(style: str, name: str, arguments: dict[str, Any]) -> None:
    s3 = client(style, aws_session_token="token")
    captured: list[str] = []
    s3.meta.events.register("before-sign.s3", lambda request, **_: captured.append(request.method))
    url = s3.generate_presigned_url(name, Params=arguments)
    result = required_permissions(as_service_request(captured[0], url, {}), (HOST,))
    assert (result.operation, result.key) == (operation_name(name), arguments.get("Key"))
