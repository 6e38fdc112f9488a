"""Requests signed by botocore, independently of our own signing code, for tests of the verifier."""

from datetime import UTC, datetime
from unittest import mock
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iamd.core.errors import Fault, InvalidClientTokenId
from iamd.wire import sigv4
from iamd.wire.request import Request

Key = tuple[str, str]  # access key ID and secret access key

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime(2026, 11, 23, 9, 30, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded; charset=utf-8"
HOST = "iam.example.com:8470"


def post(body: str = "Action=GetUser&Version=2010-05-08", **headers: str) -> Request:
    """Return an unsigned form POST; keyword arguments are headers, with underscores for hyphens."""
    extra_headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return request("POST", "", {"host": HOST, "content-type": FORM, **extra_headers}, body.encode())


def get(query: str = "Action=GetUser&Version=2010-05-08") -> Request:
    return request("GET", query, {"host": HOST}, b"")


def request(method: str, query: str, headers: dict[str, str], body: bytes) -> Request:
    return Request(method, "/", query, headers, body, "192.0.2.1", secure=False)


def signed(
    unsigned: Request,
    *,
    at: datetime = NOW,
    token: str | None = None,
    key: Key = (KEY_ID, SECRET),
    service: str = "iam",
    region: str = "us-east-1",
) -> Request:
    """Sign a request with an Authorization header."""
    aws_request = _aws_request(unsigned)
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        SigV4Auth(Credentials(*key, token), service, region).add_auth(aws_request)
    headers = {name.lower(): value for name, value in aws_request.headers.items()}
    return unsigned._replace(headers=headers)


def presigned(
    unsigned: Request,
    *,
    at: datetime = NOW,
    token: str | None = None,
    key: Key = (KEY_ID, SECRET),
    service: str = "iam",
    expires: object = 3600,
) -> Request:
    """Sign a request with query string parameters."""
    aws_request = _aws_request(unsigned)
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        SigV4QueryAuth(Credentials(*key, token), service, "us-east-1", expires).add_auth(aws_request)
    return unsigned._replace(query=urlsplit(aws_request.url).query)


def _aws_request(unsigned: Request) -> AWSRequest:
    url = f"http://{unsigned.headers['host']}{unsigned.path}"
    url = f"{url}?{unsigned.query}" if unsigned.query else url
    return AWSRequest(unsigned.method, url, dict(unsigned.headers), unsigned.body)


def check(signed_request: Request, now: datetime = NOW) -> sigv4.Signature:
    """Parse and verify a request's signature as a server with a single access key does."""
    signature = sigv4.parse_signature(signed_request, now)
    if signature.access_key_id != KEY_ID:
        raise InvalidClientTokenId("no such key")
    sigv4.verify(signature, SECRET)
    return signature


def passes(signed_request: Request, now: datetime = NOW) -> bool:
    """Return whether the signature is valid; an exception other than Fault is a bug and propagates."""
    try:
        check(signed_request, now)
    except Fault:
        return False
    return True
