"""Which addresses a fetch may go to: the public Internet, and private networks that the operator names.

A provider's URL is chosen by whoever may create one, and its documents name further URLs. Without a guard
they could make this server ask its own network: metadata services, admin pages, all that trusts its address.
"""

import queue
import socket
import threading
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from iamd.federation.errors import ProviderUnreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Of IPv6 only what is assigned to hosts of the Internet: neither what carries an IPv4 address inside (NAT64,
# RFC 6052; compatible and translated addresses) nor what is of no use any more (site-local).
_GLOBAL_UNICAST = ip_network("2000::/3")
_IPV6_6TO4 = ip_network("2002::/16")  # 6to4, RFC 3056: carries an IPv4 address, too


def parse_networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """Read a setting; ValueError says which network is wrong."""
    return tuple(ip_network(cidr, strict=False) for cidr in cidrs)


def resolve(
    host: str, port: int, private_networks: tuple[Network, ...], timeout_seconds: float
) -> tuple[str, ...]:
    """Return the addresses of a host, which may all be asked; Unreachable when it has none, or any other.

    One sentence for both: who creates providers does not learn from it what names there are in here.
    """
    addresses = tuple(dict.fromkeys(_look_up(host, port, timeout_seconds)))
    if not addresses or not all(_is_allowed(address, private_networks) for address in addresses):
        raise ProviderUnreachable(f"{host} is not found at a public address")
    return tuple(str(address) for address in addresses)


def _look_up(host: str, port: int, timeout_seconds: float) -> list[Address]:
    """Ask the system's resolver, which knows no limit of ours: a thread waits for it, and may be left."""
    answers: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()

    def query_resolver() -> None:
        try:
            address_infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError):
            address_infos = []
        answers.put([ip_address(str(entry[4][0]).partition("%")[0]) for entry in address_infos])

    threading.Thread(target=query_resolver, name="iamd-resolver", daemon=True).start()
    try:
        return answers.get(timeout=timeout_seconds)
    except queue.Empty:
        return []


def _is_allowed(address: Address, private_networks: tuple[Network, ...]) -> bool:
    effective_address = getattr(address, "ipv4_mapped", None) or address
    if any(
        effective_address in network
        for network in private_networks
        if network.version == effective_address.version
    ):
        return True
    if effective_address.version == _GLOBAL_UNICAST.version and (
        effective_address not in _GLOBAL_UNICAST or effective_address in _IPV6_6TO4
    ):
        return False
    return effective_address.is_global and not effective_address.is_multicast
