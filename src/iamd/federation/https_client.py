"""HTTPS client for identity providers: timeout, size limit, SSRF guard, certificate thumbprints.

The connection goes to the IP address that the SSRF guard checked, so that DNS rebinding has no effect.
Redirects are not followed. A server certificate without a trusted certificate authority is accepted if its
chain contains, and leads to, a certificate with one of the provider's thumbprints.
"""

import contextlib
import hashlib
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from iamd.federation.errors import ProviderUnreachable, UntrustedCertificate
from iamd.federation.ssrf_guard import Network, resolve

_HTTPS_PORT = 443
_ENCODING_DER = 2  # `_ssl.ENCODING_DER`
_HOST_PATTERN = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


class FetchTarget(NamedTuple):
    """A resolved URL: `addresses` passed the SSRF guard, `path` has the query, `deadline` is monotonic."""

    host: str
    port: int
    addresses: tuple[str, ...]
    path: str
    deadline: float

    @property
    def seconds_left(self) -> float:
        """Return the seconds until the deadline; raise TimeoutError if it has passed."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class HttpsClient(NamedTuple):
    """An HTTPS client; `private_networks` are allowed although they are not public.

    `timeout_seconds` limits a whole fetch, however many connections it makes; `max_bytes` limits the body.
    """

    private_networks: tuple[Network, ...] = ()
    timeout_seconds: float = 5.0
    max_bytes: int = 256 * 1024

    def get(self, url: str, thumbprints: tuple[str, ...] = ()) -> bytes:
        """Return the body at an HTTPS URL.

        Raises ProviderUnreachable if that fails, UntrustedCertificate if the server's certificate is trusted
        neither through a certificate authority nor through one of the thumbprints (SHA-1, hex).
        """
        target = self._resolve_target(url)
        try:
            return self._get(target, ssl.create_default_context())
        except ssl.SSLCertVerificationError:
            trust_anchors = self._find_trust_anchors(target, thumbprints)
        try:
            return self._get(target, _pinned_context(trust_anchors))
        except ssl.SSLCertVerificationError as error:
            raise UntrustedCertificate(f"the certificate of {target.host} is not trusted") from error

    def fetch_top_thumbprint(self, url: str) -> str:
        """Return the SHA-1 thumbprint of the last certificate in a server's chain, as AWS retrieves it.

        Raises ProviderUnreachable if that fails.
        """
        return _thumbprint(self._fetch_chain(self._resolve_target(url))[-1])

    def _resolve_target(self, url: str) -> FetchTarget:
        deadline = time.monotonic() + self.timeout_seconds
        parts, port = _split_url(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or parts.username is not None or not _HOST_PATTERN.fullmatch(host):
            raise ProviderUnreachable(f"{url[:200]} is not an https URL")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return FetchTarget(
            host, port, resolve(host, port, self.private_networks, self.timeout_seconds), path, deadline
        )

    def _get(self, target: FetchTarget, context: ssl.SSLContext) -> bytes:
        with self._connect(target, context) as tls_socket:
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = tls_socket
            headers = {"Accept": "application/json", "User-Agent": "iamd", "Connection": "close"}
            connection.request("GET", target.path, headers=headers)
            with contextlib.closing(connection.getresponse()) as response:
                body = self._read_body(target, response)
        return body

    def _read_body(self, target: FetchTarget, response: http.client.HTTPResponse) -> bytes:
        if response.status != http.client.OK:
            raise ProviderUnreachable(f"{target.host} answered with status {response.status}")
        body = response.read(self.max_bytes + 1)
        if len(body) > self.max_bytes:
            raise ProviderUnreachable(f"{target.host} answered with more than {self.max_bytes} bytes")
        if response.length:  # the body was truncated: `read` with a size does not raise IncompleteRead
            raise http.client.IncompleteRead(body, response.length)
        return body

    @contextlib.contextmanager
    def _connect(self, target: FetchTarget, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
        """Connect, and shut the connection down at the deadline, however slowly the server responds."""
        deadline_passed = threading.Event()
        try:
            with _open_socket(target) as tcp_socket:
                tls_socket = context.wrap_socket(
                    tcp_socket, server_hostname=target.host, do_handshake_on_connect=False
                )
                with tls_socket, _shutdown_timer(tls_socket, target.seconds_left, deadline_passed):
                    tls_socket.do_handshake()
                    yield tls_socket
            if deadline_passed.is_set():  # the body looks complete although it was cut off
                raise TimeoutError
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            is_timeout = deadline_passed.is_set() or isinstance(error, TimeoutError)
            reason = (
                f"did not answer within {self.timeout_seconds:g} seconds"
                if is_timeout
                else "cannot be reached"
            )
            raise ProviderUnreachable(f"{target.host} {reason}") from error

    def _find_trust_anchors(self, target: FetchTarget, thumbprints: tuple[str, ...]) -> list[bytes]:
        """Return the certificates (DER) of a server's chain that have one of the thumbprints.

        Raises UntrustedCertificate if there are none.
        """
        pinned_thumbprints = {thumbprint.lower() for thumbprint in thumbprints}
        trust_anchors = (
            [
                certificate
                for certificate in self._fetch_chain(target)
                if _thumbprint(certificate) in pinned_thumbprints
            ]
            if pinned_thumbprints
            else []
        )
        if not trust_anchors:
            raise UntrustedCertificate(f"the certificate of {target.host} is not trusted")
        return trust_anchors

    def _fetch_chain(self, target: FetchTarget) -> list[bytes]:
        """Return the certificates (DER) that a server presents, its own first, without verifying them."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # no data is exchanged, only the chain is read
        with self._connect(target, context) as tls_socket:
            chain = _peer_chain(tls_socket)
        if not chain:
            raise ProviderUnreachable(f"{target.host} presents no certificate")
        return chain


