"""Requests to S3 that are refused: ambiguous ones, and those whose permissions are not known."""

import pytest

from iamd.services.s3 import deletion_permissions, required_permissions
from iamd.services.service_request import AmbiguousRequest, ServiceRequest, UnmappedRequest
from tests.services.s3_requests import s3_request, service_request

AMBIGUOUS_TARGETS = {
    "dot segment": "/bucket/../other/key",
    "dot segment at the end": "/bucket/a/..",
    "single dot": "/bucket/./key",
    "encoded dots": "/bucket/%2e%2E/other",
    "half encoded dots": "/bucket/.%2e/other",
    "encoded slashes around dots": "/bucket/a%2f..%2Fb",
    "dots for the bucket": "/../bucket",
    "empty segment": "/bucket/a//b",
    "encoded empty segment": "/bucket/a%2F/b",
    "empty segment before the key": "/bucket//key",
    "only slashes after the bucket": "/bucket//",
    "empty segment before the bucket": "//bucket/key",
    "encoded slash before the bucket": "/%2Fbucket/key",
    "encoded slash after the bucket": "/bucket%2Fkey",
    "encoded letter in the bucket": "/b%75cket/key",
    "no path": "",
    "no slash": "bucket/key",
    "absolute URL": "http://s3.example.com/bucket/key",
    "asterisk": "*",
    "plus": "/bucket/a+b",
    "path parameter": "/bucket/key;v=1",
    "backslash": "/bucket/a\\b",
    "encoded backslash": "/bucket/a%5C..%5Cb",
    "space": "/bucket/a b",
    "fragment": "/bucket/key#x",
    "unencoded UTF-8": "/bucket/\u00c3\u00a9",
    "NUL": "/bucket/a%00b",
    "line break": "/bucket/a%0d%0ab",
    "DEL": "/bucket/a%7F",
    "half an escape": "/bucket/a%2",
    "not an escape": "/bucket/a%zz",
    "percent sign": "/bucket/100%",
    "Latin-1": "/bucket/%E9",
    "overlong UTF-8": "/bucket/%C0%AE%C0%AE/a",
    "surrogate": "/bucket/%ED%A0%80",
    "key too long": "/bucket/" + "k" * 1025,
    "key too long in UTF-8": "/bucket/" + "%C3%A9" * 513,
    "bucket in capitals": "/Bucket/key",
    "bucket too short": "/ab/key",
    "bucket too long": f"/{'b' * 64}/key",
    "bucket with underscore": "/my_bucket/key",
    "bucket ends with a hyphen": "/bucket-/key",
    "bucket with two dots": "/my..bucket/key",
    "bucket is an IP address": "/192.168.5.4/key",
    "hidden bucket": "/.minio.sys/config",
    "capitals": "/bucket?ACL",
    "capitals in a parameter": "/bucket/key?versionid=1",
    "two subresources": "/bucket?acl&policy",
    "upload and subresource": "/bucket/key?uploadId=1&tagging",
    "subresource twice": "/bucket?acl&acl",
    "parameter twice": "/bucket?prefix=a&prefix=b",
    "version twice": "/bucket/key?versionId=1&versionId=2",
    "presigned parameter twice": "/bucket/key?X-Amz-Date=1&X-Amz-Date=2",
    "semicolon": "/bucket?prefix=a;acl",
    "semicolon after a name": "/bucket?acl;policy",
    "second question mark": "/bucket?prefix=a?acl",
    "fragment in the query": "/bucket?prefix=a#b",
    "space in the query": "/bucket?prefix=a b",
    "encoded name": "/bucket?%61cl",
    "encoded ampersand in a name": "/bucket?prefix%26acl",
    "brackets": "/bucket?prefix[]=a",
    "no name": "/bucket?=a",
    "empty pair": "/bucket?prefix=a&&delimiter=b",
    "ampersand at the end": "/bucket?acl&",
    "subresource with a value": "/bucket?acl=1",
    "other version of listing": "/bucket?list-type=3",
    "version without a value": "/bucket/key?versionId=",
    "upload without a value": "/bucket/key?uploadId",
    "number with a plus sign": "/bucket?max-keys=%2B5",
    "number without a value": "/bucket?max-keys",
    "control character in a value": "/bucket?prefix=%00",
    "line break in a value": "/bucket/key?response-content-type=a%0D%0Ab",
    "invalid escape in a value": "/bucket?prefix=%",
    "invalid UTF-8 in a value": "/bucket?prefix=%FF",
    "header in the query": "/bucket/key?x-amz-acl=public-read",
    "header in the query, in capitals": "/bucket/key?X-Amz-Tagging=a",
}


