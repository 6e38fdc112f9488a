"""SSRF guard: fetches may only go to public IP addresses and to private networks that the operator allows.

Anyone who may create a provider chooses its URL, and the provider's documents contain further URLs. Without
the guard they could make this server send requests to its own network: instance metadata, admin pages,
everything that trusts its address.
"""

import queue
import socket
import threading
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from iamd.federation.errors import ProviderUnreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IPv6 is limited to global unicast. This excludes addresses that embed an IPv4 address (NAT64, RFC 6052;
# IPv4-compatible and IPv4-translated addresses) and deprecated ones (site-local).
_GLOBAL_UNICAST = ip_network("2000::/3")
_IPV6_6TO4 = ip_network("2002::/16")  # 6to4, RFC 3056: embeds an IPv4 address, too


def parse_networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """Parse networks in CIDR notation; raise ValueError, which names the network, if one is invalid."""
    return tuple(ip_network(cidr, strict=False) for cidr in cidrs)


def resolve(
    host: str, port: int, private_networks: tuple[Network, ...], timeout_seconds: float
) -> tuple[str, ...]:
    """Return the IP addresses of a host; raise ProviderUnreachable if there are none or one is not allowed.

    The message is the same in both cases, so that it does not reveal which names exist in the server's
    network.
    """
    addresses = tuple(dict.fromkeys(_look_up(host, port, timeout_seconds)))
    if not addresses or not all(_is_allowed(address, private_networks) for address in addresses):
        raise ProviderUnreachable(f"{host} does not resolve to a public address")
    return tuple(str(address) for address in addresses)


def _look_up(host: str, port: int, timeout_seconds: float) -> list[Address]:
    """Resolve a host; empty on failure or timeout.

    The system's resolver has no timeout parameter, so it runs in a thread that is abandoned on timeout.
    """
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
