"""What proxies are told about requests that are allowed, and who may ask."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iamd.config import Settings
from iamd.core.clock_steps import ClockSteps
from iamd.core.execution_slots import ExecutionSlots
from iamd.datastore import open_store
from iamd.forward_auth.endpoint import REQUESTS_PATH, ForwardAuthEndpoint
from iamd.forward_auth.s3_authorization import S3Authorizer, S3Store
from iamd.forward_auth.s3_operations import S3Operations
from iamd.forward_auth.service_authorization import ServiceAuthorizer
from iamd.gate.audit_queue import AuditQueue
from iamd.gate.authenticator import Authenticator
from iamd.gate.callers import CallerCache
from iamd.gate.client_info import ProxySettings
from iamd.gate.concurrency_limits import AddressLimits
from iamd.gate.console_sessions import SessionLimits
from iamd.gate.decisions import DecisionPoint
from iamd.gate.rate_limits import RateLimiter
from iamd.gate.request_bodies import RequestBodies
from tests import servers
from tests.forward_auth import s3_signing
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.proxy import (
    ASK,
    AUTH_REQUEST_PATH,
    CLIENT_ADDRESS,
    DENIAL_PATH,
    FORWARD_AUTH_PATH,
    Proxy,
    session_credentials,
)
from tests.forward_auth.s3_signing import HOST, Key, S3Request, presigned, signed
from tests.http_server import raw
from tests.servers import Server, allow, deny, document

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


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::*"])
def test_listing_buckets_is_allowed_and_denied_as_on_aws(proxy: Proxy, resource: str) -> None:
    bob = proxy.account.key_of("bob", allow("s3:ListAllMyBuckets", resource=resource))
    eve = proxy.account.key_of("eve", allow("s3:*"), deny("s3:ListAllMyBuckets", resource=resource))
    assert proxy.explain(signed(Key(*bob), target="/")).status == 200
    assert proxy.explain(signed(Key(*eve), target="/")).status == 403


def test_listing_buckets_is_not_allowed_by_a_bucket(proxy: Proxy) -> None:
    bob = Key(*proxy.account.key_of("bob", allow("s3:*", resource=["arn:aws:s3:::b*", "arn:aws:s3:::*/*"])))
    assert proxy.explain(signed(bob, target="/bucket")).status == 200
    assert proxy.explain(signed(bob, target="/")).status == 403


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


def test_buckets_belong_to_the_account_of_the_proxy(proxy: Proxy, account_ids: Iterator[str]) -> None:
    other = servers.create_account(proxy.account.server, next(account_ids))
    request = signed(Key(other.access_key_id, other.secret_access_key))
    assert proxy.explain(request).code == "AccessDenied"
    assert Proxy(other, create_api_key(other, ASK)).authorize(request).status == 200


@pytest.mark.parametrize("path", PATHS)
def test_store_is_not_open_to_other_accounts_of_the_server(proxy: Proxy, path: str) -> None:
    stranger = servers.create_account(proxy.account.server)
    asker = Proxy(stranger, create_api_key(stranger, ASK))
    request = signed(Key(stranger.access_key_id, stranger.secret_access_key))
    response = asker.ask(path, asker.headers(request))
    assert response.status == 403
    assert "x-iamd-store-authorization" not in response.headers


@contextlib.contextmanager
def endpoint_without_a_database(data: Path) -> Iterator[ForwardAuthEndpoint]:
    """Yield an endpoint whose database has been destroyed."""
    store = open_store(Settings(data=data))
    authenticator = Authenticator(store.vault, SessionLimits(3600, 3600, ClockSteps()))
    audit_queue = AuditQueue(store.database, timedelta(days=90))
    point = DecisionPoint(store.database, authenticator, audit_queue, RateLimiter(None), CallerCache())
    authorizer = S3Authorizer(point, S3Store((), "us-east-1", None, frozenset()))
    operations, settings = S3Operations(authorizer, None), ProxySettings(None, None, ())
    audit_queue.close()
    store.database.close()
    (data / "iamd.sqlite3").write_bytes(b"destroyed" * 1_000)
    slots, bodies = ExecutionSlots(1), RequestBodies(1)
    services, limits = ServiceAuthorizer(point, {}), AddressLimits(1, slots)
    yield ForwardAuthEndpoint(authorizer, operations, services, settings, slots, bodies, limits)
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


# What strangers and clients could make of it.


def test_denial_document_is_never_an_allowance(proxy: Proxy) -> None:
    response = proxy.ask(DENIAL_PATH, proxy.headers(signed(proxy.key)))
    assert (response.status, response.code) == (503, "SlowDown")
    assert not any(name.startswith("x-iamd") for name in response.headers)


@pytest.mark.parametrize("length", ["00000000002500000", "9" * 30, "-1", "+5", "1_0", "٣"])
def test_length_of_a_body_is_what_it_says(proxy: Proxy, length: str) -> None:
    headers = proxy.headers(signed(proxy.key, "POST", "/bucket?delete"))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    content = f"POST {REQUESTS_PATH} HTTP/1.1\r\nHost: h\r\n{head}Content-Length: {length}\r\n\r\n"
    try:
        status = raw.send(proxy.account.server, content.encode()).status
    except AssertionError:  # the HTTP server has closed the connection
        return
    assert status in (400, 411, 413)


def test_large_body_is_not_read_without_a_valid_key(proxy: Proxy) -> None:
    headers = proxy.headers(signed(proxy.key, "POST", "/bucket?delete")) | {"X-Iamd-Api-Key": "iamd_x"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    content = f"POST {REQUESTS_PATH} HTTP/1.1\r\nHost: h\r\n{head}Content-Length: 2000000\r\n\r\nx"
    assert raw.send(proxy.account.server, content.encode()).status == 401


def test_clients_are_limited_and_not_their_proxy(tmp_path: Path) -> None:
    with servers.serving_new_store(tmp_path / "data", IAMD_RATE_LIMIT="5") as server:
        account = servers.create_account(server)
        proxy = Proxy(account, create_api_key(account, ASK))
        eve = Key(*account.key_of("eve", allow("s3:GetObject")))
        statuses = [proxy.authorize(signed(eve)).status for _ in range(15)]
        assert statuses.count(200) >= 5
        assert 403 in statuses  # SlowDown, as nginx takes it
        assert proxy.authorize(signed(proxy.key)).status == 200
