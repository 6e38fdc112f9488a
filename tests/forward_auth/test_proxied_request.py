"""The client's request as a proxy describes it: what is read, what is left out, and what is refused."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from iamd.core.errors import MalformedInput
from iamd.forward_auth import proxied_request
from iamd.gate.forwarded import Address
from iamd.wire.request import Request

PROXY = "10.0.0.1"
ENVIRON = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/auth-request/s3",
    "QUERY_STRING": "of=the-proxy",
    "REMOTE_ADDR": PROXY,
    "HTTP_HOST": "iamd:8470",
    "HTTP_X_FORWARDED_METHOD": "PUT",
    "HTTP_X_FORWARDED_URI": "/bucket/key",
    "HTTP_X_FORWARDED_HOST": "s3.example.com",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
}
REQUEST = Request("PUT", "/bucket/key", "", {"host": "s3.example.com"}, b"", "203.0.113.9", secure=True)


def is_trusted(address: Address) -> bool:
    return address in ip_network("10.1.0.0/16")


def read(environ: dict[str, Any], body: bytes = b"") -> Request:
    return proxied_request.read_request({**ENVIRON, **environ}, body, is_trusted)


def with_headers(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return REQUEST._replace(headers={**REQUEST.headers, **named})


READ: dict[str, tuple[dict[str, str], Request]] = {
    "plain": ({}, REQUEST),
    "query": (
        {"HTTP_X_FORWARDED_URI": "/bucket?list-type=2&prefix=a%2Fb"},
        REQUEST._replace(path="/bucket", query="list-type=2&prefix=a%2Fb"),
    ),
    "two question marks": (
        {"HTTP_X_FORWARDED_URI": "/bucket?prefix=a?b"},
        REQUEST._replace(path="/bucket", query="prefix=a?b"),
    ),
    "path as it is": (
        {"HTTP_X_FORWARDED_URI": "//a/../b%2f+%zz"},
        REQUEST._replace(path="//a/../b%2f+%zz"),
    ),
    "method as it is": ({"HTTP_X_FORWARDED_METHOD": "get"}, REQUEST._replace(method="get")),
    "headers": (
        {"HTTP_X_AMZ_DATE": "20261124T120000Z", "HTTP_AUTHORIZATION": "AWS4", "HTTP_RANGE": "bytes=0-1"},
        with_headers(x_amz_date="20261124T120000Z", authorization="AWS4", range="bytes=0-1"),
    ),
    "content type": ({"CONTENT_TYPE": "text/plain"}, with_headers(content_type="text/plain")),
    "empty content type": ({"CONTENT_TYPE": ""}, REQUEST),
    "length of the client's body": (
        {"HTTP_X_ORIGINAL_CONTENT_LENGTH": "17", "CONTENT_LENGTH": "0"},
        with_headers(content_length="17"),
    ),
    "length of the proxy's request": ({"CONTENT_LENGTH": "5"}, REQUEST),
    "http": ({"HTTP_X_FORWARDED_PROTO": "http"}, REQUEST._replace(secure=False)),
    "HTTPS in capitals": ({"HTTP_X_FORWARDED_PROTO": "HTTPS"}, REQUEST),
    "unknown scheme": ({"HTTP_X_FORWARDED_PROTO": "wss"}, REQUEST._replace(secure=False)),
}


@pytest.mark.parametrize(("environ", "expected"), READ.values(), ids=READ.keys())
def test_request_is_read(environ: dict[str, str], expected: Request) -> None:
    assert read(environ) == expected


def test_body_is_that_of_the_request() -> None:
    assert read({}, b"content").body == b"content"


@pytest.mark.parametrize(
    "name",
    [
        "HTTP_CONNECTION",
        "HTTP_FORWARDED",
        "HTTP_X_FORWARDED_PORT",
        "HTTP_X_FORWARDED_PREFIX",
        "HTTP_X_FORWARDED_SERVER",
        "HTTP_X_IAMD_API_KEY",
        "HTTP_X_REAL_IP",
        "SERVER_NAME",
        "wsgi.version",
    ],
)
def test_headers_of_the_proxy_are_left_out(name: str) -> None:
    assert read({name: "x"}) == REQUEST


ADDRESSES: list[tuple[str | None, str]] = [
    ("203.0.113.9", "203.0.113.9"),
    ("2001:db8::1", "2001:db8::1"),
    ("[2001:db8::1]:4711", "2001:db8::1"),
    ("203.0.113.9:4711", "203.0.113.9"),
    ("::ffff:203.0.113.9", "203.0.113.9"),
    ("198.51.100.7, 203.0.113.9", "203.0.113.9"),  # the client has sent the first one
    ("203.0.113.9, 10.1.0.2", "203.0.113.9"),
    ("198.51.100.7, 203.0.113.9, 10.1.0.2, 10.1.0.3", "203.0.113.9"),
    ("203.0.113.9, 10.2.0.2", "10.2.0.2"),  # not trusted
    (f"203.0.113.9, {PROXY}", "203.0.113.9"),
    ("nonsense, 203.0.113.9", "203.0.113.9"),
    ("10.1.0.2", "10.1.0.2"),
    (None, PROXY),
]


@pytest.mark.parametrize(("chain", "expected"), ADDRESSES)
def test_address_of_the_client(chain: str | None, expected: str) -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != "HTTP_X_FORWARDED_FOR"}
    if chain is not None:
        environ["HTTP_X_FORWARDED_FOR"] = chain
    address = proxied_request.read_request(environ, b"", is_trusted).source_ip
    assert (address, str(ip_address(address))) == (expected, expected)


def test_proxy_on_an_address_of_both_protocols() -> None:
    environ = {"REMOTE_ADDR": f"::ffff:{PROXY}", "HTTP_X_FORWARDED_FOR": f"203.0.113.9, {PROXY}"}
    assert read(environ).source_ip == "203.0.113.9"


def test_forwarded_header_of_a_client_is_ignored() -> None:
    assert read({"HTTP_FORWARDED": "for=192.0.2.66;proto=http;host=other"}) == REQUEST


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"HTTP_X_FORWARDED_METHOD": ""}, "must send the header X-Forwarded-Method"),
    ({"HTTP_X_FORWARDED_URI": ""}, "must send the header X-Forwarded-Uri"),
    ({"HTTP_X_FORWARDED_HOST": ""}, "must send the header X-Forwarded-Host"),
    ({"HTTP_X_FORWARDED_URI": "http://s3.example.com/bucket"}, "must be a path"),
    ({"HTTP_X_FORWARDED_URI": "bucket/key"}, "must be a path"),
    ({"HTTP_X_FORWARDED_URI": "*"}, "must be a path"),
    ({"HTTP_X_FORWARDED_URI": "?acl"}, "must be a path"),
    ({"HTTP_X_FORWARDED_URI": "/bucket/key#x"}, "must be a path"),
    ({"HTTP_X_FORWARDED_HOST": "s3.example.com, other"}, "one Host header"),
    ({"HTTP_X_FORWARDED_HOST": "s3.example.com,other"}, "one Host header"),
    ({"HTTP_X_FORWARDED_FOR": "nonsense"}, "does not contain a valid client IP address"),
    ({"HTTP_X_FORWARDED_FOR": ""}, "does not contain a valid client IP address"),
    ({"HTTP_X_FORWARDED_FOR": "203.0.113.9, nonsense"}, "does not contain a valid client IP address"),
    ({"HTTP_X_FORWARDED_FOR": "203.0.113.9,"}, "does not contain a valid client IP address"),
    ({"HTTP_X_IAMD_ARN": "arn:aws:iam::1:root"}, "not the client's to send"),
    ({"HTTP_X_IAMD_PRINCIPAL_TAGS": ""}, "not the client's to send"),
    ({"HTTP_X.IAMD.ARN": "arn:aws:iam::1:root"}, "letters, digits and hyphens"),
    ({"HTTP_X~SHELF": "new"}, "letters, digits and hyphens"),
]


@pytest.mark.parametrize(("environ", "message"), REFUSED)
def test_request_is_refused(environ: dict[str, str], message: str) -> None:
    with pytest.raises(MalformedInput, match=message):
        read(environ)