def _split_url(url: str) -> tuple[SplitResult, int]:
    """Split a URL and return its port, too; raise ProviderUnreachable if it is invalid."""
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS_PORT
    except ValueError as error:
        raise ProviderUnreachable(f"{url[:200]} is not an https URL") from error
    return parts, port


def _open_socket(target: FetchTarget) -> socket.socket:
    """Connect to the first address that responds; the remaining time is divided among the addresses."""
    *addresses, last_address = target.addresses
    for number, address in enumerate(addresses):
        timeout_seconds = target.seconds_left / (len(target.addresses) - number)
        with contextlib.suppress(OSError):
            return _set_timeout(
                socket.create_connection((address, target.port), timeout=timeout_seconds), target
            )
    return _set_timeout(
        socket.create_connection((last_address, target.port), timeout=target.seconds_left), target
    )


def _set_timeout(tcp_socket: socket.socket, target: FetchTarget) -> socket.socket:
    tcp_socket.settimeout(max(0.001, target.deadline - time.monotonic()))
    return tcp_socket


@contextlib.contextmanager
def _shutdown_timer(
    tls_socket: ssl.SSLSocket, timeout_seconds: float, deadline_passed: threading.Event
) -> Iterator[None]:
    def shut_down() -> None:
        deadline_passed.set()
        with contextlib.suppress(OSError):
            # Not SSLSocket.shutdown, which would discard the TLS object that another thread is reading from.
            socket.socket.shutdown(tls_socket, socket.SHUT_RDWR)

    timer = threading.Timer(timeout_seconds, shut_down)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _peer_chain(tls_socket: ssl.SSLSocket) -> list[bytes]:
    """Return the certificate chain in DER; before Python 3.13 only the `_ssl` object provides it."""
    get_chain: Callable[[], Any] | None = getattr(tls_socket, "get_unverified_chain", None)
    if get_chain is not None:
        return list(get_chain() or ())
    chain = tls_socket._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]  # noqa: SLF001
    return [certificate.public_bytes(_ENCODING_DER) for certificate in chain]


def _pinned_context(trust_anchors: list[bytes]) -> ssl.SSLContext:
    """Return a TLS context that trusts only these certificates and chains that lead to them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata="".join(map(ssl.DER_cert_to_PEM_cert, trust_anchors)))
    return context


def _thumbprint(certificate: bytes) -> str:
    return hashlib.sha1(certificate, usedforsecurity=False).hexdigest()
