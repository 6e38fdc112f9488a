"""Identity providers of the tests' own, over TLS on the loopback address; they say what they are told to."""

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
Page = Callable[["Site", ssl.SSLSocket], None]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


@cache
def authority() -> trustme.CA:
    """Return the authority whose certificates nobody knows by themselves."""
    return trustme.CA()


@cache
def private_key(name: str) -> PrivateKey:
    """Return a key that is made once: of RSA, of so many bits (`rsa-1024`), or of an algorithm's curve."""
    kind, _, more = name.partition("-")
    if kind == "rsa":
        return rsa.generate_private_key(65537, int(more) if more.isdecimal() else 2048)
    return ec.generate_private_key(_CURVES[kind])


def public_jwk(name: str, **more: Any) -> dict[str, Any]:
    """Return a key's public half as providers publish it, under its name; None takes a member away."""
    public = private_key(name).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        published = RSAAlgorithm.to_jwk(public, as_dict=True)
    else:
        published = ECAlgorithm.to_jwk(public, as_dict=True)
    published.pop("key_ops", None)
    wanted = {**published, "kid": name, "use": "sig", **more}
    return {member: value for member, value in wanted.items() if value is not None}


def claims_of(url: str, **more: Any) -> dict[str, Any]:
    """Return the claims of a good token of a provider, and others; None takes one away."""
    now = int(time.time())
    good = {"iss": url, "sub": SUBJECT, "aud": CLIENT_ID, "iat": now, "exp": now + 600}
    return {name: value for name, value in {**good, **more}.items() if value is not None}


def signed(
    claims: Mapping[str, Any],
    key: str = "rsa",
    algorithm: str = "RS256",
    headers: Mapping[str, Any] | None = None,
) -> str:
    """Return a token that a key has signed; without headers it names the key."""
    named = {"kid": key} if headers is None else dict(headers)
    return jwt.encode(dict(claims), private_key(key), algorithm, named)


def segment(value: Any) -> str:
    """Return a part of a token: JSON of a value, or bytes, in base64url."""
    plain = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def thumbprint(certificate: trustme.LeafCert | trustme.CA) -> str:
    """Return the SHA-1 of a certificate."""
    pem = certificate.cert_pem if isinstance(certificate, trustme.CA) else certificate.cert_chain_pems[0]
    return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem.bytes().decode()), usedforsecurity=False).hexdigest()


def presenting(certificate: trustme.LeafCert, *more: trustme.CA) -> ssl.SSLContext:
    """Return a server's context that presents a certificate with its chain, and these besides."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chain.pem"
        chain = [certificate.private_key_and_cert_chain_pem, *(authority.cert_pem for authority in more)]
        file.write_bytes(b"".join(pem.bytes() for pem in chain))
        context.load_cert_chain(file)
    return context


# What a site says.


def page(body: bytes, status: str = "200 OK", headers: Iterable[str] = ()) -> Page:
    """Return what answers so, once a request is there."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *headers]
    answer = "\r\n".join([*lines, "", ""]).encode() + body
    return lambda _site, secured: secured.sendall(answer)


def says(value: Any) -> Page:
    return page(json.dumps(value).encode())


def hangs(site: "Site", _secured: ssl.SSLSocket) -> None:
    """Never answer."""
    site.closing.wait()


def drips(site: "Site", secured: ssl.SSLSocket) -> None:
    """Answer byte after byte, without an end."""
    secured.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not site.closing.wait(0.02):
        secured.sendall(b"x")


