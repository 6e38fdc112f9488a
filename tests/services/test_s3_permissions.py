"""Which permissions requests to S3 need: actions, resources and condition keys."""

import pytest

from iamd.services.s3 import deletion_permissions
from tests.services.s3_requests import s3_request, service_request

OBJECT = "arn:aws:s3:::bucket/key"
BUCKET = "arn:aws:s3:::bucket"

# method, target, headers -> operation, actions on the resource of the target
ACTIONS: list[tuple[str, str, dict[str, str], str, str]] = [
    ("HEAD", "/bucket", {}, "HeadBucket", "ListBucket"),
    ("GET", "/bucket", {}, "ListObjects", "ListBucket"),
    ("GET", "/bucket/", {}, "ListObjects", "ListBucket"),
    ("GET", "/bucket?list-type=2", {}, "ListObjectsV2", "ListBucket"),
    ("GET", "/bucket?versions", {}, "ListObjectVersions", "ListBucketVersions"),
    ("GET", "/bucket?uploads", {}, "ListMultipartUploads", "ListBucketMultipartUploads"),
    ("PUT", "/bucket", {}, "CreateBucket", "CreateBucket"),
    ("PUT", "/bucket", {"x-amz-acl": "private"}, "CreateBucket", "CreateBucket"),
    ("PUT", "/bucket", {"x-amz-acl": "public-read"}, "CreateBucket", "CreateBucket PutBucketAcl"),
    ("PUT", "/bucket", {"x-amz-grant-write": "id=1"}, "CreateBucket", "CreateBucket PutBucketAcl"),
    (
        "PUT",
        "/bucket",
        {"x-amz-bucket-object-lock-enabled": "true"},
        "CreateBucket",
        "CreateBucket PutBucketObjectLockConfiguration PutBucketVersioning",
    ),
    ("PUT", "/bucket", {"x-amz-bucket-object-lock-enabled": "false"}, "CreateBucket", "CreateBucket"),
    (
        "PUT",
        "/bucket",
        {"x-amz-object-ownership": "ObjectWriter"},
        "CreateBucket",
        "CreateBucket PutBucketOwnershipControls",
    ),
    ("PUT", "/bucket?acl", {"x-amz-acl": "public-read"}, "PutBucketAcl", "PutBucketAcl"),
    ("DELETE", "/bucket?cors", {}, "DeleteBucketCors", "PutBucketCORS"),
    ("GET", "/bucket?metrics&id=1", {}, "GetBucketMetricsConfiguration", "GetMetricsConfiguration"),
    ("GET", "/bucket?metrics", {}, "ListBucketMetricsConfigurations", "GetMetricsConfiguration"),
    (
        "GET",
        "/bucket?metadataTable",
        {},
        "GetBucketMetadataTableConfiguration",
        "GetBucketMetadataTableConfiguration",
    ),
    ("GET", "/bucket/key", {}, "GetObject", "GetObject"),
    ("GET", "/bucket/key?versionId=1", {}, "GetObject", "GetObjectVersion"),
    ("HEAD", "/bucket/key", {}, "HeadObject", "GetObject"),
    ("HEAD", "/bucket/key?versionId=1", {}, "HeadObject", "GetObjectVersion"),
    ("GET", "/bucket/key?attributes", {}, "GetObjectAttributes", "GetObject GetObjectAttributes"),
    (
        "GET",
        "/bucket/key?attributes&versionId=1",
        {},
        "GetObjectAttributes",
        "GetObjectVersion GetObjectVersionAttributes",
    ),
    ("GET", "/bucket/key?acl&versionId=1", {}, "GetObjectAcl", "GetObjectVersionAcl"),
    ("PUT", "/bucket/key?acl", {"x-amz-acl": "private"}, "PutObjectAcl", "PutObjectAcl"),
    ("PUT", "/bucket/key?acl&versionId=1", {"x-amz-acl": "private"}, "PutObjectAcl", "PutObjectVersionAcl"),
    ("GET", "/bucket/key?tagging&versionId=1", {}, "GetObjectTagging", "GetObjectVersionTagging"),
    ("PUT", "/bucket/key?tagging&versionId=1", {}, "PutObjectTagging", "PutObjectVersionTagging"),
    ("DELETE", "/bucket/key?tagging", {}, "DeleteObjectTagging", "DeleteObjectTagging"),
    ("GET", "/bucket/key?torrent&versionId=1", {}, "GetObjectTorrent", "GetObjectVersionTorrent"),
    ("GET", "/bucket/key?retention&versionId=1", {}, "GetObjectRetention", "GetObjectRetention"),
    ("PUT", "/bucket/key?retention", {}, "PutObjectRetention", "PutObjectRetention"),
    (
        "PUT",
        "/bucket/key?retention",
        {"x-amz-bypass-governance-retention": "true"},
        "PutObjectRetention",
        "PutObjectRetention BypassGovernanceRetention",
    ),
    ("PUT", "/bucket/key", {}, "PutObject", "PutObject"),
    ("PUT", "/bucket/key", {"x-amz-acl": "private"}, "PutObject", "PutObject"),
    ("PUT", "/bucket/key", {"x-amz-acl": "public-read"}, "PutObject", "PutObject PutObjectAcl"),
    (
        "PUT",
        "/bucket/key",
        {"x-amz-acl": "private", "x-amz-grant-read": "id=1"},
        "PutObject",
        "PutObject PutObjectAcl",
    ),
    ("POST", "/bucket/key?uploads", {"x-amz-acl": "private"}, "CreateMultipartUpload", "PutObject"),
    ("PUT", "/bucket/key", {"x-amz-grant-read": "id=1"}, "PutObject", "PutObject PutObjectAcl"),
    ("PUT", "/bucket/key", {"x-amz-tagging": "a=b"}, "PutObject", "PutObject PutObjectTagging"),
    (
        "PUT",
        "/bucket/key",
        {
            "x-amz-object-lock-mode": "GOVERNANCE",
            "x-amz-object-lock-retain-until-date": "2030-01-01T00:00:00Z",
        },
        "PutObject",
        "PutObject PutObjectRetention",
    ),
    (
        "PUT",
        "/bucket/key",
        {"x-amz-object-lock-legal-hold": "OFF"},
        "PutObject",
        "PutObject PutObjectLegalHold",
    ),
    (
        "POST",
        "/bucket/key?uploads",
        {"x-amz-acl": "public-read", "x-amz-tagging": "a=b"},
        "CreateMultipartUpload",
        "PutObject PutObjectAcl PutObjectTagging",
    ),
    ("PUT", "/bucket/key?uploadId=1&partNumber=1", {}, "UploadPart", "PutObject"),
    ("POST", "/bucket/key?uploadId=1", {}, "CompleteMultipartUpload", "PutObject"),
    ("DELETE", "/bucket/key?uploadId=1", {}, "AbortMultipartUpload", "AbortMultipartUpload"),
    ("GET", "/bucket/key?uploadId=1", {}, "ListParts", "ListMultipartUploadParts"),
    ("DELETE", "/bucket/key", {}, "DeleteObject", "DeleteObject"),
    ("DELETE", "/bucket/key?versionId=null", {}, "DeleteObject", "DeleteObjectVersion"),
    (
        "DELETE",
        "/bucket/key?versionId=1",
        {"x-amz-bypass-governance-retention": "true"},
        "DeleteObject",
        "DeleteObjectVersion BypassGovernanceRetention",
    ),
    ("DELETE", "/bucket/key", {"x-amz-bypass-governance-retention": "false"}, "DeleteObject", "DeleteObject"),
    ("POST", "/bucket/key?restore&versionId=1", {}, "RestoreObject", "RestoreObject"),
    ("POST", "/bucket/key?select&select-type=2", {}, "SelectObjectContent", "GetObject"),
    ("GET", "/bucket/key?annotation&annotationName=a", {}, "GetObjectAnnotation", "GetObjectAnnotation"),
    (
        "GET",
        "/bucket/key?annotation&versionId=1",
        {},
        "ListObjectAnnotations",
        "ListObjectVersionAnnotations",
    ),
]


