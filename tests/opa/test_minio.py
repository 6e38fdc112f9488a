"""What MinIO's policy plugin and that of RustFS send, with the fields of their documentation and source."""

from collections.abc import Callable
from typing import Any

import pytest

from iamd.store import resource_policies
from tests.opa.conftest import MINIO, RUSTFS, Asker
from tests.servers import allow, deny, document


def minio_input(user: str, **changes: Any) -> dict[str, Any]:
    """Return the input of a download, as MinIO sends it."""
    values = {
        "account": user,
        "groups": None,
        "action": "s3:GetObject",
        "bucket": "test",
        "conditions": {
            "Authorization": [
                "AWS4-HMAC-SHA256 Credential=bob/20220507/us-east-1/s3/aws4_request, Signature=0"
            ],
            "CurrentTime": ["2022-05-07T18:31:41Z"],
            "EpochTime": ["1651948301"],
            "Referer": [""],
            "SecureTransport": ["false"],
            "SourceIp": ["10.0.0.7"],
            "User-Agent": ["MinIO (linux; amd64) minio-go/v7.0.24"],
            "UserAgent": ["MinIO (linux; amd64) minio-go/v7.0.24"],
            "X-Amz-Content-Sha256": ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
            "X-Amz-Date": ["20220507T183141Z"],
            "authType": ["REST-HEADER"],
            "principaltype": ["User"],
            "signatureversion": ["AWS4-HMAC-SHA256"],
            "userid": [user],
            "username": [user],
            "versionid": [""],
        },
        "owner": False,
        "object": "a/ü+x",
        "claims": {},
        "denyOnly": False,
    }
    return {**values, **changes}


def rustfs_input(user: str, **changes: Any) -> dict[str, Any]:
    """Return the input of a download, as RustFS sends it."""
    values = {
        "identity": {"account": user, "groups": [], "is_owner": False, "claims": {}},
        "resource": {"bucket": "test", "object": "a/ü+x", "arn": "arn:aws:s3:::test/a/ü+x"},
        "action": "s3:GetObject",
        "context": {
            "conditions": {"SourceIp": ["10.0.0.7"], "username": [user]},
            "deny_only": False,
            "timestamp": "2026-01-01T00:00:00Z",
        },
    }
    return {**values, **changes}


@pytest.mark.parametrize(("name", "build"), [(MINIO, minio_input), (RUSTFS, rustfs_input)])
def test_policies_decide(
    asker: Asker, create_user: Callable[..., str], name: str, build: Callable[..., dict[str, Any]]
) -> None:
    create_user("bob", allow("s3:GetObject", resource="arn:aws:s3:::test/a/*"))
    create_user("alice")
    assert asker.result(name, build("bob")) is True
    assert asker.result(name, build("alice")) is False
    assert asker.result(name, build("nobody")) is False
    assert asker.result(name, build("bob", action="s3:PutObject")) is False


def test_bucket_without_an_object_and_no_bucket(asker: Asker, create_user: Callable[..., str]) -> None:
    create_user("bob", allow("s3:ListBucket", resource="arn:aws:s3:::test"), allow("admin:ServerInfo"))
    create_user("alice", allow("admin:ServerInfo", resource="arn:aws:s3:::test"))
    assert asker.result(MINIO, minio_input("bob", action="s3:ListBucket", object=""))
    info = {"action": "admin:ServerInfo", "bucket": "", "object": ""}
    assert asker.result(MINIO, minio_input("bob", **info))
    assert not asker.result(MINIO, minio_input("alice", **info))


def test_bucket_policies_of_iamd_decide_too(asker: Asker, create_user: Callable[..., str]) -> None:
    create_user("bob", allow("s3:*"))
    policy = document(deny("s3:GetObject", resource="arn:aws:s3:::test/a/*", Principal="*"))
    account = asker.account
    with account.server.store.database.write() as tx:
        resource_policies.put(tx, account.account_id, "arn:aws:s3:::test", policy)
    assert not asker.result(MINIO, minio_input("bob"))
    assert asker.result(MINIO, minio_input("bob", object="b"))


def test_conditions_are_believed(asker: Asker, create_user: Callable[..., str]) -> None:
    from_office = {"IpAddress": {"aws:SourceIp": "10.0.0.0/24"}}
    create_user("bob", allow("s3:*", Condition=from_office))
    listing = {"StringEquals": {"s3:prefix": "home/"}}
    create_user("alice", allow("s3:ListBucket", Condition=listing))
    assert asker.result(MINIO, minio_input("bob"))
    assert not asker.result(MINIO, minio_input("bob", conditions={"SourceIp": ["10.0.1.1"]}))
    assert not asker.result(MINIO, minio_input("bob", conditions={}))
    for name in ("Prefix", "prefix"):
        values = minio_input("alice", action="s3:ListBucket", object="", conditions={name: ["home/"]})
        assert asker.result(MINIO, values)


@pytest.mark.parametrize(
    "conditions",
    [
        {"SourceIp": ["10.0.1.1", "10.0.0.7"]},  # ?SourceIp=10.0.0.7
        {"Sourceip": ["10.0.0.7"]},  # a header SourceIp
        {"sourceip": ["10.0.0.7"]},
        {"aws:SourceIp": ["10.0.0.7"]},
        {"SourceIp": ["10.0.0.7"], "prefix": ["a"], "Prefix": ["b"]},
        {"SourceIp": ["10.0.0.7"], "X-Amz-Acl": ["private", "public-read"]},
    ],
)
def test_client_cannot_add_conditions(
    asker: Asker, create_user: Callable[..., str], conditions: dict[str, list[str]]
) -> None:
    create_user("bob", allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/24"}}))
    assert asker.result(MINIO, minio_input("bob"))
    assert not asker.result(MINIO, minio_input("bob", conditions=conditions))


def test_what_iamd_knows_itself_cannot_be_given(asker: Asker, create_user: Callable[..., str]) -> None:
    create_user("bob", allow("s3:*", Condition={"StringEquals": {"aws:username": "alice"}}))
    assert not asker.result(
        MINIO, minio_input("bob", conditions={"username": ["alice"], "aws:username": ["alice"]})
    )


def test_derived_credentials_are_not_those_of_a_user(asker: Asker, create_user: Callable[..., str]) -> None:
    create_user("bob", allow("s3:*"))
    claims = {"parent": "alice", "sa-policy": "inherited-policy"}
    assert not asker.result(MINIO, minio_input("bob", claims=claims))
    identity = {"account": "bob", "claims": claims}
    assert not asker.result(RUSTFS, rustfs_input("bob", identity=identity))


@pytest.mark.parametrize(
    "changes",
    [
        {"bucket": "te/st"},
        {"bucket": "*"},
        {"bucket": ""},
        {"object": "a\nb"},
        {"action": ""},
        {"action": "s3:*"},
        {"action": "GetObject"},
        {"account": ""},
    ],
)
def test_what_cannot_be_mapped_is_denied(
    asker: Asker, create_user: Callable[..., str], changes: dict[str, str]
) -> None:
    create_user("bob", allow("*"))
    assert asker.result(MINIO, minio_input("bob", **changes)) is False
