"""A real store that keeps `a` and `a/` in one place, and a user who is denied `a`."""

import pytest

from tests.forward_auth.conftest import Gateway, error_code
from tests.servers import allow, deny

# One store for all of them.
pytestmark = pytest.mark.xdist_group("seaweedfs")


@pytest.fixture
def bucket(gateway: Gateway) -> str:
    """Return a bucket with an object."""
    name = f"folders-{gateway.account.account_id}"
    gateway.s3().create_bucket(Bucket=name)
    gateway.s3().put_object(Bucket=name, Key="secret", Body=b"x", Tagging="a=b")
    return name


def test_store_reads_an_object_by_the_name_of_a_folder(gateway: Gateway, bucket: str) -> None:
    """If this fails, the store has changed: the permissions on both names may no longer be needed."""
    source = {"Bucket": bucket, "Key": "secret/"}
    gateway.direct.copy_object(Bucket=bucket, Key="copy", CopySource=source)
    assert gateway.direct.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"x"


def test_denied_object_cannot_be_had_by_the_name_of_a_folder(gateway: Gateway, bucket: str) -> None:
    objects = f"arn:aws:s3:::{bucket}"
    statements = [
        allow("s3:*", resource=f"{objects}/*"),
        allow("s3:ListBucket", resource=objects),
        deny("s3:*", resource=f"{objects}/secret"),
    ]
    bob = gateway.s3(gateway.account.key_of("bob", *statements))
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/secret/"}
    assert error_code(bob.copy_object, **copy) == "AccessDenied"
    assert error_code(bob.copy_object, **copy, TaggingDirective="REPLACE") == "AccessDenied"
    assert error_code(bob.get_object_tagging, Bucket=bucket, Key="secret/") == "AccessDenied"
    assert error_code(bob.delete_object_tagging, Bucket=bucket, Key="secret/") == "AccessDenied"
    bob.put_object(Bucket=bucket, Key="secret/below", Body=b"")
    assert error_code(bob.delete_object, Bucket=bucket, Key="secret/") == "AccessDenied"
    objects_to_delete = {"Objects": [{"Key": "secret/"}, {"Key": "secret/below"}]}
    (error,) = bob.delete_objects(Bucket=bucket, Delete=objects_to_delete)["Errors"]
    assert (error["Key"], error["Code"]) == ("secret/", "AccessDenied")
    assert gateway.s3().get_object(Bucket=bucket, Key="secret")["Body"].read() == b"x"


def test_user_of_a_folder_creates_and_reads_it(gateway: Gateway, bucket: str) -> None:
    bob = gateway.s3(
        gateway.account.key_of("bob", allow("s3:*", resource=f"arn:aws:s3:::{bucket}/home/bob/*"))
    )
    bob.put_object(Bucket=bucket, Key="home/bob/", Body=b"")
    bob.head_object(Bucket=bucket, Key="home/bob/")
    bob.put_object(Bucket=bucket, Key="home/bob/sub/", Body=b"")
    bob.delete_object(Bucket=bucket, Key="home/bob/sub/")
    assert error_code(bob.delete_object, Bucket=bucket, Key="home/bob/") == "AccessDenied"
