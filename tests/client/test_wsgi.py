"""The WSGI middleware on environments that servers and other middleware make."""

import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix

from iamd.client import Iamd
from iamd.client.wsgi import IamdMiddleware
from tests import servers
from tests.client.conftest import Service
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import HOST, signed
from tests.servers import allow

Environ = dict[str, Any]


class RecordingApp:
    """An application that remembers the environments that reach it."""

    def __init__(self) -> None:
        self.environs: list[Environ] = []

    def __call__(self, environ: Environ, start_response: Any) -> list[bytes]:
        self.environs.append(environ)
        start_response("200 OK", [])
        return [b"served"]


def environ(api_key: str, path: str = "/books/17", **others: Any) -> Environ:
    values = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": HOST,
        "HTTP_AUTHORIZATION": f"Bearer {api_key}",
        "REMOTE_ADDR": "203.0.113.9",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b""),
    }
    return {name: value for name, value in {**values, **others}.items() if value is not None}


def call(app: Any, request: Environ) -> tuple[int, dict[str, str], bytes]:
    started: list[Any] = []
    body = b"".join(app(request, lambda status, headers, *_: started.append((status, dict(headers)))))
    status, headers = started[0]
    return int(status.partition(" ")[0]), headers, body


@pytest.fixture
def reader(service: Service) -> str:
    """Return the API key of a client that may read book 17 and nothing else."""
    resource = f"arn:aws:library::{service.account.account_id}:book/17"
    return create_api_key(service.account, allow("library:GetBook", resource=resource), name="reader")


@pytest.fixture
def app() -> RecordingApp:
    return RecordingApp()


@pytest.fixture
def middleware(service: Service, app: RecordingApp) -> Iterator[IamdMiddleware]:
    iamd = service.iamd
    yield IamdMiddleware(app, iamd, "library")
    iamd.close()


@pytest.mark.parametrize(
    ("changes", "decided"),
    [
        ({}, "/books/17"),
        ({"RAW_URI": "/books/%31%37?x"}, "/books/%31%37"),
        ({"REQUEST_URI": "/books/%31%37"}, "/books/%31%37"),
        ({"RAW_URI": "/books/18", "REQUEST_URI": "/books/18"}, "/books/17"),
        ({"RAW_URI": f"http://{HOST}/books/17"}, "/books/17"),
        ({"SCRIPT_NAME": "/books", "PATH_INFO": "/17"}, "/books/17"),
        ({"SCRIPT_NAME": "/books", "PATH_INFO": "/17", "RAW_URI": "/books/1%37"}, "/books/1%37"),
        ({"SCRIPT_NAME": "/books/17", "PATH_INFO": ""}, "/books/17"),
    ],
)
def test_path_that_is_decided(
    middleware: IamdMiddleware, app: RecordingApp, reader: str, changes: Environ, decided: str
) -> None:
    assert call(middleware, environ(reader, **changes))[0] == 200
    (served,) = app.environs
    for name in ("RAW_URI", "REQUEST_URI"):
        assert served.get(name, decided).partition("?")[0] == decided
    assert served["iamd.caller"].arn.endswith(":user/reader")
    assert served["PATH_INFO"] == changes.get("PATH_INFO", "/books/17")