@pytest.mark.parametrize("target", AMBIGUOUS_TARGETS.values(), ids=AMBIGUOUS_TARGETS.keys())
def test_ambiguous_targets(target: str) -> None:
    with pytest.raises(AmbiguousRequest):
        s3_request("GET", target)


@pytest.mark.parametrize(
    "target", ["/../key", "/%2e%2e/key", "//key", "/%2Fkey", "/a//b", "/a%5Cb", "/a+b", "key", ""]
)
def test_ambiguous_targets_with_the_bucket_in_the_host(target: str) -> None:
    with pytest.raises(AmbiguousRequest):
        s3_request("GET", target, host="bucket.s3.example.com")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "Bucket.s3.example.com",
        "a_b.s3.example.com",
        "ab.s3.example.com",
        ".s3.example.com",
        "bucket..s3.example.com",
        "192.168.5.4.s3.example.com",
        "bucket.s3.example.com.",
        "bucket.s3.example.com.:9000",
        "bucket.s3.example.com:port",
        "bucket.s3.example.com, s3.example.com",
        "bucket.s3.example.com@other",
        "bucket.s3.example.com/x",
        "b%75cket.s3.example.com",
        "bucket.s3.example.com\n",
    ],
)
def test_ambiguous_hosts(host: str) -> None:
    with pytest.raises(AmbiguousRequest):
        s3_request("GET", "/key", host=host)


def test_forwarded_host_of_another_bucket() -> None:
    with pytest.raises(AmbiguousRequest):
        s3_request("GET", "/key", host="bucket.s3.example.com", x_forwarded_host="other.s3.example.com")


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", "/bucket/key", {"x-http-method-override": "DELETE"}),
        ("GET", "/bucket/key", {"x-method-override": "DELETE"}),
        ("GET", "/bucket/key", {"x-original-url": "/bucket/other"}),
        ("GET", "/bucket/key", {"x-rewrite-url": "/bucket/other"}),
        ("GET", "/bucket/key", {"x-amz-copy-source": "source/key"}),
        ("PUT", "/bucket/key?tagging", {"x-amz-tagging": "a=b"}),
        ("PUT", "/bucket/key?retention", {"x-amz-object-lock-mode": "GOVERNANCE"}),
        ("PUT", "/bucket/key?acl", {"x-amz-copy-source": "source/key"}),
        ("PUT", "/bucket/key", {"x-amz-bypass-governance-retention": "true"}),
        ("PUT", "/bucket/key", {"x-amz-rename-source": "bucket/other"}),
        ("PUT", "/bucket/key", {"x-amz-acl": "Public-Read"}),
        ("PUT", "/bucket/key", {"x-amz-acl": "private, public-read"}),
        ("PUT", "/bucket/key", {"x-amz-acl": ""}),
        ("PUT", "/bucket/key", {"x-amz-storage-class": "STANDARD,GLACIER"}),
        ("PUT", "/bucket/key", {"x-amz-object-lock-mode": "governance"}),
        ("PUT", "/bucket/key", {"x-amz-tagging": "a=b&a=c"}),
        ("PUT", "/bucket/key", {"x-amz-tagging": "a=b&A=c"}),
        ("PUT", "/bucket/key", {"x-amz-tagging": "a=b&=c"}),
        ("PUT", "/bucket/key", {"x-amz-tagging": "a=%FF"}),
        ("PUT", "/bucket", {"x-amz-bucket-object-lock-enabled": "True"}),
        ("DELETE", "/bucket/key", {"x-amz-bypass-governance-retention": "TRUE"}),
        ("PUT", "/bucket/key", {"x-amz-copy-source": "source/key", "x-amz-tagging": "a=b"}),
        ("PUT", "/bucket/key", {"x-amz-copy-source": "source/key", "x-amz-tagging-directive": "replace"}),
    ],
)
def test_ambiguous_headers(method: str, target: str, headers: dict[str, str]) -> None:
    with pytest.raises(AmbiguousRequest):
        s3_request(method, target, **headers)


