"""HTTPS client for identity providers: certificate trust, timeouts, size limits and invalid responses."""

import datetime
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from iamd.federation.errors import ProviderUnreachable, UntrustedCertificate
from iamd.federation.https_client import HttpsClient
from iamd.federation.ssrf_guard import parse_networks
from tests.issuer import (
    HttpsServer,
    Page,
    authority,
    json_page,
    leaf,
    never_responds,
    page,
    sends_headers_slowly,
    server_tls_context,
    serving,
    thumbprint,
)

LOOPBACK = parse_networks(["127.0.0.0/8"])
CLIENT = HttpsClient(LOOPBACK)
CLIENT_WITH_SHORT_TIMEOUT = HttpsClient(LOOPBACK, timeout_seconds=0.3)
THUMBPRINTS = (thumbprint(authority()),)


@pytest.fixture
def site() -> Iterator[HttpsServer]:
    """Serve HTTPS with a certificate and that of its authority."""
    with serving(server_tls_context(leaf(), authority())) as server:
        server.pages["/"] = json_page("here")
        yield server


def url(site: HttpsServer, path: str = "/", host: str = "127.0.0.1") -> str:
    return f"https://{host}:{site.port}{path}"


@pytest.fixture
def trusted_authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Add the tests' certificate authority to the system's trusted ones."""
    file = tmp_path / "trusted.pem"
    file.write_bytes(authority().cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


# Certificate trust.


@pytest.mark.usefixtures("trusted_authority")
def test_trusted_authority_needs_no_thumbprint(site: HttpsServer) -> None:
    assert CLIENT.get(url(site)) == b'"here"'
    assert site.requested_paths == ["/"]
    assert site.host_headers == [f"127.0.0.1:{site.port}"]


@pytest.mark.usefixtures("trusted_authority")
def test_trusted_authority_is_accepted_despite_another_thumbprint(site: HttpsServer) -> None:
    assert CLIENT.get(url(site), ("a" * 40,)) == b'"here"'


@pytest.mark.parametrize("thumbprints", [(), ("a" * 40,), (thumbprint(trustme.CA()),)])
def test_unknown_authority_is_untrusted(site: HttpsServer, thumbprints: tuple[str, ...]) -> None:
    with pytest.raises(UntrustedCertificate, match=r"the certificate of 127.0.0.1 is not trusted"):
        CLIENT.get(url(site), thumbprints)
    assert site.requested_paths == []


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_thumbprints_are_case_insensitive(site: HttpsServer, spelling: Callable[[str], str]) -> None:
    assert CLIENT.get(url(site), tuple(map(spelling, THUMBPRINTS))) == b'"here"'


def test_thumbprint_of_leaf_intermediate_or_root_is_sufficient() -> None:
    root = trustme.CA()
    intermediate = root.create_child_ca()
    certificate = intermediate.issue_cert("127.0.0.1")
    with serving(server_tls_context(certificate, root)) as site:
        site.pages["/"] = json_page("here")
        for issuer in (certificate, intermediate, root):
            assert CLIENT.get(url(site), (thumbprint(issuer),)) == b'"here"'
        assert CLIENT.get(url(site), ("a" * 40, thumbprint(root), thumbprint(certificate))) == b'"here"'


def test_thumbprint_of_a_root_that_is_not_presented_is_untrusted() -> None:
    root = trustme.CA()
    certificate = root.create_child_ca().issue_cert("127.0.0.1")
    with serving(server_tls_context(certificate)) as site, pytest.raises(UntrustedCertificate):
        CLIENT.get(url(site), (thumbprint(root),))


def test_presented_authority_that_did_not_issue_the_certificate_is_untrusted() -> None:
    with serving(server_tls_context(trustme.CA().issue_cert("127.0.0.1"), authority())) as site:
        site.pages["/"] = json_page("evil")
        with pytest.raises(UntrustedCertificate):
            CLIENT.get(url(site), THUMBPRINTS)
        assert site.requested_paths == []


def test_certificate_issued_by_a_leaf_is_untrusted() -> None:
    leaf_certificate = leaf()
    as_authority = trustme.CA.from_pem(
        leaf_certificate.cert_chain_pems[0].bytes(), leaf_certificate.private_key_pem.bytes()
    )
    with serving(server_tls_context(as_authority.issue_cert("127.0.0.1"), as_authority)) as site:
        site.pages["/"] = json_page("evil")
        with pytest.raises(UntrustedCertificate):
            CLIENT.get(url(site), (thumbprint(leaf_certificate),))
        assert site.requested_paths == []


@pytest.mark.parametrize("thumbprints", [(), THUMBPRINTS, (thumbprint(leaf("elsewhere.example")),)])
def test_certificate_of_another_host_is_untrusted(
    thumbprints: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with serving(server_tls_context(leaf("elsewhere.example"), authority())) as site:
        for trust_authority in (False, True):
            if trust_authority:
                request.getfixturevalue("trusted_authority")
            with pytest.raises(UntrustedCertificate):
                CLIENT.get(url(site), thumbprints)
        assert site.requested_paths == []


def test_expired_certificate_is_untrusted() -> None:
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    expired = authority().issue_cert(
        "127.0.0.1", not_before=past - datetime.timedelta(days=9), not_after=past
    )
    with serving(server_tls_context(expired, authority())) as site:
        for thumbprints in (THUMBPRINTS, (thumbprint(expired),)):
            with pytest.raises(UntrustedCertificate):
                CLIENT.get(url(site), thumbprints)


def test_top_thumbprint_is_of_the_last_presented_certificate(site: HttpsServer) -> None:
    assert CLIENT.fetch_top_thumbprint(url(site)) == THUMBPRINTS[0]
    with serving(server_tls_context(leaf())) as leaf_only:
        assert CLIENT.fetch_top_thumbprint(url(leaf_only)) == thumbprint(leaf())


# Time and size limits.


@pytest.mark.parametrize("fetch", [HttpsClient.get, HttpsClient.fetch_top_thumbprint])
def test_tls_handshake_times_out(fetch: Callable[[HttpsClient, str], object]) -> None:
    with serving(None) as site:
        start = time.monotonic()
        with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 did not answer within 0.3 seconds"):
            fetch(CLIENT_WITH_SHORT_TIMEOUT, url(site))
        assert time.monotonic() - start < 2


def sends_body_slowly(site: HttpsServer, secured: ssl.SSLSocket) -> None:
    """Send a body without a Content-Length byte by byte; if it is cut off, it looks complete."""
    secured.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not site.closing.wait(0.02):
        secured.sendall(b" ")


def sends_chunks_slowly(site: HttpsServer, secured: ssl.SSLSocket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not site.closing.wait(0.02):
        secured.sendall(b"1\r\n \r\n")


def sends_interim_responses(_site: HttpsServer, secured: ssl.SSLSocket) -> None:
    """Send interim responses forever."""
    while True:
        secured.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@pytest.mark.parametrize(
    "slow",
    [never_responds, sends_headers_slowly, sends_body_slowly, sends_chunks_slowly, sends_interim_responses],
)
def test_slow_or_endless_response_times_out(site: HttpsServer, slow: Page) -> None:
    site.pages["/"] = slow
    start = time.monotonic()
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 did not answer within 0.3 seconds"):
        CLIENT_WITH_SHORT_TIMEOUT.get(url(site), THUMBPRINTS)
    assert time.monotonic() - start < 2


def sends_endless_chunks(_site: HttpsServer, secured: ssl.SSLSocket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        secured.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")


@pytest.mark.parametrize("large", [page(b" " * 5_000_000), page(b" " * 262_145), sends_endless_chunks])
def test_too_large_response_is_rejected(site: HttpsServer, large: Page) -> None:
    site.pages["/"] = large
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 answered with more than 262144 bytes"):
        CLIENT.get(url(site), THUMBPRINTS)


def test_response_of_maximum_size_is_read(site: HttpsServer) -> None:
    site.pages["/"] = page(b" " * 262_144)
    assert len(CLIENT.get(url(site), THUMBPRINTS)) == 262_144


# Invalid responses and URLs.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/there", "https://127.0.0.1:{port}/there", "http://169.254.169.254/latest/meta-data/"]
)
def test_redirects_are_not_followed(site: HttpsServer, status: int, location: str) -> None:
    site.pages["/"] = page(b"", f"{status} Elsewhere", [f"Location: {location.format(port=site.port)}"])
    site.pages["/there"] = json_page("evil")
    with pytest.raises(ProviderUnreachable, match=f"127.0.0.1 answered with status {status}"):
        CLIENT.get(url(site), THUMBPRINTS)
    assert site.requested_paths == ["/"]


@pytest.mark.parametrize("status", [201, 204, 206, 304, 401, 404, 429, 500, 503])
def test_other_statuses_are_errors(site: HttpsServer, status: int) -> None:
    site.pages["/"] = page(b"{}", f"{status} So")
    with pytest.raises(ProviderUnreachable, match=f"127.0.0.1 answered with status {status}"):
        CLIENT.get(url(site), THUMBPRINTS)


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"\r\n",
        b"hello",
        b"HTTP/1.1 huge OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 200 + b"\r\n{}",
    ],
    ids=[
        "empty",
        "blank line",
        "not HTTP",
        "invalid status",
        "truncated",
        "invalid chunk",
        "long line",
        "many lines",
    ],
)
def test_malformed_http_response_is_an_error(site: HttpsServer, response: bytes) -> None:
    site.pages["/"] = lambda _site, secured: secured.sendall(response)
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 cannot be reached"):
        CLIENT.get(url(site), THUMBPRINTS)


def test_closed_port_is_unreachable() -> None:
    with serving(None) as site:
        closed_url = url(site)
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 cannot be reached"):
        CLIENT.get(closed_url)


@pytest.mark.parametrize(
    "invalid_url",
    [
        "",
        "/",
        "http://127.0.0.1/",
        "HTTP://127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///keys",
        "https://user@127.0.0.1/",
        "https://user:secret@127.0.0.1/",
        "https://@127.0.0.1/",
        "https://127.0.0.1:65536/",
        "https://127.0.0.1:-1/",
        "https://127.0.0.1:x/",
        "https://[::1/",
        "https://[::1%25lo]/",
        "https://a b/",
        "https://a\0b/",
        "https://a%00b/",
        "https://ⓔxample.com/",
        "https://\ud800/",
        "https://a\\b/",
    ],
)
def test_invalid_https_url_is_rejected(invalid_url: str) -> None:
    with pytest.raises(ProviderUnreachable, match="is not an https URL"):
        CLIENT.get(invalid_url, THUMBPRINTS)


@pytest.mark.parametrize("path", ["/a b", "/é", "/\ud800", "/a\x7fb", "/\0"])
def test_invalid_path_is_not_requested(site: HttpsServer, path: str) -> None:
    with pytest.raises(ProviderUnreachable):
        CLIENT.get(url(site, path), THUMBPRINTS)
    assert site.requested_paths == []


def test_line_breaks_in_a_url_cannot_add_a_header(site: HttpsServer) -> None:
    site.pages["/keysX-Evil:1"] = json_page("here")
    assert CLIENT.get(url(site, "/keys\r\nX-Evil:1"), THUMBPRINTS) == b'"here"'
    assert site.requested_paths == ["/keysX-Evil:1"]


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_loopback_is_rejected_by_default_in_any_spelling(site: HttpsServer, host: str) -> None:
    with pytest.raises(ProviderUnreachable, match="does not resolve to a public address"):
        HttpsClient().get(url(site, host=host), THUMBPRINTS)
    with pytest.raises(ProviderUnreachable, match="does not resolve to a public address"):
        HttpsClient().fetch_top_thumbprint(url(site, host=host))
    assert site.requested_paths == []
