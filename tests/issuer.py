"""OpenID Connect providers for tests: HTTPS servers on the loopback address with configurable responses."""

import base64
import contextlib
import hashlib
import http.client
import json
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import requests
import trustme
import werkzeug.serving
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT_ID = "sts.amazonaws.com"
SUBJECT = "repo:acme/site:ref:refs/heads/main"
CONFIGURATION = "/.well-known/openid-configuration"
Page = Callable[["HttpsServer", ssl.SSLSocket], None]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


@cache
def authority() -> trustme.CA:
    """Return the private certificate authority of the test providers."""
    return trustme.CA()


@cache
def private_key(name: str) -> PrivateKey:
    """Return the key of a name, created once: RSA with an optional size (`rsa-1024`), or EC (`ES256`)."""
    kind, _, size = name.partition("-")
    if kind == "rsa":
        return rsa.generate_private_key(65537, int(size) if size.isdecimal() else 2048)
    return ec.generate_private_key(_CURVES[kind])


def public_jwk(name: str, **overrides: Any) -> dict[str, Any]:
    """Return a key's public JWK with its name as `kid`; an override of None omits the member."""
    public = private_key(name).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        jwk = RSAAlgorithm.to_jwk(public, as_dict=True)
    else:
        jwk = ECAlgorithm.to_jwk(public, as_dict=True)
    jwk.pop("key_ops", None)
    members = {**jwk, "kid": name, "use": "sig", **overrides}
    return {member: value for member, value in members.items() if value is not None}


def claims_of(url: str, **overrides: Any) -> dict[str, Any]:
    """Return a valid token's claims with overrides; an override of None omits the claim."""
    now = int(time.time())
    valid = {"iss": url, "sub": SUBJECT, "aud": CLIENT_ID, "iat": now, "exp": now + 600}
    return {name: value for name, value in {**valid, **overrides}.items() if value is not None}


def sign_token(
    claims: Mapping[str, Any],
    key: str = "rsa",
    algorithm: str = "RS256",
    headers: Mapping[str, Any] | None = None,
) -> str:
    """Return a JWT signed with a key of `private_key`; the default header has the key's name as `kid`."""
    jose_header = {"kid": key} if headers is None else dict(headers)
    return jwt.encode(dict(claims), private_key(key), algorithm, jose_header)


def segment(value: Any) -> str:
    """Return a segment of a JWT: JSON of a value, or bytes, in base64url."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def thumbprint(certificate: trustme.LeafCert | trustme.CA) -> str:
    """Return a certificate's SHA-1 thumbprint."""
    pem = certificate.cert_pem if isinstance(certificate, trustme.CA) else certificate.cert_chain_pems[0]
    return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem.bytes().decode()), usedforsecurity=False).hexdigest()


def server_tls_context(certificate: trustme.LeafCert, *extra: trustme.CA) -> ssl.SSLContext:
    """Return a server's TLS context that presents a certificate, its chain and further certificates."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.TemporaryDirectory() as folder:
        chain_file = Path(folder) / "chain.pem"
        chain = [certificate.private_key_and_cert_chain_pem, *(authority.cert_pem for authority in extra)]
        chain_file.write_bytes(b"".join(pem.bytes() for pem in chain))
        context.load_cert_chain(chain_file)
    return context


# Responses of a site.


def page(body: bytes, status: str = "200 OK", headers: Iterable[str] = ()) -> Page:
    """Return a page that sends this response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers]
    response = "\r\n".join([*lines, "", ""]).encode() + body
    return lambda _site, tls_socket: tls_socket.sendall(response)


def json_page(value: Any) -> Page:
    """Return a page that sends a value as JSON."""
    return page(json.dumps(value).encode())


def never_responds(site: "HttpsServer", _tls_socket: ssl.SSLSocket) -> None:
    """Keep the connection open without a response until the site closes."""
    site.closing.wait()


def sends_headers_slowly(site: "HttpsServer", tls_socket: ssl.SSLSocket) -> None:
    """Send an endless header, one byte every 20 ms."""
    tls_socket.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not site.closing.wait(0.02):
        tls_socket.sendall(b"x")