def test_headers_with_underscores() -> None:
    headers = {"host": "s3.example.com", "x_amz_acl": "public-read"}
    with pytest.raises(AmbiguousRequest):
        required_permissions(ServiceRequest("PUT", "/bucket/key", "", headers), ())


@pytest.mark.parametrize(
    "source",
    [
        "",
        "/",
        "source",
        "source/",
        "//source/key",
        "source//key",
        "source/../other/key",
        "source/%2e%2e/key",
        "source%2Fkey",
        "s%6Furce/key",
        "Source/key",
        "source/a+b",
        "source/a b",
        "source/a%5Cb",
        "source/%FF",
        "source/key?versionId=",
        "source/key?versionId=1&versionId=2",
        "source/key?versionid=1",
        "source/key?versionId=1&x=2",
        "source/key?x=1",
        "source/key?",
        "source/key%3FversionId=1",
        "http://s3.example.com/source/key",
    ],
)
def test_ambiguous_sources_of_copies(source: str) -> None:
    with pytest.raises(AmbiguousRequest):
        s3_request("PUT", "/bucket/key", x_amz_copy_source=source)


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("get", "/bucket/key", {}),
        ("PATCH", "/bucket/key", {}),
        ("OPTIONS", "/bucket/key", {}),
        ("POST", "/", {}),
        ("HEAD", "/", {}),
        ("POST", "/bucket", {}),
        ("POST", "/bucket/key", {}),
        ("HEAD", "/bucket/key?acl", {}),
        ("PUT", "/bucket/key?uploadId=1", {}),
        ("PUT", "/bucket/key?uploadId=1", {"x-amz-copy-source": "source/key"}),
        ("PUT", "/bucket?metrics", {}),
        ("PUT", "/bucket/key?versionId=1", {}),
        ("GET", "/bucket?versionId=1", {}),
        ("GET", "/bucket/key?prefix=a", {}),
        ("GET", "/bucket/key?unknown", {}),
        ("GET", "/bucket?events", {}),
        ("GET", "/bucket?session", {}),
        ("PUT", "/bucket/key?renameObject", {"x-amz-rename-source": "a"}),
        ("GET", "/?max-directory-buckets=1", {}),
        ("GET", "/?Action=ListUsers", {}),
        ("POST", "/bucket?metadataConfiguration", {}),
        ("POST", "/WriteGetObjectResponse", {}),
        ("GET", "/v20180820/accesspoint", {}),
        ("GET", "/v20180820/jobs", {"x-amz-account-id": "1"}),
        ("GET", "/minio/admin/v3/info", {}),
        ("GET", "/admin/user?uid=x", {}),
        ("GET", "/swift/v1", {}),
        ("DELETE", "/bucket", {"x-minio-force-delete": "true"}),
        ("GET", "/bucket/archive.zip/key", {"x-minio-extract": "true"}),
        ("GET", "/point-abc-s3alias/key", {}),
        ("GET", "/bucket--use1-az5--x-s3/key", {}),
        ("GET", "/arn:aws:s3:eu-west-1:1:accesspoint/key", {}),
        ("PUT", "/bucket/key", {"x-amz-copy-source": "arn:aws:s3:eu-west-1:1:accesspoint/p/object/key"}),
        ("PUT", "/bucket/key", {"x-amz-copy-source": "arn%3Aaws%3As3%3Aeu-west-1%3A1%3Aaccesspoint%2Fp"}),
    ],
)
def test_unmapped_requests(method: str, target: str, headers: dict[str, str]) -> None:
    with pytest.raises(UnmappedRequest):
        s3_request(method, target, **headers)


@pytest.mark.parametrize(
    ("key", "version_id"),
    [
        ("a//b", None),
        ("/a", None),
        ("../a", None),
        ("a\\b", None),
        ("a\0", None),
        ("k" * 1025, None),
        ("a", ""),
    ],
)
def test_ambiguous_keys_in_the_body(key: str, version_id: str | None) -> None:
    with pytest.raises(AmbiguousRequest):
        deletion_permissions(service_request("POST", "/bucket?delete"), "bucket", key, version_id)


def test_the_message_says_what_to_send_instead() -> None:
    with pytest.raises(AmbiguousRequest, match=r"a plus sign is %2B"):
        s3_request("GET", "/bucket/a+b")
