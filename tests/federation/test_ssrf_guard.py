"""SSRF guard: requests go to public addresses only, unless the operator allows a private network."""

import socket
import threading
import time
from typing import Any

import pytest

from iamd.federation.errors import ProviderUnreachable
from iamd.federation.ssrf_guard import parse_networks, resolve

LOOPBACK = parse_networks(["127.0.0.0/8"])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "64:ff9b::808:808",
        "2002:7f00:1::",
        "2001:0:7f00:1::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "no-such-host.invalid",
        "a..b",
        "a\0b",
        "a" * 70 + ".example",
    ],
)
def test_non_public_host_is_rejected_like_an_unknown_one(host: str) -> None:
    with pytest.raises(ProviderUnreachable) as error:
        resolve(host, 443, (), 5)
    assert str(error.value) == f"{host} does not resolve to a public address"


@pytest.mark.parametrize("host", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"])
def test_public_address_is_allowed(host: str) -> None:
    assert resolve(host, 443, (), 5) == (host,)


@pytest.mark.parametrize(
    ("network", "host", "is_allowed"),
    [
        ("127.0.0.0/8", "127.0.0.1", True),
        ("127.0.0.0/8", "::ffff:127.0.0.1", True),
        ("127.0.0.0/8", "2130706433", True),
        ("127.0.0.0/8", "10.0.0.1", False),
        ("127.0.0.0/8", "::1", False),
        ("10.1.0.7/16", "10.1.255.1", True),
        ("10.1.0.7/16", "10.2.0.1", False),
        ("fd00::/8", "fd00::1", True),
        ("fd00::/8", "fe80::1", False),
        ("::/0", "127.0.0.1", False),
    ],
)
def test_configured_private_network_is_allowed(network: str, host: str, is_allowed: bool) -> None:
    if is_allowed:
        assert len(resolve(host, 443, parse_networks([network]), 5)) == 1
    else:
        with pytest.raises(ProviderUnreachable):
            resolve(host, 443, parse_networks([network]), 5)


@pytest.mark.parametrize("network", ["10.0.0.0/33", "example.com", "10.0.0"])
def test_invalid_network_is_a_value_error(network: str) -> None:
    with pytest.raises(ValueError, match=network):
        parse_networks([network])


def resolving_to(*addresses: str) -> Any:
    def getaddrinfo(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize("addresses", [("1.1.1.1", "10.0.0.1"), ("10.0.0.1", "1.1.1.1")])
def test_host_with_a_private_and_a_public_address_is_rejected(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to(*addresses))
    with pytest.raises(ProviderUnreachable):
        resolve("two.example", 443, (), 5)


def test_addresses_are_returned_without_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("1.1.1.1", "8.8.8.8", "1.1.1.1"))
    assert resolve("two.example", 443, (), 5) == ("1.1.1.1", "8.8.8.8")


def test_dns_resolution_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    finished = threading.Event()

    def silent(*_: Any, **__: Any) -> list[Any]:
        finished.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    start = time.monotonic()
    try:
        with pytest.raises(ProviderUnreachable):
            resolve("silent.example", 443, (), 0.05)
        assert time.monotonic() - start < 2
    finally:
        finished.set()
