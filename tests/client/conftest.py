"""iamd with a service's definition, an account with the service's API key, and applications that ask."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from iamd.client import Iamd
from tests import servers
from tests.client import app_servers
from tests.forward_auth.conftest import create_api_key
from tests.forward_auth.library import DEFINITION, HOST
from tests.forward_auth.s3_signing import Key, S3Request
from tests.http_server import raw
from tests.servers import Account, Server, allow

MAY_ASK = (
    allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/library"),
    allow("iamd:EvaluateAccess", resource="arn:aws:iamd::*:service/authzen"),
)
ANY_METHOD = """\
  - request: "* /notes/{NoteId}"
    action: UseNote
    resource: note/{NoteId}
"""


class Response(NamedTuple):
    """A response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Service(NamedTuple):
    """An account, with the API key with which its service asks."""

    account: Account
    api_key: str

    @property
    def iamd(self) -> Iamd:
        return Iamd(self.account.server.url, self.api_key)

    def key(self, name: str, *actions: str) -> Key:
        return Key(*self.account.key_of(name, allow(*actions)))


class Library(NamedTuple):
    """A running application of that service."""

    url: str
    name: str
    service: Service

    @property
    def address(self) -> tuple[str, int]:
        url = urlsplit(self.url)
        return url.hostname or "", url.port or 0

    def send(self, request: S3Request, body: bytes = b"") -> Response:
        """Send a request with its headers as they are, and a Content-Length if it has a body."""
        lines = [f"{name}: {value}" for name, value in request.headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body else []
        return self.send_lines(f"{request.method} {request.target} HTTP/1.1", *lines, body=body)

    def send_lines(self, *lines: str, body: bytes = b"") -> Response:
        """Send the lines of a head as they are, and bytes after it."""
        with socket.create_connection(self.address, timeout=raw.TIMEOUT_SECONDS) as connection:
            connection.sendall("\r\n".join((*lines, "", "")).encode("latin-1") + body)
            response = http.client.HTTPResponse(connection, method=lines[0].partition(" ")[0])
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Response(response.status, headers, response.read())


def content(response: Response) -> Any:
    """Return the JSON of a response, which must be 200."""
    assert response.status == 200, response
    return json.loads(response.body)


def bearer(api_key: str) -> tuple[str, str]:
    """Return the lines of a client that has an API key."""
    return f"Host: {HOST}", f"Authorization: Bearer {api_key}"


@pytest.fixture(scope="package")
def library_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("library")
    (folder / "library.yaml").write_text(DEFINITION + ANY_METHOD)
    services = str(folder / "library.yaml")
    with servers.serving_new_store(folder / "data", IAMD_SERVICES=services) as server:
        yield server


def create_service(server: Server) -> Service:
    account = servers.create_account(server)
    return Service(account, create_api_key(account, *MAY_ASK, name="service"))


@pytest.fixture
def service(library_server: Server) -> Service:
    return create_service(library_server)


@pytest.fixture(scope="package", params=app_servers.NAMES)
def library(request: pytest.FixtureRequest, library_server: Server) -> Iterator[Library]:
    """Return an application of a new account, on each server."""
    service = create_service(library_server)
    with app_servers.running(request.param, library_server.url, service.api_key) as url:
        yield Library(url, request.param, service)