class Site:
    """An HTTPS server whose every page is the test's to choose; `asked` lists the paths that were asked for.

    Without a context it takes connections and never shakes hands.
    """

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        self.hosts: list[str] = []
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
            thread = threading.Thread(target=self._answer, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if self._context is None:
                self.closing.wait()
                return
            with self._context.wrap_socket(connection, server_side=True) as secured:
                self._connections.append(secured)
                self._reply(secured)

    def _reply(self, secured: ssl.SSLSocket) -> None:
        with secured.makefile("rb") as lines:
            request = lines.readline().decode().split(" ")
            if len(request) > 1:
                self.hosts.append(http.client.parse_headers(lines)["Host"])
                self.asked.append(request[1])
                self.pages.get(request[1], page(b"", "404 Not Found"))(self, secured)

    @property
    def connections(self) -> int:
        """Return how many connections were taken, whatever came of them."""
        return len(self._threads) - 1

    def close(self) -> None:
        self.closing.set()
        for opened in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(opened, socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)


class Issuer:
    """A provider: the keys that it publishes by name, and tokens that any key signs.

    Its configuration and its keys are pages of its site, which a test may change.
    """

    def __init__(self, site: Site, path: str = "", keys: Iterable[str] = ("rsa",)) -> None:
        self.site = site
        self.host = f"127.0.0.1:{site.port}{path}"
        self.url = f"https://{self.host}"
        self.thumbprint = thumbprint(authority())
        self.configure(jwks_uri=f"https://127.0.0.1:{site.port}/keys")
        self.publish(*(public_jwk(name) for name in keys))

    def configure(self, **members: Any) -> None:
        """Publish the provider's configuration."""
        path = self.host.partition("/")[2].rstrip("/")
        where = f"/{path}{CONFIGURATION}" if path else CONFIGURATION
        self.site.pages[where] = says({"issuer": self.url, **members})

    def publish(self, *keys: Any) -> None:
        """Publish these keys."""
        self.site.pages["/keys"] = says({"keys": keys})

    def token(self, /, **more: Any) -> str:
        """Return a token of these claims that the provider's RSA key has signed."""
        return signed(claims_of(self.url, **more))

    @property
    def fetches(self) -> int:
        """Return how often the provider's keys were asked for."""
        return self.site.asked.count("/keys")


@contextlib.contextmanager
def serving(context: ssl.SSLContext | None) -> Iterator[Site]:
    """Serve a site until the block ends."""
    site = Site(context)
    try:
        yield site
    finally:
        site.close()


@contextlib.contextmanager
def issuing(path: str = "", keys: Iterable[str] = ("rsa",)) -> Iterator[Issuer]:
    """Serve a provider at a path, whose server presents its authority's certificate as well."""
    with serving(presenting(leaf(), authority())) as site:
        yield Issuer(site, path, keys)


@cache
def leaf(host: str = "127.0.0.1") -> trustme.LeafCert:
    """Return a certificate of a host by the authority."""
    return authority().issue_cert(host)


@contextlib.contextmanager
def library(folder: Path) -> Iterator[Callable[..., str]]:
    """Serve the provider of a library of others; yield what signs somebody in and returns the ID token.

    The code flow of OpenID Connect Core 1.0, 3.1, as a client of the provider goes through it.
    """
    import oidc_provider_mock  # type: ignore[import-untyped] # late: its own imports warn of what they use

    known = folder / "authority.pem"
    known.write_bytes(authority().cert_pem.bytes())
    context = presenting(leaf(), authority())
    app = oidc_provider_mock.app()
    server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"https://127.0.0.1:{server.server_port}"
    client = {"client_id": CLIENT_ID, "redirect_uri": "https://client.example/back"}

    def sign_in(subject: str) -> str:
        asked = {**client, "response_type": "code", "scope": "openid"}
        seen = requests.post(
            f"{url}/oauth2/authorize",
            params=asked,
            data={"sub": subject},
            verify=str(known),
            allow_redirects=False,
            timeout=10,
        )
        (code,) = parse_qs(urlsplit(seen.headers["Location"]).query)["code"]
        shown = {**client, "client_secret": "any", "grant_type": "authorization_code", "code": code}
        answer = requests.post(f"{url}/oauth2/token", data=shown, verify=str(known), timeout=10)
        return str(answer.json()["id_token"])

    try:
        yield sign_in
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
