"""Questions of the client, to a real server."""

import json
import subprocess
import sys
from typing import Any

import pytest

from iamd.client import Caller, ClientRequest, Denied, Evaluation, Iamd, Resource, Subject, Unavailable
from tests.client.conftest import Service
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import signed
from tests.forward_auth.s3_signing import Key, S3Request
from tests.servers import allow

BOOK = Resource("library:book", "17")


def to_client_request(request: S3Request, body: bytes = b"") -> ClientRequest:
    headers = tuple(request.headers.items())
    host = request.headers["host"]
    return ClientRequest(request.method, request.target, host, "https", "203.0.113.9", headers, body)


def test_authorize_returns_the_caller(service: Service) -> None:
    key = service.key("ann", "library:GetBook")
    service.account.iam.tag_user(UserName="ann", Tags=[{"Key": "team", "Value": "x=y+z"}])
    caller = service.iamd.authorize("library", to_client_request(signed(key)))
    account_id = service.account.account_id
    assert caller == Caller(
        f"arn:aws:iam::{account_id}:user/ann", account_id, caller.user_id, {"team": "x=y+z"}
    )
    assert caller.user_id.startswith("AIDA")


def test_address_of_the_client_counts(service: Service) -> None:
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.9"}, "Bool": {"aws:SecureTransport": "true"}}
    key = Key(*service.account.key_of("con", allow("library:GetBook", Condition=condition)))
    request = to_client_request(signed(key))
    assert service.iamd.authorize("library", request).arn.endswith(":user/con")
    for other in (
        request._replace(remote_address="203.0.113.8"),
        request._replace(scheme="http"),
        request._replace(remote_address=""),
        request._replace(
            remote_address="203.0.113.8", headers=[*request.headers, ("X-Forwarded-For", "203.0.113.9")]
        ),
    ):
        with pytest.raises(Denied):
            service.iamd.authorize("library", other)


def test_denial_has_the_document_of_iamd(service: Service) -> None:
    request = to_client_request(signed(service.key("dan", "library:ListBooks")))
    with pytest.raises(Denied) as caught:
        service.iamd.authorize("library", request)
    assert (caught.value.status, caught.value.content_type) == (403, "application/json")
    assert json.loads(caught.value.body)["__type"] == "AccessDeniedException"


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "get"},
        {"method": "GET /x"},
        {"target": "http://library.example.com/books/17"},
        {"target": "/books/17 HTTP/1.1"},
        {"target": "/books/\xe9"},
        {"host": ""},
        {"host": "library.example.com,other.example"},
        {"headers": [("X-Note", "a\r\nX-Forwarded-Uri: /books")]},
        {"headers": [("X-Note", "\xff")]},
        {"headers": [("X_Forwarded_Uri", "/books")]},
        {"headers": [("X-Note: a\r\nX-Forwarded-Uri", "/books")]},
    ],
)
def test_request_that_programs_read_differently_is_refused(service: Service, changes: dict[str, Any]) -> None:
    request = to_client_request(signed(service.key("eve", "library:*")))
    with pytest.raises(Denied) as caught:
        service.iamd.authorize("library", request._replace(**changes))
    assert caught.value.status == 400


def test_service_that_may_not_ask(service: Service) -> None:
    request = to_client_request(signed(service.key("fay", "library:*")))
    other = create_api_key(service.account, allow("iam:GetUser"), name="other")
    with pytest.raises(Denied):
        Iamd(service.account.server.url, other).authorize("library", request)
    for api_key in ("iamd_x", "x" * 128):
        asker = Iamd(service.account.server.url, api_key)
        with pytest.raises(Unavailable, match="401"):
            asker.authorize("library", request)
        with pytest.raises(Unavailable):
            asker.authorize("library", request._replace(body=b"x" * 100_000))
    with pytest.raises(Unavailable, match="403"):
        Iamd(service.account.server.url, other).evaluate(Subject("user", "fay"), "lend", BOOK)
    with pytest.raises(Denied, match="not authorized"):
        service.iamd.authorize("cinema", request)


