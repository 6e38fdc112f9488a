"""Fetching a document over HTTPS, within a time and a size, from an address that may be asked.

The connection goes to the very address that was checked, so that a name cannot change its mind in between;
redirects are not followed. A server whose certificate no known authority signed is trusted when its chain
holds a certificate of one of the provider's thumbprints, and leads to it.
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

from iamd.federation.addresses import Network, resolve
from iamd.federation.errors import Unreachable, Untrusted

_HTTPS = 443
_DER = 2  # what the ssl module's C part calls this encoding
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


class Place(NamedTuple):
    """Where a URL leads to: host, port, addresses that may be asked, what to ask for, and until when."""

    host: str
    port: int
    addresses: tuple[str, ...]
    path: str
    deadline: float

    @property
    def left(self) -> float:
        """Return the seconds that are left; TimeoutError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Fetcher(NamedTuple):
    """Asks other servers; `private` are networks that may be asked though they are not public.

    A fetch takes `seconds` at most in all, however many connections it makes.
    """

    private: tuple[Network, ...] = ()
    seconds: float = 5.0
    most_bytes: int = 256 * 1024

    def get(self, url: str, thumbprints: tuple[str, ...] = ()) -> bytes:
        """Return the document at an https URL; Unreachable when there is none to be had."""
        place = self._place(url)
        try:
            return self._get(place, ssl.create_default_context())
        except ssl.SSLCertVerificationError:
            anchors = self._anchors(place, thumbprints)
        try:
            return self._get(place, _trusting(anchors))
        except ssl.SSLCertVerificationError as unknown:
            raise Untrusted(f"the certificate of {place.host} is not trusted") from unknown

    def top_thumbprint(self, url: str) -> str:
        """Return the SHA-1 of the last certificate that a server presents, as AWS finds one out."""
        return _sha1(self._chain(self._place(url))[-1])

    def _place(self, url: str) -> Place:
        deadline = time.monotonic() + self.seconds
        parts, port = _split(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or parts.username is not None or not _HOST.fullmatch(host):
            raise Unreachable(f"{url[:200]} is not an https URL")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Place(host, port, resolve(host, port, self.private, self.seconds), path, deadline)

    def _get(self, place: Place, context: ssl.SSLContext) -> bytes:
        with self._connected(place, context) as secured:
            connection = http.client.HTTPConnection(place.host, place.port)
            connection.sock = secured
            headers = {"Accept": "application/json", "User-Agent": "iamd", "Connection": "close"}
            connection.request("GET", place.path, headers=headers)
            with contextlib.closing(connection.getresponse()) as answer:
                body = self._body(place, answer)
        return body

    def _body(self, place: Place, answer: http.client.HTTPResponse) -> bytes:
        if answer.status != http.client.OK:
            raise Unreachable(f"{place.host} answered with status {answer.status}")
        body = answer.read(self.most_bytes + 1)
        if len(body) > self.most_bytes:
            raise Unreachable(f"{place.host} answered with more than {self.most_bytes} bytes")
        if answer.length:  # less than was announced: a read of so many bytes does not mind
            raise http.client.IncompleteRead(body, answer.length)
        return body

    @contextlib.contextmanager
    def _connected(self, place: Place, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
        """Connect, and hang up when time is over, however slowly the other side talks."""
        overdue = threading.Event()
        try:
            with _dialled(place) as plain:
                secured = context.wrap_socket(
                    plain, server_hostname=place.host, do_handshake_on_connect=False
                )
                with secured, _hanging_up(secured, place.left, overdue):
                    secured.do_handshake()
                    yield secured
            if overdue.is_set():  # what was read looks whole, though it was cut off
                raise TimeoutError
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as failed:
            late = overdue.is_set() or isinstance(failed, TimeoutError)
            reason = f"did not answer within {self.seconds:g} seconds" if late else "cannot be reached"
            raise Unreachable(f"{place.host} {reason}") from failed

    def _anchors(self, place: Place, thumbprints: tuple[str, ...]) -> list[bytes]:
        """Return the certificates of a server's chain that have one of the thumbprints; Untrusted if none."""
        wanted = {thumbprint.lower() for thumbprint in thumbprints}
        anchors = [held for held in self._chain(place) if _sha1(held) in wanted] if wanted else []
        if not anchors:
            raise Untrusted(f"the certificate of {place.host} is not trusted")
        return anchors

    def _chain(self, place: Place) -> list[bytes]:
        """Return the certificates that a server presents, its own first, whoever signed them."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # nothing is asked or believed, the chain is only looked at
        with self._connected(place, context) as secured:
            chain = _presented(secured)
        if not chain:
            raise Unreachable(f"{place.host} presents no certificate")
        return chain


def _split(url: str) -> tuple[SplitResult, int]:
    """Take a URL apart, with its port; Unreachable for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS
    except ValueError as broken:
        raise Unreachable(f"{url[:200]} is not an https URL") from broken
    return parts, port


def _dialled(place: Place) -> socket.socket:
    """Connect to the first address that answers, each of which has its share of the time."""
    *others, last = place.addresses
    for number, address in enumerate(others):
        share = place.left / (len(place.addresses) - number)
        with contextlib.suppress(OSError):
            return _timed(socket.create_connection((address, place.port), timeout=share), place)
    return _timed(socket.create_connection((last, place.port), timeout=place.left), place)


def _timed(connected: socket.socket, place: Place) -> socket.socket:
    connected.settimeout(max(0.001, place.deadline - time.monotonic()))
    return connected


@contextlib.contextmanager
def _hanging_up(secured: ssl.SSLSocket, seconds: float, overdue: threading.Event) -> Iterator[None]:
    def hang_up() -> None:
        overdue.set()
        with contextlib.suppress(OSError):
            socket.socket.shutdown(secured, socket.SHUT_RDWR)  # its own would take TLS away under the reader

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _presented(secured: ssl.SSLSocket) -> list[bytes]:
    """Return the chain in DER; before Python 3.13 only the C part of the module tells it."""
    tells: Callable[[], Any] | None = getattr(secured, "get_unverified_chain", None)
    if tells is not None:
        return list(tells() or ())
    chain = secured._sslobj.get_unverified_chain() or ()  # type: ignore[attr-defined]  # noqa: SLF001
    return [certificate.public_bytes(_DER) for certificate in chain]


def _trusting(anchors: list[bytes]) -> ssl.SSLContext:
    """Return a context that trusts these certificates and whatever leads to them, and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata="".join(map(ssl.DER_cert_to_PEM_cert, anchors)))
    return context


def _sha1(certificate: bytes) -> str:
    return hashlib.sha1(certificate, usedforsecurity=False).hexdigest()
