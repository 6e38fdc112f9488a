"""What proxies are told: statuses, headers and error documents, without a proxy and a store."""

import contextlib
import http.client
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iamd.config import Settings
from iamd.core.clock_steps import ClockSteps
from iamd.datastore import open_store
from iamd.forward_auth import delete_request, xml_text
from iamd.forward_auth.endpoint import (
    AUTH_REQUEST_PATH,
    FORWARD_AUTH_PATH,
    REQUESTS_PATH,
    ForwardAuthEndpoint,
)
from iamd.forward_auth.s3_authorization import S3Authorizer
from iamd.forward_auth.s3_operations import S3Operations
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.callers import CallerCache
from iamd.gate.client_info import ProxySettings
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.decisions import DecisionPoint
from iamd.gate.rate_limits import RateLimiter
from iamd.gate.request_bodies import RequestBodies
from tests import servers
from tests.api.test_audit import events, eventually
from tests.forward_auth import s3_signing
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.s3_signing import HOST, REGION, Key, S3Request, presigned, signed
from tests.servers import Account, Server, allow, deny, document

STORE = "http://STOREKEY:secret@127.0.0.1:9"  # where nothing listens
ASK = allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/s3")
CLIENT_ADDRESS = "203.0.113.9"


class Response(NamedTuple):
    """A response to a proxy; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return ET.fromstring(self.body).findtext("Code") or ""

    @property
    def message(self) -> str:
        return ET.fromstring(self.body).findtext("Message") or ""


class Proxy(NamedTuple):
    """A proxy with an API key, and an administrator who is a client of it."""

    account: Account
    api_key: str

    @property
    def key(self) -> Key:
        return Key(self.account.access_key_id, self.account.secret_access_key)

    def authorize(self, request: S3Request) -> Response:
        """Ask as nginx does."""
        return self.ask(AUTH_REQUEST_PATH, self.headers(request))

    def explain(self, request: S3Request) -> Response:
        """Ask as other proxies do, and as nginx for the error document."""
        return self.ask(FORWARD_AUTH_PATH, self.headers(request))

    def headers(self, request: S3Request) -> dict[str, str]:
        """Return the headers that describe a client's request."""
        own_headers = {name: value for name, value in request.headers.items() if name != "host"}
        return {
            **own_headers,
            "X-Iamd-Api-Key": self.api_key,
            "X-Forwarded-Method": request.method,
            "X-Forwarded-Uri": request.target,
            "X-Forwarded-Host": request.headers["host"],
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": CLIENT_ADDRESS,
        }

    def pass_on(self, request: S3Request, body: bytes) -> Response:
        """Pass a request with its body to iamd, which answers it itself."""
        return self.ask(REQUESTS_PATH, self.headers(request), request.method, body)

    def ask(
        self, path: str, headers: dict[str, str], method: str = "GET", body: bytes | None = None
    ) -> Response:
        address = self.account.server.url.removeprefix("http://")
        with contextlib.closing(http.client.HTTPConnection(address, timeout=20)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, received, response.read())


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return an iamd that knows a store, which need not exist."""
    data = tmp_path_factory.mktemp("iamd") / "data"
    settings = {"IAMD_S3_STORE": STORE, "IAMD_S3_HOSTS": HOST}
    with servers.serving_new_store(data, **settings) as running:
        yield running


@pytest.fixture
def proxy(s3_server: Server) -> Proxy:
    account = servers.create_account(s3_server)
    return Proxy(account, create_api_key(account, ASK))


# What is allowed.


def session_credentials(account: Account) -> Key:
    """Return temporary credentials of the administrator."""
    credentials = account.sts.get_session_token()["Credentials"]
    return Key(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


ALLOWED: dict[str, Callable[[Proxy], S3Request]] = {
    "GetObject": lambda proxy: signed(proxy.key),
    "HeadObject": lambda proxy: signed(proxy.key, "HEAD"),
    "PutObject": lambda proxy: signed(proxy.key, "PUT", content_type="text/plain"),
    "ListObjectsV2": lambda proxy: signed(proxy.key, "GET", "/bucket?list-type=2&prefix=a%2F"),
    "ListBuckets": lambda proxy: signed(proxy.key, "GET", "/"),
    "encoded key": lambda proxy: signed(proxy.key, "GET", "/bucket/a%20b/%C3%BC"),
    "bucket in the host": lambda proxy: signed(proxy.key, "GET", "/key", host=f"bucket.{HOST}"),
    "unsigned payload": lambda proxy: signed(proxy.key, "PUT", context=s3_signing.UNSIGNED_PAYLOAD),
    "unsigned payload with a trailer": lambda proxy: signed(
        proxy.key, "PUT", context=s3_signing.UNSIGNED_STREAM, x_amz_trailer="x-amz-checksum-crc32"
    ),
    "presigned": lambda proxy: presigned(proxy.key),
    "presigned upload": lambda proxy: presigned(proxy.key, "PUT"),
    "presigned with a parameter": lambda proxy: presigned(proxy.key, target="/bucket/key?versionId=1"),
    "session": lambda proxy: signed(session_credentials(proxy.account)),
    "presigned session": lambda proxy: presigned(session_credentials(proxy.account)),
    "old, but within 15 minutes": lambda proxy: signed(
        proxy.key, at=datetime.now(UTC) - timedelta(minutes=14)
    ),
    "another Region": lambda proxy: signed(proxy.key, region="us-west-2"),
}


@pytest.mark.parametrize("request_", ALLOWED.values(), ids=ALLOWED.keys())
def test_request_is_allowed(proxy: Proxy, request_: Callable[[Proxy], S3Request]) -> None:
    request = request_(proxy)
    for response in (proxy.authorize(request), proxy.explain(request)):
        assert (response.status, response.body) == (200, b"")
        assert response.headers["cache-control"] == "no-store"
        authorization = response.headers["x-iamd-store-authorization"]
        assert authorization.startswith("AWS4-HMAC-SHA256 Credential=STOREKEY/")
        assert response.headers["x-iamd-store-date"][:8] in authorization
        assert "X-Amz-" not in response.headers["x-iamd-store-uri"]
        assert proxy.key.access_key_id not in str(response.headers)
        assert proxy.api_key not in str(response.headers)


def test_target_for_the_store_has_the_bucket_in_its_path(proxy: Proxy) -> None:
    request = signed(proxy.key, "GET", "/a%20b?versionId=1", host=f"bucket.{HOST}")
    assert proxy.authorize(request).headers["x-iamd-store-uri"] == "/bucket/a%20b?versionId=1"


def test_identity_of_a_user(proxy: Proxy) -> None:
    headers = proxy.authorize(signed(proxy.key)).headers
    user = proxy.account.iam.get_user()["User"]
    assert headers["x-iamd-arn"] == user["Arn"]
    assert headers["x-iamd-account"] == proxy.account.account_id
    assert headers["x-iamd-user-id"] == user["UserId"]


def test_identity_of_a_role_session(proxy: Proxy) -> None:
    account = proxy.account
    trust = {"Effect": "Allow", "Principal": {"AWS": account.account_id}, "Action": "sts:AssumeRole"}
    role = account.iam.create_role(RoleName="Reader", AssumeRolePolicyDocument=document(trust))["Role"]
    account.iam.put_role_policy(
        RoleName="Reader", PolicyName="test", PolicyDocument=document(allow("s3:GetObject"))
    )
    assumed = account.sts.assume_role(RoleArn=role["Arn"], RoleSessionName="ses")
    credentials = assumed["Credentials"]
    key = Key(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])
    headers = proxy.authorize(signed(key)).headers
    assert headers["x-iamd-arn"] == assumed["AssumedRoleUser"]["Arn"]
    assert headers["x-iamd-user-id"] == assumed["AssumedRoleUser"]["AssumedRoleId"]
    assert proxy.authorize(signed(key, "PUT")).status == 403


def test_server_that_knows_no_store_signs_nothing(server: Server) -> None:
    account = servers.create_account(server)
    proxy = Proxy(account, create_api_key(account, ASK))
    response = proxy.authorize(signed(proxy.key))
    assert response.status == 200
    assert "x-iamd-arn" in response.headers
    assert not any(name.startswith("x-iamd-store") for name in response.headers)


# What is refused.


class Refusal(NamedTuple):
    """A request that is refused, with the error of S3 and a part of its message."""

    request: Callable[[Proxy], S3Request]
    status: int
    code: str
    message: str


def without_permissions(proxy: Proxy) -> Key:
    return Key(*proxy.account.key_of("bob", allow("s3:PutObject")))


def ago(**duration: int) -> datetime:
    return datetime.now(UTC) - timedelta(**duration)


SKEWED = "The difference between the request time and the current time is too large."
NO_MATCH = "The request signature we calculated does not match"
V2_QUERY = "/bucket/key?AWSAccessKeyId=AKIA&Expires=2000000000&Signature=x"
REFUSALS: dict[str, Refusal] = {
    "not permitted": Refusal(
        lambda proxy: signed(without_permissions(proxy)),
        403,
        "AccessDenied",
        "is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket/key because",
    ),
    "not signed": Refusal(
        lambda _: S3Request("GET", "/bucket/key", {"host": HOST}),
        403,
        "AccessDenied",
        "Access Denied: the request is not signed.",
    ),
    "unknown key": Refusal(
        lambda _: signed(Key("AKIAAAAAAAAAAAAAAAAA", "x")), 403, "InvalidAccessKeyId", "does not exist"
    ),
    "wrong secret": Refusal(
        lambda proxy: signed(proxy.key._replace(secret_access_key="x")),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "other method": Refusal(
        lambda proxy: signed(proxy.key)._replace(method="DELETE"), 403, "SignatureDoesNotMatch", NO_MATCH
    ),
    "other target": Refusal(
        lambda proxy: signed(proxy.key)._replace(target="/bucket/other"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "other host": Refusal(
        lambda proxy: signed(proxy.key).with_headers(host="other.example.com"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "header that is not signed": Refusal(
        lambda proxy: signed(proxy.key).with_headers(x_amz_acl="public-read"),
        403,
        "SignatureDoesNotMatch",
        "'x-amz-acl' must be a 'SignedHeader'",
    ),
    "token that is not signed": Refusal(
        lambda proxy: signed(proxy.key).with_headers(x_amz_security_token="x"),
        403,
        "SignatureDoesNotMatch",
        "'x-amz-security-token' must be a 'SignedHeader'",
    ),
    "session without its token": Refusal(
        lambda proxy: signed(session_credentials(proxy.account)._replace(token=None)),
        403,
        "InvalidAccessKeyId",
        "does not exist",
    ),
    "long-term key with a token": Refusal(
        lambda proxy: signed(proxy.key._replace(token="x")), 403, "InvalidAccessKeyId", "does not exist"
    ),
    "signed too long ago": Refusal(
        lambda proxy: signed(proxy.key, at=ago(minutes=16)), 403, "RequestTimeTooSkewed", SKEWED
    ),
    "signed in the future": Refusal(
        lambda proxy: signed(proxy.key, at=ago(minutes=-16)), 403, "RequestTimeTooSkewed", SKEWED
    ),
    "presigned in the future": Refusal(
        lambda proxy: presigned(proxy.key, at=ago(minutes=-16)), 403, "RequestTimeTooSkewed", SKEWED
    ),
    "expired presigned URL": Refusal(
        lambda proxy: presigned(proxy.key, at=ago(seconds=70)), 403, "AccessDenied", "Request has expired"
    ),
    "presigned for more than a week": Refusal(
        lambda proxy: presigned(proxy.key, expires=604_801),
        400,
        "AuthorizationQueryParametersError",
        "X-Amz-Expires",
    ),
    "signed twice": Refusal(
        lambda proxy: presigned(proxy.key).with_headers(
            authorization=signed(proxy.key).headers["authorization"]
        ),
        400,
        "AuthorizationQueryParametersError",
        "not in both",
    ),
    "malformed signature": Refusal(
        lambda proxy: signed(proxy.key).with_headers(authorization="AWS4-HMAC-SHA256 Credential=x"),
        400,
        "AuthorizationHeaderMalformed",
        "requires 'Signature' parameter",
    ),
    "other service": Refusal(
        lambda proxy: signed(proxy.key, service="sts"),
        403,
        "SignatureDoesNotMatch",
        "Credential should be scoped to correct service: 's3'.",
    ),
    "Region that is none": Refusal(
        lambda proxy: signed(proxy.key, region="EU"), 403, "SignatureDoesNotMatch", "valid Region"
    ),
    "no payload hash": Refusal(
        lambda proxy: signed(proxy.key).without_header("x-amz-content-sha256"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "payload hash that is none": Refusal(
        lambda proxy: signed(proxy.key).with_headers(x_amz_content_sha256="x"),
        403,
        "SignatureDoesNotMatch",
        "must be UNSIGNED-PAYLOAD or a SHA-256 in hex",
    ),
    "other payload hash": Refusal(
        lambda proxy: signed(proxy.key, "PUT").with_headers(x_amz_content_sha256="UNSIGNED-PAYLOAD"),
        403,
        "SignatureDoesNotMatch",
        NO_MATCH,
    ),
    "chunks that are signed": Refusal(
        lambda proxy: signed(proxy.key, "PUT").with_headers(
            x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        ),
        501,
        "NotImplemented",
        "Chunks that are signed one by one (STREAMING-AWS4-HMAC-SHA256-PAYLOAD) cannot be passed on to this "
        "store. Turn chunked encoding off in the client, or use https, over which most clients send an "
        "unsigned payload.",
    ),
    "chunks that are signed, with a trailer": Refusal(
        lambda proxy: signed(proxy.key, "PUT").with_headers(
            x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        ),
        501,
        "NotImplemented",
        "Chunks that are signed one by one",
    ),
    "Signature Version 2": Refusal(
        lambda _: S3Request("GET", "/bucket/key", {"host": HOST, "authorization": "AWS AKIA:x"}),
        400,
        "InvalidRequest",
        "Please use AWS4-HMAC-SHA256.",
    ),
    "Signature Version 2 in the query": Refusal(
        lambda _: S3Request("GET", V2_QUERY, {"host": HOST}),
        400,
        "InvalidRequest",
        "Please use AWS4-HMAC-SHA256.",
    ),
    "asymmetric signature": Refusal(
        lambda proxy: signed(proxy.key).with_headers(authorization="AWS4-ECDSA-P256-SHA256 Credential=x"),
        400,
        "AuthorizationHeaderMalformed",
        "Unsupported AWS 'algorithm'",
    ),
    "ambiguous path": Refusal(
        lambda proxy: signed(proxy.key, target="/bucket/a//b"), 400, "InvalidURI", "segment"
    ),
    "ambiguous query": Refusal(
        lambda proxy: signed(proxy.key, target="/bucket?acl=&policy="), 400, "InvalidURI", "acl"
    ),
    "not in the map": Refusal(
        lambda proxy: signed(proxy.key, "PATCH"), 403, "AccessDenied", "Access Denied: "
    ),
    "not in the map, by its query": Refusal(
        lambda proxy: signed(proxy.key, target="/bucket/key?unknown=1"),
        403,
        "AccessDenied",
        "Access Denied: ",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS.keys())
def test_request_is_refused(proxy: Proxy, refusal: Refusal) -> None:
    request = refusal.request(proxy)
    explained = proxy.explain(request)
    assert (explained.status, explained.code) == (refusal.status, refusal.code)
    assert refusal.message in explained.message
    assert explained.headers["content-type"] == "application/xml"
    root = ET.fromstring(explained.body)
    assert root.findtext("Resource") == request.target.partition("?")[0]
    assert root.findtext("RequestId") == explained.headers["x-amz-request-id"]

    told_to_nginx = proxy.authorize(request)
    assert (told_to_nginx.status, told_to_nginx.body) == (403, b"")
    for response in (explained, told_to_nginx):
        assert response.headers["cache-control"] == "no-store"
        assert not any(name.startswith("x-iamd") for name in response.headers)


@pytest.mark.parametrize("name", ["not permitted", "wrong secret", "ambiguous path", "not in the map"])
def test_refusal_of_head_has_no_document(proxy: Proxy, name: str) -> None:
    request = REFUSALS[name].request(proxy)._replace(method="HEAD")
    response = proxy.explain(request)
    assert response.status in (400, 403)
    assert response.body == b""
    assert response.headers["content-length"] == "0"


OWN_OPERATIONS = [
    ("DeleteBucket", "DELETE", "/bucket"),
    ("DeleteBucketPolicy", "DELETE", "/bucket?policy="),
    ("DeleteObjects", "POST", "/bucket?delete="),
    ("GetBucketPolicy", "GET", "/bucket?policy="),
    ("GetBucketPolicyStatus", "GET", "/bucket?policyStatus="),
    ("PutBucketPolicy", "PUT", "/bucket?policy="),
]


@pytest.mark.parametrize(("operation", "method", "target"), OWN_OPERATIONS)
def test_operation_that_iamd_answers_is_not_for_the_store(
    proxy: Proxy, operation: str, method: str, target: str
) -> None:
    request = signed(proxy.key, method, target)
    response = proxy.explain(request)
    assert (response.status, response.code) == (403, "AccessDenied")
    assert response.message == (
        f"Access Denied: the proxy must pass {operation} to iamd; see docs/services.md."
    )
    assert proxy.authorize(request).status == 403


# The proxy itself.

PATHS = (AUTH_REQUEST_PATH, FORWARD_AUTH_PATH, REQUESTS_PATH)


@pytest.mark.parametrize("api_key", [None, "", "iamd_x", "x" * 129, "AKIAAAAAAAAAAAAAAAAA"])
@pytest.mark.parametrize("path", PATHS)
def test_proxy_without_a_valid_api_key(proxy: Proxy, path: str, api_key: str | None) -> None:
    headers = proxy.headers(signed(proxy.key))
    del headers["X-Iamd-Api-Key"]
    if api_key is not None:
        headers["X-Iamd-Api-Key"] = api_key
    response = proxy.ask(path, headers)
    assert response.headers["www-authenticate"] == "Bearer"
    if path == AUTH_REQUEST_PATH:
        assert (response.status, response.body) == (403, b"")
    else:
        assert (response.status, response.code) == (401, "InvalidApiKey")


def test_api_key_in_another_header_is_none(proxy: Proxy) -> None:
    headers = proxy.headers(signed(proxy.key))
    headers["Authorization"] = f"Bearer {headers.pop('X-Iamd-Api-Key')}"
    assert proxy.ask(FORWARD_AUTH_PATH, headers).status == 401


def test_api_key_comes_before_the_client(proxy: Proxy) -> None:
    headers = proxy.headers(S3Request("GET", "//", {"host": HOST})) | {"X-Iamd-Api-Key": "iamd_x"}
    assert proxy.ask(FORWARD_AUTH_PATH, headers).code == "InvalidApiKey"


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:*"),
        allow("iamd:EvaluateAccess"),
        allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/authzen"),
        deny("iamd:AuthorizeRequest"),
    ],
)
def test_proxy_without_the_permission_to_ask(proxy: Proxy, statement: dict[str, Any]) -> None:
    other = proxy._replace(api_key=create_api_key(proxy.account, statement, name="other"))
    response = other.explain(signed(proxy.key))
    assert (response.status, response.code) == (403, "AccessDenied")
    assert "user/other is not authorized to perform: iamd:AuthorizeRequest" in response.message
    assert other.authorize(signed(proxy.key)).status == 403


@pytest.mark.parametrize("name", ["X-Forwarded-Method", "X-Forwarded-Uri", "X-Forwarded-Host"])
@pytest.mark.parametrize("path", PATHS)
def test_proxy_must_say_what_the_request_was(proxy: Proxy, path: str, name: str) -> None:
    headers = proxy.headers(signed(proxy.key))
    del headers[name]
    response = proxy.ask(path, headers)
    if path == AUTH_REQUEST_PATH:
        assert (response.status, response.body) == (403, b"")
    else:
        assert (response.status, response.code) == (400, "InvalidRequest")
        assert response.message == f"The proxy must send the header {name}."


def test_address_of_the_client_is_a_condition_key(proxy: Proxy) -> None:
    inside = {"IpAddress": {"aws:SourceIp": f"{CLIENT_ADDRESS}/32"}}
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    key = Key(*proxy.account.key_of("bob", allow("s3:GetObject", Condition={**inside, **secure})))
    headers = proxy.headers(signed(key))
    assert proxy.ask(AUTH_REQUEST_PATH, headers).status == 200
    others: list[dict[str, str]] = [
        {"X-Forwarded-For": "198.51.100.7"},
        {"X-Forwarded-For": f"{CLIENT_ADDRESS}, 198.51.100.7"},
        {"X-Forwarded-Proto": "http"},
    ]
    for other in others:
        assert proxy.ask(AUTH_REQUEST_PATH, headers | other).status == 403


def test_buckets_belong_to_the_account_of_the_proxy(proxy: Proxy, s3_server: Server) -> None:
    other = servers.create_account(s3_server)
    request = signed(Key(other.access_key_id, other.secret_access_key))
    assert proxy.explain(request).code == "AccessDenied"
    assert Proxy(other, create_api_key(other, ASK)).authorize(request).status == 200


# Requests that iamd answers itself.


def delete_objects(proxy: Proxy, key: Key | None = None, **headers: str) -> S3Request:
    """Return DeleteObjects with an unsigned payload."""
    payload = s3_signing.UNSIGNED_PAYLOAD
    return signed(
        key or proxy.key, "POST", "/bucket?delete=", at=None, context=payload, content_type="x/y", **headers
    )


DELETE = b"<Delete><Object><Key>a</Key></Object></Delete>"
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "MalformedXML"),
    "text": (b"text", "MalformedXML"),
    "other document": (b"<Tagging/>", "MalformedXML"),
    "document type": (b"<!DOCTYPE Delete>" + DELETE, "MalformedXML"),
    "unknown encoding": (b'<?xml version="1.0" encoding="none"?>' + DELETE, "MalformedXML"),
    "condition": (DELETE.replace(b"</Key>", b"</Key><ETag>x</ETag>"), "MalformedXML"),
    "store that cannot be reached": (DELETE, "ServiceUnavailable"),
}


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES.keys())
def test_body_of_delete_objects(proxy: Proxy, body: bytes, code: str) -> None:
    response = proxy.pass_on(delete_objects(proxy), body)
    assert (response.status, response.code) == (503 if code == "ServiceUnavailable" else 400, code)


def test_body_must_have_the_hash_that_is_signed(proxy: Proxy) -> None:
    request = signed(proxy.key, "POST", "/bucket?delete=")
    response = proxy.pass_on(request, DELETE)
    assert (response.status, response.code) == (400, "XAmzContentSHA256Mismatch")


def test_body_in_chunks_is_refused(proxy: Proxy) -> None:
    request = signed(proxy.key, "POST", "/bucket?delete=", context=s3_signing.UNSIGNED_STREAM)
    response = proxy.pass_on(request, DELETE)
    assert (response.status, response.code) == (400, "InvalidRequest")


def test_body_that_is_too_large(proxy: Proxy) -> None:
    headers = {**proxy.headers(delete_objects(proxy)), "Content-Length": str(2 * 1024 * 1024 + 1)}
    response = proxy.ask(REQUESTS_PATH, headers, "POST")
    assert (response.status, response.code) == (400, "MaxMessageLengthExceeded")


def test_body_that_belongs_to_the_store(proxy: Proxy) -> None:
    request = signed(proxy.key, "PUT", context=s3_signing.UNSIGNED_PAYLOAD)
    response = proxy.pass_on(request, b"content")
    assert (response.status, response.code) == (400, "InvalidRequest")
    assert response.message == "The proxy must pass this request on to the store."


def test_objects_that_may_not_be_deleted_are_errors(proxy: Proxy) -> None:
    bob = Key(*proxy.account.key_of("bob", allow("s3:*", resource="arn:aws:s3:::bucket/bob/*")))
    denied, ambiguous = ("eve/a", "a&<>"), ("a\r", "bob//a", "bob/../a")
    keys = {**dict.fromkeys(denied, "AccessDenied"), **dict.fromkeys(ambiguous, "InvalidURI")}
    objects = "".join(f"<Object><Key>{xml_text.escape(key)}</Key></Object>" for key in keys)
    response = proxy.pass_on(delete_objects(proxy, bob), f"<Delete>{objects}</Delete>".encode())
    assert response.status == 200  # the store was not asked
    namespace = f"{{{delete_request.NAMESPACE}}}"
    errors = ET.fromstring(response.body).findall(f"{namespace}Error")
    assert {error.findtext(f"{namespace}Key"): error.findtext(f"{namespace}Code") for error in errors} == keys
    records = eventually(proxy.account, "DeleteObjects")
    assert {record["requestParameters"]["key"] for record in records} == set(denied)


# The audit log.


def test_denial_is_recorded(proxy: Proxy) -> None:
    response = proxy.explain(signed(without_permissions(proxy)))
    (record,) = eventually(proxy.account, "GetObject")
    assert (record["eventSource"], record["eventCategory"]) == ("s3.amazonaws.com", "Data")
    assert (record["errorCode"], record["errorMessage"]) == ("AccessDenied", response.message)
    assert record["requestParameters"] == {"Host": HOST, "bucketName": "bucket", "key": "key"}
    assert record["userIdentity"]["userName"] == "bob"
    assert (record["sourceIPAddress"], record["awsRegion"]) == (CLIENT_ADDRESS, REGION)
    assert record["requestID"] == response.headers["x-amz-request-id"]
    assert record["recipientAccountId"] == proxy.account.account_id


def test_what_is_allowed_is_recorded_once_a_minute_with_a_count(proxy: Proxy) -> None:
    account = proxy.account
    with servers.serving(account.server.store, *account.server.arguments, IAMD_S3_STORE=STORE) as server:
        same = proxy._replace(account=account._replace(server=server))
        for target in ("/bucket/a", "/bucket/b", "/bucket/c", "/other-bucket/a"):
            assert same.authorize(signed(proxy.key, target=target)).status == 200
        assert same.authorize(signed(proxy.key, "PUT")).status == 200
    records = events(account, "GetObject")  # the rest is written when the server stops
    assert sorted(
        (record["requestParameters"]["bucketName"], record["requestParameters"]["key"], count(record))
        for record in records
    ) == [("bucket", "a", 1), ("bucket", "c", 2), ("other-bucket", "a", 1)]
    assert {record["eventSource"] for record in records} == {"s3.amazonaws.com"}
    assert not any("errorCode" in record for record in records)
    assert [count(record) for record in events(account, "PutObject")] == [1]


def count(record: dict[str, Any]) -> int:
    return int(record.get("additionalEventData", {}).get("count", 1))


def test_last_use_of_the_access_key(proxy: Proxy) -> None:
    key = Key(*proxy.account.key_of("bob", allow("s3:*")))
    assert proxy.authorize(signed(key)).status == 200
    deadline, used = time.monotonic() + 10, dict[str, Any]()
    while used.get("ServiceName") != "s3" and time.monotonic() < deadline:
        response = proxy.account.iam.get_access_key_last_used(AccessKeyId=key.access_key_id)
        used = response["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("s3", REGION)


# Failures of iamd itself.


@contextlib.contextmanager
def endpoint_without_a_database(data: Path) -> Iterator[ForwardAuthEndpoint]:
    """Yield an endpoint whose database has been destroyed."""
    store = open_store(Settings(data=data))
    authenticator = Authenticator(store.vault, SessionLimits(3600, 3600, ClockSteps()))
    audit_queue = AuditQueue(store.database, timedelta(days=90))
    point = DecisionPoint(store.database, authenticator, audit_queue, RateLimiter(None), CallerCache())
    authorizer = S3Authorizer(point, (), None)
    operations, settings = S3Operations(authorizer, None), ProxySettings(None, None, ())
    audit_queue.close()
    store.database.close()
    (data / "iamd.sqlite3").write_bytes(b"destroyed" * 1_000)
    yield ForwardAuthEndpoint(authorizer, operations, settings, contextlib.nullcontext(), RequestBodies(1))
    store.database.close()


@pytest.mark.parametrize(("path", "has_document"), [(AUTH_REQUEST_PATH, False), (FORWARD_AUTH_PATH, True)])
def test_failure_is_not_told_as_a_refusal(tmp_path: Path, path: str, has_document: bool) -> None:
    environ = {
        "PATH_INFO": path,
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_X_IAMD_API_KEY": "iamd_x",
        "HTTP_X_FORWARDED_METHOD": "GET",
        "HTTP_X_FORWARDED_URI": "/bucket/key",
        "HTTP_X_FORWARDED_HOST": HOST,
    }
    statuses: list[str] = []
    with endpoint_without_a_database(tmp_path / "data") as endpoint:
        body = b"".join(endpoint(environ, lambda status, _headers: statuses.append(status)))
    assert statuses == ["503 Service Unavailable"]
    assert bool(body) == has_document
    assert (b"<Code>ServiceUnavailable</Code>" in body) == has_document
