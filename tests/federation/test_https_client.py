"""Fetching from servers that are what they say, and from those that are not, or do not let go."""

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
    Page,
    Site,
    authority,
    drips,
    hangs,
    leaf,
    page,
    presenting,
    says,
    serving,
    thumbprint,
)

LOOPBACK = parse_networks(["127.0.0.0/8"])
FETCHER = HttpsClient(LOOPBACK)
HASTY = HttpsClient(LOOPBACK, timeout_seconds=0.3)
TRUSTED = (thumbprint(authority()),)


@pytest.fixture
def site() -> Iterator[Site]:
    """Return a server that presents its own certificate and that of its authority."""
    with serving(presenting(leaf(), authority())) as made:
        made.pages["/"] = says("here")
        yield made


def url(site: Site, path: str = "/", host: str = "127.0.0.1") -> str:
    return f"https://{host}:{site.port}{path}"


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make the tests' authority one that this machine knows."""
    file = tmp_path / "known.pem"
    file.write_bytes(authority().cert_pem.bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))


# Whom is believed.


@pytest.mark.usefixtures("known")
def test_a_server_of_a_known_authority_needs_no_thumbprint(site: Site) -> None:
    assert FETCHER.get(url(site)) == b'"here"'
    assert site.asked == ["/"]
    assert site.hosts == [f"127.0.0.1:{site.port}"]


@pytest.mark.usefixtures("known")
def test_a_thumbprint_of_something_else_takes_no_known_authority_away(site: Site) -> None:
    assert FETCHER.get(url(site), ("a" * 40,)) == b'"here"'


@pytest.mark.parametrize("thumbprints", [(), ("a" * 40,), (thumbprint(trustme.CA()),)])
def test_an_unknown_authority_is_not_believed(site: Site, thumbprints: tuple[str, ...]) -> None:
    with pytest.raises(UntrustedCertificate, match=r"the certificate of 127.0.0.1 is not trusted"):
        FETCHER.get(url(site), thumbprints)
    assert site.asked == []


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_thumbprint_may_be_in_any_case(site: Site, spelling: Callable[[str], str]) -> None:
    assert FETCHER.get(url(site), tuple(map(spelling, TRUSTED))) == b'"here"'


def test_thumbprints_of_leaf_intermediate_and_root_are_each_enough() -> None:
    root = trustme.CA()
    middle = root.create_child_ca()
    certificate = middle.issue_cert("127.0.0.1")
    with serving(presenting(certificate, root)) as site:
        site.pages["/"] = says("here")
        for one in (certificate, middle, root):
            assert FETCHER.get(url(site), (thumbprint(one),)) == b'"here"'
        assert FETCHER.get(url(site), ("a" * 40, thumbprint(root), thumbprint(certificate))) == b'"here"'


def test_a_root_that_is_not_presented_cannot_be_recognized() -> None:
    root = trustme.CA()
    certificate = root.create_child_ca().issue_cert("127.0.0.1")
    with serving(presenting(certificate)) as site, pytest.raises(UntrustedCertificate):
        FETCHER.get(url(site), (thumbprint(root),))


def test_an_authority_that_is_merely_shown_vouches_for_nobody() -> None:
    with serving(presenting(trustme.CA().issue_cert("127.0.0.1"), authority())) as site:
        site.pages["/"] = says("evil")
        with pytest.raises(UntrustedCertificate):
            FETCHER.get(url(site), TRUSTED)
        assert site.asked == []


def test_a_server_cannot_sign_another_in_its_own_name() -> None:
    genuine = leaf()
    as_authority = trustme.CA.from_pem(genuine.cert_chain_pems[0].bytes(), genuine.private_key_pem.bytes())
    with serving(presenting(as_authority.issue_cert("127.0.0.1"), as_authority)) as site:
        site.pages["/"] = says("evil")
        with pytest.raises(UntrustedCertificate):
            FETCHER.get(url(site), (thumbprint(genuine),))
        assert site.asked == []