class HttpsServer:
    """An HTTPS server whose pages a test sets; `requested_paths` and `host_headers` list the requests.

    Without a TLS context it accepts connections and never completes a handshake.
    """

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.pages: dict[str, Page] = {}
        self.requested_paths: list[str] = []
        self.host_headers: list[str] = []
        self.closing = threading.Event()
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        self.port: int = self._listener.getsockname()[1]

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            thread = threading.Thread(target=self._handle, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _handle(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if self._context is None:
                self.closing.wait()
                return
            with self._context.wrap_socket(connection, server_side=True) as tls_socket:
                self._connections.append(tls_socket)
                self._respond(tls_socket)

    def _respond(self, tls_socket: ssl.SSLSocket) -> None:
        with tls_socket.makefile("rb") as lines:
            request = lines.readline().decode().split(" ")
            if len(request) > 1:
                self.host_headers.append(http.client.parse_headers(lines)["Host"])
                self.requested_paths.append(request[1])
                self.pages.get(request[1], page(b"", "404 Not Found"))(self, tls_socket)

    @property
    def connections(self) -> int:
        """Return how many connections were accepted, successful or not."""
        return len(self._threads) - 1

    def close(self) -> None:
        """Close all connections and wait for the threads."""
        self.closing.set()
        for open_socket in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)


class Issuer:
    """A provider: publishes keys by name and issues tokens.

    Its configuration and its keys are pages of its site, which a test may replace.
    """

    def __init__(self, site: HttpsServer, path: str = "", keys: Iterable[str] = ("rsa",)) -> None:
        self.site = site
        self.host = f"127.0.0.1:{site.port}{path}"
        self.url = f"https://{self.host}"
        self.thumbprint = thumbprint(authority())
        self.configure(jwks_uri=f"https://127.0.0.1:{site.port}/keys")
        self.publish(*(public_jwk(name) for name in keys))

    def configure(self, **members: Any) -> None:
        """Publish the provider's discovery document."""
        path = self.host.partition("/")[2].rstrip("/")
        document_path = f"/{path}{CONFIGURATION}" if path else CONFIGURATION
        self.site.pages[document_path] = json_page({"issuer": self.url, **members})

    def publish(self, *keys: Any) -> None:
        """Publish these keys as the JWKS."""
        self.site.pages["/keys"] = json_page({"keys": keys})

    def token(self, /, **overrides: Any) -> str:
        """Return a token with these claims, signed with the provider's RSA key."""
        return sign_token(claims_of(self.url, **overrides))

    @property
    def fetches(self) -> int:
        """Return how often the provider's JWKS was requested."""
        return self.site.requested_paths.count("/keys")


@contextlib.contextmanager
def serving(context: ssl.SSLContext | None) -> Iterator[HttpsServer]:
    """Serve a site until the block ends."""
    site = HttpsServer(context)
    try:
        yield site
    finally:
        site.close()


@contextlib.contextmanager
def serving_issuer(path: str = "", keys: Iterable[str] = ("rsa",)) -> Iterator[Issuer]:
    """Serve a provider at a path; its server also presents the certificate of its authority."""
    with serving(server_tls_context(leaf(), authority())) as site:
        yield Issuer(site, path, keys)


@cache
def leaf(host: str = "127.0.0.1") -> trustme.LeafCert:
    """Return a certificate for a host, issued by the authority."""
    return authority().issue_cert(host)


@contextlib.contextmanager
def serving_mock_provider(folder: Path) -> Iterator[Callable[..., str]]:
    """Serve oidc-provider-mock over HTTPS; yield a function that signs a user in and returns the ID token.

    It runs the authorization code flow of OpenID Connect Core 1.0, section 3.1.
    """
    import oidc_provider_mock  # type: ignore[import-untyped] # late: its imports emit deprecation warnings

    ca_file = folder / "authority.pem"
    ca_file.write_bytes(authority().cert_pem.bytes())
    context = server_tls_context(leaf(), authority())
    app = oidc_provider_mock.app()
    server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"https://127.0.0.1:{server.server_port}"
    client = {"client_id": CLIENT_ID, "redirect_uri": "https://client.example/back"}

    def sign_in(subject: str) -> str:
        query = {**client, "response_type": "code", "scope": "openid"}
        authorization = requests.post(
            f"{url}/oauth2/authorize",
            params=query,
            data={"sub": subject},
            verify=str(ca_file),
            allow_redirects=False,
            timeout=10,
        )
        (code,) = parse_qs(urlsplit(authorization.headers["Location"]).query)["code"]
        form = {**client, "client_secret": "any", "grant_type": "authorization_code", "code": code}
        response = requests.post(f"{url}/oauth2/token", data=form, verify=str(ca_file), timeout=10)
        return str(response.json()["id_token"])

    try:
        yield sign_in
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
