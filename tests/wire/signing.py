"""Requests signed by botocore, which is not our own hand, as the verifier is given them."""

from datetime import UTC, datetime
from unittest import mock
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iamd.core.errors import Fault, InvalidClientTokenId
from iamd.wire import sigv4
from iamd.wire.request import Request

Key = tuple[str, str]  # its ID and its secret

KEY_ID = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = datetime(2026, 11, 23, 9, 30, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded; charset=utf-8"
HOST = "iam.example.com:8470"


def post(body: str = "Action=GetUser&Version=2010-05-08", **headers: str) -> Request:
    """Return an unsigned POST of a form; names of headers have underscores here."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request("POST", "", {"host": HOST, "content-type": FORM, **named}, body.encode())


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
    asked = _asked(unsigned)
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        SigV4Auth(Credentials(*key, token), service, region).add_auth(asked)
    headers = {name.lower(): value for name, value in asked.headers.items()}
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
    """Sign a request in its query string."""
    asked = _asked(unsigned)
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        SigV4QueryAuth(Credentials(*key, token), service, "us-east-1", expires).add_auth(asked)
    return unsigned._replace(query=urlsplit(asked.url).query)


def _asked(unsigned: Request) -> AWSRequest:
    url = f"http://{unsigned.headers['host']}{unsigned.path}"
    url = f"{url}?{unsigned.query}" if unsigned.query else url
    return AWSRequest(unsigned.method, url, dict(unsigned.headers), unsigned.body)


def check(sent: Request, now: datetime = NOW) -> sigv4.Signature:
    """Read and verify a request as a server does that knows one key."""
    claim = sigv4.parse_signature(sent, now)
    if claim.access_key_id != KEY_ID:
        raise InvalidClientTokenId("no such key")
    sigv4.verify(claim, SECRET)
    return claim


def passes(sent: Request, now: datetime = NOW) -> bool:
    """Tell whether a request verifies; anything but a Fault is a bug and goes up."""
    try:
        check(sent, now)
    except Fault:
        return False
    return True
