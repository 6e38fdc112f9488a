"""Which addresses a fetch may go to: the public Internet, and private networks that the operator names.

A provider's URL is chosen by whoever may create one, and its documents name further URLs. Without a guard
they could make this server ask its own network: metadata services, admin pages, all that trusts its address.
"""

import queue
import socket
import threading
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from iamd.federation.errors import Unreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Of IPv6 only what is assigned to hosts of the Internet: neither what carries an IPv4 address inside (NAT64,
# RFC 6052; compatible and translated addresses) nor what is of no use any more (site-local).
_INTERNET = ip_network("2000::/3")
_TUNNEL = ip_network("2002::/16")  # 6to4, RFC 3056: carries an IPv4 address, too


def networks(named: Iterable[str]) -> tuple[Network, ...]:
    """Read a setting; ValueError says which network is wrong."""
    return tuple(ip_network(one, strict=False) for one in named)


def resolve(host: str, port: int, private: tuple[Network, ...], seconds: float) -> tuple[str, ...]:
    """Return the addresses of a host, which may all be asked; Unreachable when it has none, or any other.

    One sentence for both: who creates providers does not learn from it what names there are in here.
    """
    addresses = tuple(dict.fromkeys(_looked_up(host, port, seconds)))
    if not addresses or not all(_may_be_asked(address, private) for address in addresses):
        raise Unreachable(f"{host} is not found at a public address")
    return tuple(str(address) for address in addresses)


def _looked_up(host: str, port: int, seconds: float) -> list[Address]:
    """Ask the system's resolver, which knows no limit of ours: a thread waits for it, and may be left."""
    answers: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError):
            found = []
        answers.put([ip_address(str(entry[4][0]).partition("%")[0]) for entry in found])

    threading.Thread(target=look_up, name="iamd-resolver", daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return []


def _may_be_asked(address: Address, private: tuple[Network, ...]) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or address
    if any(inner in network for network in private if network.version == inner.version):
        return True
    if inner.version == _INTERNET.version and (inner not in _INTERNET or inner in _TUNNEL):
        return False
    return inner.is_global and not inner.is_multicast