@pytest.mark.parametrize("thumbprints", [(), TRUSTED, (thumbprint(leaf("elsewhere.example")),)])
def test_a_certificate_of_another_host_is_refused_whoever_vouches(
    thumbprints: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with serving(presenting(leaf("elsewhere.example"), authority())) as site:
        for authority_is_known in (False, True):
            if authority_is_known:
                request.getfixturevalue("known")
            with pytest.raises(UntrustedCertificate):
                FETCHER.get(url(site), thumbprints)
        assert site.asked == []


def test_a_certificate_that_has_expired_is_refused() -> None:
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    old = authority().issue_cert("127.0.0.1", not_before=past - datetime.timedelta(days=9), not_after=past)
    with serving(presenting(old, authority())) as site:
        for thumbprints in (TRUSTED, (thumbprint(old),)):
            with pytest.raises(UntrustedCertificate):
                FETCHER.get(url(site), thumbprints)


def test_the_top_thumbprint_is_that_of_the_last_certificate_presented(site: Site) -> None:
    assert FETCHER.fetch_top_thumbprint(url(site)) == TRUSTED[0]
    with serving(presenting(leaf())) as alone:
        assert FETCHER.fetch_top_thumbprint(url(alone)) == thumbprint(leaf())


# How long, and how much.


@pytest.mark.parametrize("ask", [HttpsClient.get, HttpsClient.fetch_top_thumbprint])
def test_a_server_that_never_shakes_hands_is_left(ask: Callable[[HttpsClient, str], object]) -> None:
    with serving(None) as site:
        began = time.monotonic()
        with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 did not answer within 0.3 seconds"):
            ask(HASTY, url(site))
        assert time.monotonic() - began < 2


def drips_body(site: Site, secured: ssl.SSLSocket) -> None:
    """Answer with a body whose length is not said, byte after byte: cut off, it looks whole."""
    secured.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not site.closing.wait(0.02):
        secured.sendall(b" ")


def drips_chunks(site: Site, secured: ssl.SSLSocket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not site.closing.wait(0.02):
        secured.sendall(b"1\r\n \r\n")


def goes_on_and_on(_site: Site, secured: ssl.SSLSocket) -> None:
    """Say again and again that the answer is still to come."""
    while True:
        secured.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@pytest.mark.parametrize("slow", [hangs, drips, drips_body, drips_chunks, goes_on_and_on])
def test_a_server_that_does_not_come_to_an_end_is_left(site: Site, slow: Page) -> None:
    site.pages["/"] = slow
    began = time.monotonic()
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 did not answer within 0.3 seconds"):
        HASTY.get(url(site), TRUSTED)
    assert time.monotonic() - began < 2


def floods(_site: Site, secured: ssl.SSLSocket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        secured.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")


@pytest.mark.parametrize("large", [page(b" " * 5_000_000), page(b" " * 262_145), floods])
def test_more_than_there_may_be_is_not_read(site: Site, large: Page) -> None:
    site.pages["/"] = large
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 answered with more than 262144 bytes"):
        FETCHER.get(url(site), TRUSTED)


def test_as_much_as_there_may_be_is_read(site: Site) -> None:
    site.pages["/"] = page(b" " * 262_144)
    assert len(FETCHER.get(url(site), TRUSTED)) == 262_144


# What is no answer.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target", ["/there", "https://127.0.0.1:{port}/there", "http://169.254.169.254/latest/meta-data/"]
)
def test_redirects_are_not_followed(site: Site, status: int, target: str) -> None:
    site.pages["/"] = page(b"", f"{status} Elsewhere", [f"Location: {target.format(port=site.port)}"])
    site.pages["/there"] = says("evil")
    with pytest.raises(ProviderUnreachable, match=f"127.0.0.1 answered with status {status}"):
        FETCHER.get(url(site), TRUSTED)
    assert site.asked == ["/"]


@pytest.mark.parametrize("status", [201, 204, 206, 304, 401, 404, 429, 500, 503])
def test_no_other_status_is_an_answer(site: Site, status: int) -> None:
    site.pages["/"] = page(b"{}", f"{status} So")
    with pytest.raises(ProviderUnreachable, match=f"127.0.0.1 answered with status {status}"):
        FETCHER.get(url(site), TRUSTED)


@pytest.mark.parametrize(
    "broken",
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
    ids=["nothing", "a line", "no HTTP", "no status", "cut off", "no chunk", "a long line", "many lines"],
)
def test_broken_http_is_no_answer(site: Site, broken: bytes) -> None:
    site.pages["/"] = lambda _site, secured: secured.sendall(broken)
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 cannot be reached"):
        FETCHER.get(url(site), TRUSTED)


def test_a_port_where_nobody_listens_cannot_be_reached() -> None:
    with serving(None) as site:
        gone = url(site)
    with pytest.raises(ProviderUnreachable, match=r"127.0.0.1 cannot be reached"):
        FETCHER.get(gone)


@pytest.mark.parametrize(
    "bad",
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
def test_what_is_no_https_url_is_not_asked(bad: str) -> None:
    with pytest.raises(ProviderUnreachable, match="is not an https URL"):
        FETCHER.get(bad, TRUSTED)


@pytest.mark.parametrize("path", ["/a b", "/é", "/\ud800", "/a\x7fb", "/\0"])
def test_a_path_that_no_request_may_have_is_not_asked_for(site: Site, path: str) -> None:
    with pytest.raises(ProviderUnreachable):
        FETCHER.get(url(site, path), TRUSTED)
    assert site.asked == []


def test_line_ends_in_a_url_add_no_header(site: Site) -> None:
    site.pages["/keysX-Evil:1"] = says("here")
    assert FETCHER.get(url(site, "/keys\r\nX-Evil:1"), TRUSTED) == b'"here"'
    assert site.asked == ["/keysX-Evil:1"]


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_by_default_this_machine_is_not_asked_by_any_name(site: Site, host: str) -> None:
    with pytest.raises(ProviderUnreachable, match="is not found at a public address"):
        HttpsClient().get(url(site, host=host), TRUSTED)
    with pytest.raises(ProviderUnreachable, match="is not found at a public address"):
        HttpsClient().fetch_top_thumbprint(url(site, host=host))
    assert site.asked == []
