"""Keys with a final slash, which SeaweedFS does not always tell from those without it."""

import pytest

from iamd.services.s3 import deletion_permissions
from tests.services.s3_requests import s3_request, service_request

FOLDERS = [
    ("GET", "/bucket/a/", {}, ["a/"]),
    ("HEAD", "/bucket/a/", {}, ["a/"]),
    ("PUT", "/bucket/a/", {}, ["a/"]),
    ("DELETE", "/bucket/a/", {}, ["a", "a/"]),
    ("DELETE", "/bucket/a/?versionId=1", {}, ["a", "a/"]),
    ("GET", "/bucket/a/?tagging", {}, ["a", "a/"]),
    ("PUT", "/bucket/a/?acl", {}, ["a", "a/"]),
    ("POST", "/bucket/a/?uploads", {}, ["a", "a/"]),
    ("PUT", "/bucket/a/", {"x-amz-copy-source": "bucket/b"}, ["a", "a/", "b"]),
    ("PUT", "/bucket/b", {"x-amz-copy-source": "bucket/a/"}, ["a", "a/", "b"]),
    ("PUT", "/bucket/b?partNumber=1&uploadId=x", {"x-amz-copy-source": "bucket/a%2F"}, ["a", "a/", "b"]),
    ("DELETE", "/bucket/a", {}, ["a"]),
]


@pytest.mark.parametrize(("method", "target", "headers", "keys"), FOLDERS)
def test_key_with_a_final_slash_may_be_that_without_it(
    method: str, target: str, headers: dict[str, str], keys: list[str]
) -> None:
    permissions = s3_request(method, target, **headers).permissions
    resources = {permission.resource_arn for permission in permissions}
    assert resources == {f"arn:aws:s3:::bucket/{key}" for key in keys}


def test_deletion_of_a_folder_in_a_list_may_be_that_of_the_object() -> None:
    request = service_request("POST", "/bucket?delete=")
    permissions = deletion_permissions(request, "bucket", "a/", None)
    assert {permission.resource_arn for permission in permissions} == {
        "arn:aws:s3:::bucket/a",
        "arn:aws:s3:::bucket/a/",
    }
