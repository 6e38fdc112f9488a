"""Where fetches may go: the public Internet and nowhere else, unless the operator says so."""

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
def test_what_is_not_public_is_not_asked_and_looks_as_if_it_were_not_there(host: str) -> None:
    with pytest.raises(ProviderUnreachable) as caught:
        resolve(host, 443, (), 5)
    assert str(caught.value) == f"{host} is not found at a public address"


@pytest.mark.parametrize("host", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"])
def test_what_is_public_may_be_asked(host: str) -> None:
    assert resolve(host, 443, (), 5) == (host,)


@pytest.mark.parametrize(
    ("named", "host", "may"),
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
def test_a_private_network_may_be_asked_where_it_is_named(named: str, host: str, may: bool) -> None:
    if may:
        assert len(resolve(host, 443, parse_networks([named]), 5)) == 1
    else:
        with pytest.raises(ProviderUnreachable):
            resolve(host, 443, parse_networks([named]), 5)


@pytest.mark.parametrize("named", ["10.0.0.0/33", "example.com", "10.0.0"])
def test_what_is_no_network_is_refused_by_name(named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse_networks([named])


def answering(*addresses: str) -> Any:
    def getaddrinfo(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize("addresses", [("1.1.1.1", "10.0.0.1"), ("10.0.0.1", "1.1.1.1")])
def test_a_name_with_one_private_address_is_not_asked_at_its_public_one(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(*addresses))
    with pytest.raises(ProviderUnreachable):
        resolve("two.example", 443, (), 5)


def test_all_addresses_of_a_name_are_returned_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("1.1.1.1", "8.8.8.8", "1.1.1.1"))
    assert resolve("two.example", 443, (), 5) == ("1.1.1.1", "8.8.8.8")


def test_a_resolver_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def silent(*_: Any, **__: Any) -> list[Any]:
        over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    began = time.monotonic()
    try:
        with pytest.raises(ProviderUnreachable):
            resolve("silent.example", 443, (), 0.05)
        assert time.monotonic() - began < 2
    finally:
        over.set()
