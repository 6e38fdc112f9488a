"""Requests to S3 as clients sign them, with botocore, for tests that send them on their own."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from unittest import mock
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

REGION = "eu-west-1"
HOST = "s3.example.com"


class Key(NamedTuple):
    """Credentials of a client; `token` is that of temporary ones."""

    access_key_id: str
    secret_access_key: str
    token: str | None = None


class S3Request(NamedTuple):
    """The head of a request to S3; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]

    def with_headers(self, **headers: str) -> "S3Request":
        """Return a request with other or more headers, with underscores in place of hyphens."""
        return self._replace(headers={**self.headers, **_named(headers)})

    def without_header(self, name: str) -> "S3Request":
        return self._replace(headers={key: value for key, value in self.headers.items() if key != name})


def signed(
    key: Key,
    method: str = "GET",
    target: str = "/bucket/key",
    *,
    host: str = HOST,
    at: datetime | None = None,
    service: str = "s3",
    region: str = REGION,
    context: dict[str, Any] | None = None,
    **headers: str,
) -> S3Request:
    """Sign a request with the Authorization header; `context` is what botocore knows about the payload."""
    request = AWSRequest(method, f"http://{host}{target}", {"Host": host, **_named(headers)}, b"")
    request.context.update(context or {})
    with mock.patch("botocore.auth.get_current_datetime", return_value=at or datetime.now(UTC)):
        S3SigV4Auth(Credentials(*key), service, region).add_auth(request)
    return S3Request(method, target, {name.lower(): value for name, value in request.headers.items()})


def presigned(
    key: Key,
    method: str = "GET",
    target: str = "/bucket/key",
    *,
    host: str = HOST,
    at: datetime | None = None,
    expires: int = 60,
) -> S3Request:
    """Sign a request in its query string."""
    request = AWSRequest(method, f"http://{host}{target}", {"Host": host}, b"")
    with mock.patch("botocore.auth.get_current_datetime", return_value=at or datetime.now(UTC)):
        S3SigV4QueryAuth(Credentials(*key), "s3", REGION, expires).add_auth(request)
    url = urlsplit(request.url)
    return S3Request(method, f"{url.path}?{url.query}", {"host": host})


UNSIGNED_PAYLOAD = {"client_config": Config(s3={"payload_signing_enabled": False})}
UNSIGNED_STREAM = {"checksum": {"request_algorithm": {"in": "trailer"}}}


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