@pytest.mark.parametrize(("method", "target", "headers", "operation", "actions"), ACTIONS)
def test_actions(method: str, target: str, headers: dict[str, str], operation: str, actions: str) -> None:
    result = s3_request(method, target, **headers)
    assert result.operation == operation
    assert [permission.action for permission in result.permissions] == [
        f"s3:{name}" for name in actions.split()
    ]
    resource = OBJECT if result.key else BUCKET
    assert {permission.resource_arn for permission in result.permissions} == {resource}


def test_listing_buckets_is_for_all_of_them() -> None:
    result = s3_request("GET", "/")
    assert (result.operation, result.bucket, result.key) == ("ListBuckets", None, None)
    assert [permission[:2] for permission in result.permissions] == [
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*")
    ]


@pytest.mark.parametrize(
    ("source", "headers", "permissions"),
    [
        (
            "source/a%20b",
            {},
            [
                ("s3:GetObject", "arn:aws:s3:::source/a b"),
                ("s3:GetObjectTagging", "arn:aws:s3:::source/a b"),
                ("s3:PutObject", OBJECT),
                ("s3:PutObjectTagging", OBJECT),
            ],
        ),
        (
            "/source/a?versionId=v%2B1",
            {"x-amz-tagging-directive": "COPY"},
            [
                ("s3:GetObjectVersion", "arn:aws:s3:::source/a"),
                ("s3:GetObjectVersionTagging", "arn:aws:s3:::source/a"),
                ("s3:PutObject", OBJECT),
                ("s3:PutObjectTagging", OBJECT),
            ],
        ),
        (
            "source/a",
            {"x-amz-tagging-directive": "REPLACE"},
            [("s3:GetObject", "arn:aws:s3:::source/a"), ("s3:PutObject", OBJECT)],
        ),
        (
            "admin/a",
            {"x-amz-tagging-directive": "REPLACE", "x-amz-tagging": "a=b", "x-amz-acl": "public-read"},
            [
                ("s3:GetObject", "arn:aws:s3:::admin/a"),
                ("s3:PutObject", OBJECT),
                ("s3:PutObjectAcl", OBJECT),
                ("s3:PutObjectTagging", OBJECT),
            ],
        ),
        (
            "source/a",
            {"x-amz-tagging-directive": "REPLACE", "x-amz-object-annotation-directive": "COPY"},
            [
                ("s3:GetObject", "arn:aws:s3:::source/a"),
                ("s3:GetObjectAnnotation", "arn:aws:s3:::source/a"),
                ("s3:PutObject", OBJECT),
                ("s3:PutObjectAnnotation", OBJECT),
            ],
        ),
    ],
)
def test_copies(source: str, headers: dict[str, str], permissions: list[tuple[str, str]]) -> None:
    result = s3_request("PUT", "/bucket/key", x_amz_copy_source=source, **headers)
    assert result.operation == "CopyObject"
    assert [permission[:2] for permission in result.permissions] == permissions


