"""Forwarded headers of proxies: `X-Forwarded-For`, `-Proto` and `-Host`, or else `Forwarded` (RFC 7239).

Each proxy appends what it saw: the address of its client, the scheme and the host. The last entry whose
address is not that of a trusted proxy is the client's; entries before it may be forged.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, NamedTuple

from iamd.core.errors import MalformedInput

Address = IPv4Address | IPv6Address

_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")
_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# Proxies write a host with a port without the quotes that RFC 7239 requires.
_PARAMETER = re.compile(rf'\s*({_NAME})=([^\s;,"]+|"(?:[^"\\]|\\.)*")\s*([,;]|$)')
_MAX_HOPS = 100


class Hop(NamedTuple):
    """What a proxy saw: the address of its client, and the scheme and the host if it says so."""

    address: str
    proto: str | None = None
    host: str | None = None


def client_hop(environ: Mapping[str, Any], peer: str, is_trusted: Callable[[Address], bool]) -> Hop:
    """Return what the outermost trusted proxy saw; the address is the peer's if no header has one.

    Raises MalformedInput if the client's entry is not an IP address: a client must not be able to make a
    header unreadable to appear under the address of a proxy.
    """
    if "HTTP_X_FORWARDED_FOR" in environ or "HTTP_FORWARDED" not in environ:
        return _x_forwarded_hop(environ, peer, is_trusted)
    hops = _parse_forwarded(environ["HTTP_FORWARDED"])
    number, address = _find_client([hop.address for hop in hops], "Forwarded", is_trusted)
    return hops[-number]._replace(address=address)


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address | None:
    """Parse an IP address, with or without a port; an IPv4-mapped IPv6 address becomes IPv4."""
    match = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(match[1] or match[2] if match else text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _x_forwarded_hop(environ: Mapping[str, Any], peer: str, is_trusted: Callable[[Address], bool]) -> Hop:
    number, address = 1, peer
    if "HTTP_X_FORWARDED_FOR" in environ:
        addresses = [item.strip() for item in environ["HTTP_X_FORWARDED_FOR"].split(",")]
        number, address = _find_client(addresses, "X-Forwarded-For", is_trusted)
    proto = _entry(environ.get("HTTP_X_FORWARDED_PROTO"), number)
    return Hop(address, proto and proto.lower(), _entry(environ.get("HTTP_X_FORWARDED_HOST"), number))


def _find_client(
    addresses: Sequence[str], header: str, is_trusted: Callable[[Address], bool]
) -> tuple[int, str]:
    """Return the number of the client's entry, from the end, and its address."""
    number, client = 0, ""
    for text in reversed(addresses[-_MAX_HOPS:]):
        number += 1
        address = parse_address(text)
        if address is None:
            raise MalformedInput(f"{header} does not contain a valid client IP address.")
        client = str(address)
        if not is_trusted(address):
            break
    return number, client


def _entry(value: str | None, number: int) -> str | None:
    """Return an entry of a list, from the end; the first if there are fewer, since a proxy may replace it."""
    entries = [entry.strip() for entry in value.split(",")] if value else []
    return entries[-min(number, len(entries))] or None if entries else None


def _parse_forwarded(value: str) -> list[Hop]:
    """Parse a `Forwarded` header; MalformedInput if it violates RFC 7239, section 4."""
    hops: list[dict[str, str]] = [{}]
    position = 0
    while position < len(value):
        match = _PARAMETER.match(value, position)
        if match is None or match[1].lower() in hops[-1]:
            raise MalformedInput("Forwarded is not a valid header.")
        hops[-1][match[1].lower()] = _unquote(match[2])
        position = match.end()
        if match[3] == ",":
            hops.append({})
    return [
        Hop(hop.get("for", ""), hop.get("proto", "").lower() or None, hop.get("host") or None) for hop in hops
    ]


def _unquote(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