def test_evaluation(service: Service) -> None:
    condition = {"StringEquals": {"library:resource/shelf": "new", "library:context/desk": "1"}}
    service.account.key_of("bob", allow("library:lend", Condition=condition), allow("library:read"))
    bob, shelf = Subject("user", "bob"), {"shelf": "new"}
    iamd = service.iamd
    assert iamd.evaluate(bob, "read", BOOK) is True
    assert iamd.evaluate(bob, "lend", BOOK) is False
    assert iamd.evaluate(bob, "lend", BOOK._replace(properties=shelf), {"desk": 1}) is True
    assert iamd.evaluate(bob, "lend", BOOK._replace(properties=shelf), {"desk": 2}) is False
    assert iamd.evaluate({"type": "user", "id": "bob"}, {"name": "read"}, {"type": "x", "id": "1"}) is False
    assert iamd.evaluate(Subject("user", "nobody"), "read", BOOK) is False
    evaluations = [
        Evaluation(bob, "read", BOOK),
        Evaluation(bob, "write", BOOK),
        Evaluation(bob, "", BOOK),
        Evaluation(bob, "lend", BOOK._replace(properties=shelf), {"desk": 1}),
    ]
    assert iamd.evaluations(evaluations) == [True, False, False, True]
    assert iamd.evaluations(evaluations[:1]) == [True]
    assert iamd.evaluations([]) == []


def test_evaluation_that_is_not_valid(service: Service) -> None:
    bob = Subject("user", "bob")
    with pytest.raises(ValueError, match=r"action\.name"):
        service.iamd.evaluate(bob, "", BOOK)
    with pytest.raises(ValueError, match="aws:username"):
        service.iamd.evaluate(bob, "read", BOOK, {"aws:username": "root"})
    with pytest.raises(ValueError, match="1000"):
        service.iamd.evaluations([Evaluation(bob, "read", BOOK)] * 1001)
    with pytest.raises(ValueError, match="larger"):
        service.iamd.evaluate(bob, "read", BOOK, {"x": "x" * 1_100_000})
    with pytest.raises(ValueError, match="not JSON compliant"):
        service.iamd.evaluate(bob, "read", BOOK, {"x": float("nan")})


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8470", "ftp://localhost", "http://user@localhost", "http://localhost/iamd", "http://a b"],
)
def test_url_that_is_not_valid(url: str) -> None:
    with pytest.raises(ValueError, match="the URL of iamd"):
        Iamd(url, "iamd_x")


@pytest.mark.parametrize("api_key", ["", "\n", "iamd_secret\r\nX-Iamd-Arn: x", "iamd_secret ü", "x" * 129])
def test_api_key_that_is_not_valid(api_key: str) -> None:
    with pytest.raises(ValueError, match="the API key") as caught:
        Iamd("http://localhost:8470", api_key)
    assert "secret" not in str(caught.value)


def test_key_of_a_file_ends_with_a_line(service: Service) -> None:
    assert (
        Iamd(service.account.server.url, f"{service.api_key}\n").evaluate(
            Subject("user", "nobody"), "read", BOOK
        )
        is False
    )


def test_service_name_that_is_not_valid(service: Service) -> None:
    request = to_client_request(signed(service.key("gus", "library:*")))
    for name in ("", "library/denial", "../forward-auth/library", "library?x", "s3\r\n"):
        with pytest.raises(ValueError, match="service"):
            service.iamd.authorize(name, request)


def test_client_imports_the_standard_library_only() -> None:
    script = (
        "import sys, iamd.client, iamd.client.wsgi, iamd.client.asgi\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "own = {name for name in sys.modules if name.partition('.')[0] == 'iamd'}\n"
        "print(sorted(names - set(sys.stdlib_module_names) - {'iamd', '__main__'}))\n"
        "print(sorted(name for name in own if not name.startswith('iamd.client') and name != 'iamd'))\n"
    )
    command = [sys.executable, "-S", "-c", f"import sys; sys.path = {sys.path!r}\n{script}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output == "[]\n[]\n"
