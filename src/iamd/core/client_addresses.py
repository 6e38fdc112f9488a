"""Client addresses as limits count them."""

from ipaddress import ip_network

_IPV6_PREFIX_LENGTH = 64  # bits; one subscriber usually has a whole /64


def address_group(address: str) -> str:
    """Return the address to count by: an IPv6 address is replaced by its /64 network."""
    if ":" not in address:
        return address
    try:
        return str(ip_network((address, _IPV6_PREFIX_LENGTH), strict=False))
    except ValueError:
        return address  # of a peer that is not an IP address
