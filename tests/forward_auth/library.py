"""A service of one's own, a library, behind a proxy, and requests to it as clients sign them."""

import contextlib
import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests import servers
from tests.forward_auth import proxies, recording_store
from tests.forward_auth.recording_store import Head, RecordingStore
from tests.forward_auth.s3_signing import Key, S3Request
from tests.servers import Account, Server, allow
from tests.service_client import create_api_key

DEFINITION = """
service: library
hosts: [localhost, library.example.com]
api-keys: true
principal-tags: [team, cost-center]
routes:
  - request: GET /books
    action: ListBooks
  - request: GET /books/{BookId}
    action: GetBook
    resource: book/{BookId}
    condition-keys: {"library:Format": "{query.format}"}
  - request: POST /books
    action: CreateBook
  - request: DELETE /books/{BookId}
    action: DeleteBook
    resource: book/{BookId}
  - request: GET /desks/{Number}
    action: UseDesk
    condition-keys: {"library:Desk": "{header.X-Desk}"}
"""
ASK = allow("iamd:AuthorizeRequest", resource="arn:aws:iamd::*:service/library")
HOST = "library.example.com"


class Library(NamedTuple):
    """The service behind a proxy, and the account that it belongs to."""

    url: str
    proxy: str
    account: Account
    backend: RecordingStore

    def key(self, name: str, *actions: str) -> Key:
        return Key(*self.account.key_of(name, allow(*actions, resource="*")))

    def send(self, request: S3Request, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Send a request; headers with underscores in place of hyphens are added to it."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = urllib.request.Request(
            self.url + request.target, body, {**request.headers, **extra}, method=request.method
        )
        try:
            with urllib.request.urlopen(sent, timeout=20) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def received(self) -> Head:
        """Return the only request that the service has received."""
        (head,) = self.backend.take()
        return head


def signed(
    key: Key,
    method: str = "GET",
    target: str = "/books/17",
    body: bytes = b"",
    *,
    host: str = HOST,
    service: str = "library",
    at: datetime | None = None,
    **headers: str,
) -> S3Request:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest(method, f"http://{host}{target}", {"Host": host, **names}, body)
    with mock.patch("botocore.auth.get_current_datetime", return_value=at or datetime.now(UTC)):
        SigV4Auth(Credentials(*key), service, "us-east-1").add_auth(request)
    return S3Request(method, target, {name.lower(): value for name, value in request.headers.items()})


def presigned(key: Key, target: str = "/books/17") -> S3Request:
    request = AWSRequest("GET", f"http://{HOST}{target}", {"Host": HOST}, b"")
    SigV4QueryAuth(Credentials(*key), "library", "us-east-1", 60).add_auth(request)
    return S3Request("GET", request.url.removeprefix(f"http://{HOST}"), {"host": HOST})


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run an iamd that knows the service, with its store in a folder."""
    (folder / "library.yaml").write_text(DEFINITION)
    services = str(folder / "library.yaml")
    with servers.serving_new_store(folder / "data", IAMD_SERVICES=services) as server:
        yield server


@contextlib.contextmanager
def running(proxy: str, folder: Path, server: Server) -> Iterator[Library]:
    """Run the service behind a proxy that asks the server, for a new account."""
    (folder / "library.yaml").write_text(DEFINITION)
    account = servers.create_account(server)
    api_key = create_api_key(account, "gateway", ASK)
    with recording_store.running() as backend:
        options = ("--service", "library", "--backend", f"http://{backend.store.host}")
        with proxies.running(proxy, folder, server, api_key, *options, IAMD_SERVICES="library.yaml") as url:
            yield Library(url, proxy, account, backend)
