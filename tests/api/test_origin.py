"""Who is believed about where a request came from."""

import pytest

from iamd.core.errors import MalformedInput
from iamd.gate.client_info import ClientInfo, ProxySettings, parse_proxy_settings

FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "HTTP_X_FORWARDED_HOST": "iam.example.com",
    "HTTP_X_FORWARDED_PROTO": "https",
}


def seen(at: ProxySettings, peer: str, **headers: str) -> ClientInfo:
    return at.client_info(
        {"REMOTE_ADDR": peer, "HTTP_HOST": "inside:8470", "wsgi.url_scheme": "http", **headers}
    )


def behind(*proxies: str) -> ProxySettings:
    return parse_proxy_settings(None, proxies)


@pytest.mark.parametrize(
    ("proxies", "peer"),
    [
        ((), "127.0.0.1"),
        (("10.0.0.0/8",), "127.0.0.1"),
        (("10.0.0.0/8",), "11.0.0.1"),
        (("10.0.0.1",), "10.0.0.2"),
        (("::1",), "::2"),
        (("10.0.0.0/8",), "::a00:1"),
        (("10.0.0.0/8",), ""),
        (("0.0.0.0/0",), "not an address"),
    ],
)
def test_a_stranger_is_believed_nothing(proxies: tuple[str, ...], peer: str) -> None:
    assert seen(behind(*proxies), peer, **FORWARDED) == ClientInfo(
        "inside:8470", secure=False, source_ip=peer
    )


@pytest.mark.parametrize(
    ("proxies", "peer"),
    [
        (("127.0.0.1",), "127.0.0.1"),
        (("10.0.0.0/8",), "10.1.2.3"),
        (("10.1.2.3/8",), "10.9.9.9"),
        (("192.0.2.1", "::1"), "::1"),
        (("10.0.0.0/8",), "::ffff:10.1.2.3"),
        (("2001:db8::/32",), "2001:db8:1::1"),
    ],
)
def test_a_trusted_proxy_is_believed(proxies: tuple[str, ...], peer: str) -> None:
    expected = ClientInfo("iam.example.com", secure=True, source_ip="203.0.113.9")
    assert seen(behind(*proxies), peer, **FORWARDED) == expected


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("10.0.0.7, 203.0.113.9", "203.0.113.9"),  # the first was written by the client
        ("1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),  # the last is a proxy of ours
        ("203.0.113.9,10.0.0.7,10.0.0.8", "203.0.113.9"),
        ("10.0.0.7, 10.0.0.8", "10.0.0.7"),
        ("junk, 203.0.113.9", "203.0.113.9"),
        (",203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
    ],
)
def test_the_client_is_the_first_that_is_no_proxy_of_ours(forwarded: str, client: str) -> None:
    assert seen(behind("10.0.0.0/8"), "10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded).source_ip == client


@pytest.mark.parametrize(
    "forwarded",
    ["", "junk", "unknown", "203.0.113.9, junk", "junk, 10.0.0.7", "203.0.113.9:443", "203.0.113.9,", "1"],
)
def test_a_client_that_cannot_be_told_is_refused(forwarded: str) -> None:
    """A header with a byte that is not ASCII comes as an empty one: anyone could be a proxy with that."""
    with pytest.raises(MalformedInput, match="X-Forwarded-For does not contain a valid client IP address"):
        seen(behind("10.0.0.0/8"), "10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert seen(behind("10.0.0.0/8"), "10.0.0.1").source_ip == "10.0.0.1"
    assert seen(behind("10.0.0.0/8"), "192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded).source_ip == "192.0.2.1"


@pytest.mark.parametrize(
    ("said", "secure"),
    [("https", True), ("http", False), ("", False), ("https, http", False), ("https,https", False)],
)
def test_the_scheme(said: str, secure: bool) -> None:
    assert seen(behind("10.0.0.0/8"), "10.0.0.1", HTTP_X_FORWARDED_PROTO=said).secure is secure


def test_tls_of_our_own() -> None:
    environ = {"wsgi.url_scheme": "https", "REMOTE_ADDR": "10.0.0.1", "HTTP_HOST": "h"}
    assert behind().client_info(environ).secure
    assert behind("10.0.0.0/8").client_info(environ).secure
    assert not behind("10.0.0.0/8").client_info({**environ, "HTTP_X_FORWARDED_PROTO": "http"}).secure


def test_a_mapped_peer_is_told_as_what_it_is() -> None:
    assert seen(behind(), "::ffff:192.0.2.1").source_ip == "192.0.2.1"


@pytest.mark.parametrize(
    ("url", "host", "secure"),
    [
        ("https://iam.example.com", "iam.example.com", True),
        ("https://iam.example.com/", "iam.example.com", True),
        ("https://IAM.example.com:443", "iam.example.com", True),
        ("https://iam.example.com:80", "iam.example.com:80", True),
        ("http://iam.example.com:80", "iam.example.com", False),
        ("http://[2001:db8::1]:8080", "[2001:db8::1]:8080", False),
    ],
)
def test_a_public_url_counts_for_what_comes_by_a_proxy(url: str, host: str, secure: bool) -> None:
    at = parse_proxy_settings(url, ("10.0.0.0/8",))
    assert seen(at, "10.0.0.1") == ClientInfo(host, secure, "10.0.0.1")
    assert seen(at, "192.0.2.1") == ClientInfo("inside:8470", secure=False, source_ip="192.0.2.1")
    assert seen(at, "10.0.0.1", **FORWARDED) == ClientInfo(
        "iam.example.com", secure=True, source_ip="203.0.113.9"
    )


@pytest.mark.parametrize(
    "url",
    [
        "iam.example.com",
        "ftp://iam.example.com",
        "https://",
        "https:///path",
        "https://iam.example.com/path",
        "https://iam.example.com?x",
        "https://iam.example.com#x",
        "https://user:secret@iam.example.com",
        "https://a,b",
        "https://a b",
        "https://a:port",
    ],
)
def test_a_public_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match=r"public URL must be http\(s\)://host\[:port\]"):
        parse_proxy_settings(url, ())


@pytest.mark.parametrize("proxy", ["", "proxy.example.com", "10.0.0.0/33", "10.0.0"])
def test_a_proxy_that_is_none(proxy: str) -> None:
    with pytest.raises(ValueError, match="IPv4 or IPv6 network"):
        parse_proxy_settings(None, (proxy,))