@pytest.mark.parametrize(
    "changes",
    [
        {"PATH_INFO": "/books/18", "RAW_URI": "/books/17"},
        {"PATH_INFO": "/books/18", "REQUEST_URI": "/books/17"},
        {"PATH_INFO": "/17"},
        {"PATH_INFO": "/17", "SCRIPT_NAME": "/library"},
        {"PATH_INFO": "books/17"},
        {"PATH_INFO": "17", "SCRIPT_NAME": "/books/"},
        {"PATH_INFO": "/17", "SCRIPT_NAME": "books"},
        {"PATH_INFO": "/17", "SCRIPT_NAME": "/books", "HTTP_SCRIPT_NAME": "/books"},
        {"HTTP_PATH_INFO": "/books/17"},
        {"PATH_INFO": "//books/17"},
        {"PATH_INFO": "/books/17", "SCRIPT_NAME": "/"},
        {"PATH_INFO": "/books/17\x00"},
        {"PATH_INFO": "/books/\xff17"},
        {"PATH_INFO": "/books/17\u2044"},
        {"PATH_INFO": ""},
        {"PATH_INFO": "*", "REQUEST_METHOD": "OPTIONS"},
        {"QUERY_STRING": "format=\xe9"},
        {"REQUEST_METHOD": "get"},
        {"HTTP_HOST": None},
        {"HTTP_HOST": f"{HOST}, other.example"},
        {"HTTP_X_NOTE": "\xe9"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "unix:"},
        {"CONTENT_LENGTH": "x"},
        {"CONTENT_LENGTH": "\u0663"},
        {"CONTENT_LENGTH": "3", "HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"CONTENT_LENGTH": "3"},
        {"CONTENT_LENGTH": "3", "wsgi.input": io.BytesIO(b"four"), "wsgi.input_terminated": True},
    ],
)
def test_request_that_is_refused(
    middleware: IamdMiddleware, app: RecordingApp, reader: str, changes: Environ
) -> None:
    status, headers, _ = call(middleware, environ(reader, **changes))
    assert 400 <= status < 500
    assert headers["Cache-Control"] == "no-store"
    assert not app.environs


def test_signature_of_an_encoded_path_without_a_raw_target(
    service: Service, middleware: IamdMiddleware, app: RecordingApp
) -> None:
    """Where the server does not tell what the client sent, the path is encoded as SDKs do it."""
    key = service.key("ann", "library:GetBook")
    request = signed(key, target="/books/caf%C3%A9%20%2B1~")
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    path = "/books/café +1~".encode().decode("latin-1")
    assert call(middleware, environ("", path, **headers))[0] == 200
    assert app.environs[0]["PATH_INFO"] == path


def test_body_is_not_read_further_than_its_length(
    service: Service, middleware: IamdMiddleware, app: RecordingApp
) -> None:
    writer = create_api_key(service.account, allow("library:CreateBook"), name="writer")
    stream = io.BytesIO(b"abcGET /books/17 HTTP/1.1")
    request = environ(writer, "/books", REQUEST_METHOD="POST", CONTENT_LENGTH="3", **{"wsgi.input": stream})
    assert call(middleware, request)[0] == 200
    (served,) = app.environs
    assert served["wsgi.input"].read() == b"abc"
    assert stream.read().startswith(b"GET")


def test_proxy_headers_are_read_around_the_middleware(
    service: Service, middleware: IamdMiddleware, app: RecordingApp
) -> None:
    condition = {"IpAddress": {"aws:SourceIp": "192.0.2.7"}}
    api_key = create_api_key(service.account, allow("library:GetBook", Condition=condition), name="con")
    request = environ(api_key, HTTP_X_FORWARDED_FOR="192.0.2.7")
    assert call(middleware, request)[0] == 403
    assert call(ProxyFix(middleware, x_for=1), request)[0] == 200
    assert app.environs[0]["REMOTE_ADDR"] == "192.0.2.7"


def test_application_is_closed_while_iamd_is_down(app: RecordingApp, reader: str) -> None:
    down = Iamd(f"http://127.0.0.1:{servers.free_port()}", "iamd_x")
    status, headers, body = call(IamdMiddleware(app, down, "library"), environ(reader))
    assert (status, headers["Content-Type"]) == (503, "application/json")
    assert json.loads(body)["__type"] == "ServiceUnavailable"
    assert "127.0.0.1" not in body.decode()
    assert not app.environs


def test_application_is_closed_while_iamd_is_slow(app: RecordingApp, reader: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = Iamd(f"http://127.0.0.1:{silent.getsockname()[1]}", "iamd_x", timeout=0.05)
        assert call(IamdMiddleware(app, slow, "library"), environ(reader))[0] == 503
    assert not app.environs


def test_application_is_closed_to_a_service_whose_key_is_revoked(
    service: Service, middleware: IamdMiddleware, app: RecordingApp, reader: str
) -> None:
    assert call(middleware, environ(reader))[0] == 200
    iam = service.account.iam
    (found,) = iam.list_service_specific_credentials(UserName="service")["ServiceSpecificCredentials"]
    iam.delete_service_specific_credential(
        UserName="service", ServiceSpecificCredentialId=found["ServiceSpecificCredentialId"]
    )
    assert call(middleware, environ(reader))[0] == 503
    assert len(app.environs) == 1


@pytest.mark.parametrize("max_body", [-1, 3 * 1024 * 1024])
def test_maximum_of_a_body_that_iamd_does_not_accept(app: RecordingApp, max_body: int) -> None:
    with pytest.raises(ValueError, match="max_body"):
        IamdMiddleware(app, Iamd("http://localhost", "iamd_x"), "library", max_body)