def test_copies_of_parts_read_no_tags() -> None:
    result = s3_request(
        "PUT", "/bucket/key?uploadId=1&partNumber=1", x_amz_copy_source="source/a?versionId=v"
    )
    assert result.operation == "UploadPartCopy"
    assert [permission[:2] for permission in result.permissions] == [
        ("s3:GetObjectVersion", "arn:aws:s3:::source/a"),
        ("s3:PutObject", OBJECT),
    ]
    assert result.permissions[0].context == {"s3:versionid": "v"}


def test_keys_in_the_body() -> None:
    request = service_request("POST", "/bucket?delete", x_amz_bypass_governance_retention="true")
    result = s3_request("POST", "/bucket?delete", x_amz_bypass_governance_retention="true")
    assert (result.operation, result.permissions, result.keys_in_body) == ("DeleteObjects", (), True)
    permissions = deletion_permissions(request, "bucket", "key", "v")
    assert permissions == (
        ("s3:DeleteObjectVersion", OBJECT, {"s3:versionid": "v"}),
        ("s3:BypassGovernanceRetention", OBJECT, {}),
    )


def test_conditions_of_keys_in_the_body_are_not_in_headers() -> None:
    request = service_request("POST", "/bucket?delete", if_match="*")
    assert deletion_permissions(request, "bucket", "key", None) == (("s3:DeleteObject", OBJECT, {}),)


