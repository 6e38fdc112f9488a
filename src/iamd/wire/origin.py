"""Where a request came from: what a proxy says counts only when the proxy is one of ours.

From anyone else forwarded headers mean nothing, since anyone can write them.
"""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Seen(NamedTuple):
    """The host that the client asked for, whether over TLS, and the client's address."""

    host: str
    secure: bool
    source_ip: str


class Origin(NamedTuple):
    """How this server is reached: its public URL, if it has one, and the proxies in front of it."""

    scheme: str | None
    host: str | None
    proxies: tuple[Network, ...]

    def see(self, environ: Mapping[str, Any]) -> Seen:
        """Tell where a WSGI request came from."""
        peer = str(environ.get("REMOTE_ADDR", ""))
        host = str(environ.get("HTTP_HOST", ""))
        secure = environ.get("wsgi.url_scheme") == "https"
        if not self.proxies or not self._trusts(_address(peer)):
            return Seen(host, secure, peer)
        scheme = environ.get("HTTP_X_FORWARDED_PROTO") or self.scheme
        return Seen(
            environ.get("HTTP_X_FORWARDED_HOST") or self.host or host,
            scheme == "https" if scheme else secure,
            self._client(str(environ.get("HTTP_X_FORWARDED_FOR", "")), peer),
        )

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.proxies)

    def _client(self, forwarded: str, peer: str) -> str:
        """Walk back over our own proxies: the first address that is none of them is the client's."""
        client = peer
        for step in reversed(forwarded.split(",")):
            address = _address(step.strip())
            if address is None:
                break
            client = str(address)
            if not self._trusts(address):
                break
        return client


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def origin(public_url: str | None, trusted_proxies: tuple[str, ...]) -> Origin:
    """Read the settings; ValueError says which of them is wrong."""
    url = urlsplit(public_url or "")
    if public_url and (url.scheme not in ("http", "https") or not url.netloc or url.path.strip("/")):
        raise ValueError(f"the public URL must be http(s)://host[:port], not {public_url!r}")
    proxies = tuple(ip_network(proxy, strict=False) for proxy in trusted_proxies)
    return Origin(url.scheme or None, url.netloc or None, proxies)
