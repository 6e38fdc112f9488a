"""Client IP address, host and scheme of a request behind trusted proxies."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamd.core.errors import MalformedInput
from iamd.gate import forwarded
from iamd.gate.client_info import ClientInfo, ProxySettings, parse_proxy_settings

FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.9",
    "HTTP_X_FORWARDED_HOST": "iam.example.com",
    "HTTP_X_FORWARDED_PROTO": "https",
}


def seen(host: str, *, secure: bool, source_ip: str, peer: str = "10.0.0.1") -> ClientInfo:
    return ClientInfo(host, secure, source_ip, peer)


def client_info(settings: ProxySettings, peer: str, **headers: str) -> ClientInfo:
    return settings.client_info(
        {"REMOTE_ADDR": peer, "HTTP_HOST": "inside:8470", "wsgi.url_scheme": "http", **headers}
    )


def test_peer_is_a_proxy_if_its_network_is_trusted() -> None:
    assert TRUSTED_NETWORK.is_proxy("10.9.9.9")
    assert not TRUSTED_NETWORK.is_proxy("11.0.0.1")
    assert not proxy_settings().is_proxy("10.9.9.9")


def proxy_settings(*proxies: str) -> ProxySettings:
    return parse_proxy_settings(None, proxies)


TRUSTED_NETWORK = proxy_settings("10.0.0.0/8")


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
def test_forwarded_headers_of_an_untrusted_peer_are_ignored(proxies: tuple[str, ...], peer: str) -> None:
    assert client_info(proxy_settings(*proxies), peer, **FORWARDED) == ClientInfo(
        "inside:8470", secure=False, source_ip=peer, peer=peer
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
def test_forwarded_headers_of_a_trusted_proxy_are_used(proxies: tuple[str, ...], peer: str) -> None:
    address = peer.removeprefix("::ffff:")
    expected = ClientInfo("iam.example.com", secure=True, source_ip="203.0.113.9", peer=address)
    assert client_info(proxy_settings(*proxies), peer, **FORWARDED) == expected


@pytest.mark.parametrize(
    ("forwarded", "source_ip"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("10.0.0.7, 203.0.113.9", "203.0.113.9"),  # the first may be forged by the client
        ("1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),  # the last is a trusted proxy
        ("203.0.113.9,10.0.0.7,10.0.0.8", "203.0.113.9"),
        ("10.0.0.7, 10.0.0.8", "10.0.0.7"),
        ("junk, 203.0.113.9", "203.0.113.9"),
        (",203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("203.0.113.9:51234, 10.0.0.7:443", "203.0.113.9"),
        ("[2001:db8::1]:51234", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_client_address_is_the_last_that_is_not_a_trusted_proxy(forwarded: str, source_ip: str) -> None:
    info = client_info(TRUSTED_NETWORK, "10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert info.source_ip == source_ip


@pytest.mark.parametrize(
    "forwarded",
    [
        "",
        "junk",
        "unknown",
        "203.0.113.9, junk",
        "junk, 10.0.0.7",
        "203.0.113.9:x",
        "203.0.113.9,",
        "1",
        "[::1",
        "1:2:3",
    ],
)
def test_invalid_x_forwarded_for_is_rejected(forwarded: str) -> None:
    """A header with a non-ASCII byte arrives empty; ignoring it would let any client appear as the proxy."""
    with pytest.raises(MalformedInput, match="X-Forwarded-For does not contain a valid client IP address"):
        client_info(TRUSTED_NETWORK, "10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_info(TRUSTED_NETWORK, "10.0.0.1").source_ip == "10.0.0.1"
    untrusted = client_info(TRUSTED_NETWORK, "192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert untrusted.source_ip == "192.0.2.1"


@pytest.mark.parametrize(
    ("forwarded_proto", "secure"),
    [
        ("https", True),
        ("HTTPS", True),
        ("http", False),
        ("", False),
        ("wss", False),
        ("https, http", False),
        ("http,https", True),
        ("https,https", True),
    ],
)
def test_x_forwarded_proto_is_what_the_last_proxy_saw(forwarded_proto: str, secure: bool) -> None:
    info = client_info(TRUSTED_NETWORK, "10.0.0.1", HTTP_X_FORWARDED_PROTO=forwarded_proto)
    assert info.secure is secure


@pytest.mark.parametrize(
    ("addresses", "protos", "secure"),
    [
        ("203.0.113.9, 10.0.0.7", "https, http", True),  # TLS ends at the first of two proxies
        ("203.0.113.9, 10.0.0.7", "http, https", False),
        ("203.0.113.9, 10.0.0.7", "https", True),  # the second proxy replaced the header or passed it on
        ("1.1.1.1, 203.0.113.9, 10.0.0.7", "https, http, http", False),  # the first is forged
        ("1.1.1.1, 203.0.113.9", "https, http", False),
    ],
)
def test_scheme_is_that_of_the_clients_entry(addresses: str, protos: str, secure: bool) -> None:
    headers = {"HTTP_X_FORWARDED_FOR": addresses, "HTTP_X_FORWARDED_PROTO": protos}
    info = client_info(TRUSTED_NETWORK, "10.0.0.1", **headers)
    assert (info.source_ip, info.secure) == ("203.0.113.9", secure)


def test_host_is_that_of_the_clients_entry() -> None:
    headers = {
        "HTTP_X_FORWARDED_FOR": "203.0.113.9, 10.0.0.7",
        "HTTP_X_FORWARDED_HOST": "evil.example, iam.example.com, inside.example",
    }
    assert client_info(TRUSTED_NETWORK, "10.0.0.1", **headers).host == "iam.example.com"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "for=203.0.113.9",
            seen("inside:8470", secure=False, source_ip="203.0.113.9"),
        ),
        (
            "for=203.0.113.9;proto=https;host=iam.example.com;by=10.0.0.1",
            seen("iam.example.com", secure=True, source_ip="203.0.113.9"),
        ),
        (
            'For="[2001:db8::1]:4711"; Proto=HTTPS, for=10.0.0.7;proto=http',
            seen("inside:8470", secure=True, source_ip="2001:db8::1"),
        ),
        (
            'for=1.1.1.1;host="a,b;c", for="203.0.113.9:80";host="iam.example.com:8443"',
            seen("iam.example.com:8443", secure=False, source_ip="203.0.113.9"),
        ),
        (
            "for=unknown, for=203.0.113.9",
            seen("inside:8470", secure=False, source_ip="203.0.113.9"),
        ),
    ],
)
def test_forwarded_header_of_rfc_7239(value: str, expected: ClientInfo) -> None:
    assert client_info(TRUSTED_NETWORK, "10.0.0.1", HTTP_FORWARDED=value) == expected
    untrusted = client_info(TRUSTED_NETWORK, "192.0.2.1", HTTP_FORWARDED=value)
    assert untrusted == seen("inside:8470", secure=False, source_ip="192.0.2.1", peer="192.0.2.1")
    x_forwarded = client_info(TRUSTED_NETWORK, "10.0.0.1", HTTP_FORWARDED=value, **FORWARDED)
    assert x_forwarded == seen("iam.example.com", secure=True, source_ip="203.0.113.9")


@pytest.mark.parametrize(
    "value",
    [
        *("", "for=unknown", "for=_hidden", "proto=https", "for", "for=a b", 'for="1.1.1.1', "=", ";;x"),
        *("for=1.1.1.1;for=2.2.2.2", "for=1.1.1.1,", "," * 16_000, 'for="' * 3_000),
    ],
)
def test_invalid_forwarded_header_is_rejected(value: str) -> None:
    with pytest.raises(MalformedInput, match="Forwarded "):
        client_info(TRUSTED_NETWORK, "10.0.0.1", HTTP_FORWARDED=value)


@given(st.text(max_size=80) | st.text('for=;,"\\[]:. 0123', max_size=80), st.booleans())
def test_every_header_is_parsed_or_rejected(value: str, rfc_7239: bool) -> None:
    header = "HTTP_FORWARDED" if rfc_7239 else "HTTP_X_FORWARDED_FOR"
    with contextlib.suppress(MalformedInput):
        assert forwarded.parse_address(client_info(TRUSTED_NETWORK, "10.0.0.1", **{header: value}).source_ip)


def test_tls_connection_is_secure_unless_the_proxy_forwarded_http() -> None:
    environ = {"wsgi.url_scheme": "https", "REMOTE_ADDR": "10.0.0.1", "HTTP_HOST": "h"}
    assert proxy_settings().client_info(environ).secure
    assert TRUSTED_NETWORK.client_info(environ).secure
    assert not TRUSTED_NETWORK.client_info({**environ, "HTTP_X_FORWARDED_PROTO": "http"}).secure


def test_ipv4_mapped_peer_address_becomes_ipv4() -> None:
    assert client_info(proxy_settings(), "::ffff:192.0.2.1").source_ip == "192.0.2.1"


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
def test_public_url_applies_only_to_requests_from_a_trusted_proxy(url: str, host: str, secure: bool) -> None:
    settings = parse_proxy_settings(url, ("10.0.0.0/8",))
    assert client_info(settings, "10.0.0.1") == seen(host, secure=secure, source_ip="10.0.0.1")
    untrusted = client_info(settings, "192.0.2.1")
    assert untrusted == seen("inside:8470", secure=False, source_ip="192.0.2.1", peer="192.0.2.1")
    assert client_info(settings, "10.0.0.1", **FORWARDED) == seen(
        "iam.example.com", secure=True, source_ip="203.0.113.9"
    )


@pytest.mark.parametrize(
    "url",
    [
        "iam.example.com",
        "ftp://iam.example.com",
        "https://",
        "https:///path",
        "https://iam.example.com?x",
        "https://iam.example.com#x",
        "https://user:secret@iam.example.com",
        "https://a,b",
        "https://a b",
        "https://a:port",
    ],
)
def test_invalid_public_url_is_rejected(url: str) -> None:
    with pytest.raises(ValueError, match=r"public URL must be http\(s\)://host\[:port\]"):
        parse_proxy_settings(url, ())


@pytest.mark.parametrize("path", ["/iam", "/iam/", "/a/b?c"])
def test_public_url_with_a_path_is_rejected(path: str) -> None:
    with pytest.raises(ValueError, match=r"a path prefix .* is not supported: give the server a host name"):
        parse_proxy_settings(f"https://example.com{path}", ())


@pytest.mark.parametrize("proxy", ["", "proxy.example.com", "10.0.0.0/33", "10.0.0"])
def test_invalid_trusted_proxy_is_rejected(proxy: str) -> None:
    with pytest.raises(ValueError, match="IPv4 or IPv6 network"):
        parse_proxy_settings(None, (proxy,))