# method, target, headers -> the context of the first permission
CONTEXTS: list[tuple[str, str, dict[str, str], dict[str, object]]] = [
    (
        "GET",
        "/bucket/key",
        {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"},
        {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"},
    ),
    ("GET", "/bucket?object-lock", {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}, {}),
    ("GET", "/bucket/key", {"if-match": "x", "range": "bytes=0-1"}, {}),
    ("GET", "/bucket/key?versionId=a%2Bb", {}, {"s3:versionid": "a+b"}),
    ("GET", "/bucket", {}, {}),
    ("GET", "/bucket?prefix", {}, {"s3:prefix": ""}),
    ("GET", "/bucket?prefix=", {}, {"s3:prefix": ""}),
    (
        "GET",
        "/bucket?list-type=2&prefix=a+b%2F&delimiter=%2F&max-keys=5&start-after=z",
        {},
        {"s3:prefix": "a b/", "s3:delimiter": "/", "s3:max-keys": "5"},
    ),
    ("GET", "/bucket?versions&prefix=a/b=c", {}, {"s3:prefix": "a/b=c"}),
    ("GET", "/bucket?uploads&prefix=a", {}, {}),
    ("GET", "/?prefix=a", {}, {}),
    ("PUT", "/bucket/key", {}, {"s3:objectcreationoperation": "true"}),
    ("PUT", "/bucket/key?uploadId=1&partNumber=1", {}, {"s3:objectcreationoperation": "false"}),
    ("POST", "/bucket/key?uploads", {}, {"s3:objectcreationoperation": "false"}),
    (
        "POST",
        "/bucket/key?uploadId=1",
        {"if-none-match": "*"},
        {"s3:objectcreationoperation": "true", "s3:if-none-match": "*"},
    ),
    ("DELETE", "/bucket/key", {"if-match": '"e"'}, {"s3:if-match": '"e"'}),
    ("DELETE", "/bucket/key?versionId=v", {"if-match": '"e"'}, {"s3:versionid": "v"}),
    (
        "PUT",
        "/bucket/key",
        {"x-amz-tagging": "Project=x%20y&b="},
        {
            "s3:objectcreationoperation": "true",
            "s3:requestobjecttagkeys": ("Project", "b"),
            "s3:requestobjecttag/project": "x y",
            "s3:requestobjecttag/b": "",
        },
    ),
    (
        "PUT",
        "/bucket/key",
        {
            "if-match": "x",
            "x-amz-grant-read": "id=1, id=2",
            "x-amz-object-lock-legal-hold": "ON",
            "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": "k",
            "x-amz-storage-class": "COLD",
            "x-amz-website-redirect-location": "/a,b",
        },
        {
            "s3:if-match": "x",
            "s3:object-lock-legal-hold": "ON",
            "s3:objectcreationoperation": "true",
            "s3:x-amz-grant-read": "id=1, id=2",
            "s3:x-amz-server-side-encryption": "aws:kms",
            "s3:x-amz-server-side-encryption-aws-kms-key-id": "k",
            "s3:x-amz-storage-class": "COLD",
            "s3:x-amz-website-redirect-location": "/a,b",
        },
    ),
    (
        "PUT",
        "/bucket",
        {"x-amz-object-ownership": "ObjectWriter"},
        {"s3:x-amz-object-ownership": "ObjectWriter"},
    ),
    ("PUT", "/bucket/key?acl", {"x-amz-acl": "public-read"}, {"s3:x-amz-acl": "public-read"}),
    ("GET", "/bucket/key?annotation&annotation-prefix=a", {}, {"s3:annotation-prefix": "a"}),
]


@pytest.mark.parametrize(("method", "target", "headers", "context"), CONTEXTS)
def test_condition_keys(
    method: str, target: str, headers: dict[str, str], context: dict[str, object]
) -> None:
    assert s3_request(method, target, **headers).permissions[0].context == context


def test_each_permission_has_the_condition_keys_of_its_action() -> None:
    headers = {"x-amz-object-lock-mode": "GOVERNANCE", "x-amz-acl": "public-read", "x-amz-tagging": "a=b"}
    result = s3_request("PUT", "/bucket/key", **headers)
    assert {permission.action: set(permission.context) for permission in result.permissions[1:]} == {
        "s3:PutObjectAcl": {"s3:x-amz-acl"},
        "s3:PutObjectRetention": {"s3:object-lock-mode"},
        "s3:PutObjectTagging": {"s3:requestobjecttagkeys", "s3:requestobjecttag/a"},
    }


@pytest.mark.parametrize("source", ["source/a%2Fb", "/source/a/b", "source/%61/b?versionId=v"])
def test_the_source_of_a_copy_is_one_value_however_it_is_spelled(source: str) -> None:
    result = s3_request("PUT", "/bucket/key", x_amz_copy_source=source)
    contexts = {permission.action: permission.context for permission in result.permissions}
    assert contexts["s3:PutObject"]["s3:x-amz-copy-source"] == "source/a/b"
    assert "s3:x-amz-copy-source" not in contexts["s3:PutObjectTagging"]


BASE_HOSTS = ["example.com", "S3.example.com"]


@pytest.mark.parametrize(
    ("host", "target", "bucket", "key"),
    [
        ("s3.example.com", "/bucket/a/b", "bucket", "a/b"),
        ("S3.EXAMPLE.com:9000", "/bucket/key", "bucket", "key"),
        ("bucket.s3.example.com", "/key", "bucket", "key"),
        ("bucket.S3.example.COM:443", "/other/key", "bucket", "other/key"),
        ("my.dotted.bucket.s3.example.com", "/", "my.dotted.bucket", None),
        ("bucket.example.com", "/key", "bucket", "key"),
        ("admin.s3.example.com", "/key", "admin", "key"),
        ("other.org", "/bucket/key", "bucket", "key"),
        ("bucket.other.org", "/bucket/key", "bucket", "key"),
        ("xs3.other.com", "/bucket/key/", "bucket", "key/"),
        ("[::1]:9000", "/bucket/key", "bucket", "key"),
        ("127.0.0.1", "/bucket/%E2%82%AC%25%2B%3B", "bucket", "€%+;"),
        ("127.0.0.1", "/bucket/%252e%252e/.hidden/...", "bucket", "%2e%2e/.hidden/..."),
    ],
)
def test_addresses(host: str, target: str, bucket: str, key: str | None) -> None:
    for base_hosts in (BASE_HOSTS, BASE_HOSTS[::-1]):
        result = s3_request("GET", target, base_hosts, host=host)
        assert (result.bucket, result.key) == (bucket, key)


PRESIGNED = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Date=d&X-Amz-Expires=60&X-Amz-Signature=s"
)


@pytest.mark.parametrize(
    "target", [f"/bucket/key?{PRESIGNED}&x-id=GetObject", f"/bucket/key?response-expires=0&{PRESIGNED}"]
)
def test_presigned_requests(target: str) -> None:
    assert s3_request("GET", target).operation == "GetObject"
