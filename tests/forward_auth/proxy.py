"""A proxy in front of a store: what it sends to iamd, and what it is told."""

import contextlib
import http.client
import xml.etree.ElementTree as ET
from typing import NamedTuple

from iamd.forward_auth.endpoint import REQUESTS_PATH
from tests.forward_auth.s3_signing import Key, S3Request
from tests.servers import Account, allow

AUTH_REQUEST_PATH = "/auth-request/s3"
FORWARD_AUTH_PATH = "/forward-auth/s3"
DENIAL_PATH = "/auth-request/s3/denial"
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


def session_credentials(account: Account) -> Key:
    """Return temporary credentials of the administrator."""
    credentials = account.sts.get_session_token()["Credentials"]
    return Key(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


def without_permissions(proxy: Proxy, name: str = "bob") -> Key:
    return Key(*proxy.account.key_of(name, allow("s3:PutObject")))
