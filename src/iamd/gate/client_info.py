"""Where a request came from: what a proxy says counts only when the proxy is one of ours.

From anyone else forwarded headers mean nothing, since anyone can write them.
"""

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from iamd.core.errors import MalformedInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}  # a client leaves them out of the host that it signs
_HOST_PATTERN = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


class ClientInfo(NamedTuple):
    """The host that the client asked for, whether over TLS, and the client's address."""

    host: str
    secure: bool
    source_ip: str


class ProxySettings(NamedTuple):
    """How this server is reached: its public URL, if it has one, and the proxies in front of it."""

    public_scheme: str | None
    public_host: str | None
    trusted_networks: tuple[Network, ...]

    def client_info(self, environ: Mapping[str, Any]) -> ClientInfo:
        """Tell where a WSGI request came from."""
        peer = str(environ.get("REMOTE_ADDR", "")).removeprefix("::ffff:")
        host = str(environ.get("HTTP_HOST", ""))
        secure = environ.get("wsgi.url_scheme") == "https"
        if not self.trusted_networks or not self._is_trusted(_parse_address(peer)):
            return ClientInfo(host, secure, peer)
        scheme = environ.get("HTTP_X_FORWARDED_PROTO") or self.public_scheme
        return ClientInfo(
            environ.get("HTTP_X_FORWARDED_HOST") or self.public_host or host,
            scheme == "https" if scheme else secure,
            self._client_address(environ.get("HTTP_X_FORWARDED_FOR"), peer),
        )

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.trusted_networks)

    def _client_address(self, forwarded_for: str | None, peer: str) -> str:
        """Walk back over our own proxies: the first address that is none of them is the client's.

        MalformedInput where something else stands in its place: a client may have put into the header what
        makes it unreadable, and must not get a proxy's address by that.
        """
        client = peer
        for hop in reversed(forwarded_for.split(",")) if forwarded_for is not None else ():
            address = _parse_address(hop.strip())
            if address is None:
                raise MalformedInput("X-Forwarded-For does not hold the address of the client.")
            client = str(address)
            if not self._is_trusted(address):
                break
        return client


def _parse_address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def parse_proxy_settings(public_url: str | None, trusted_proxies: tuple[str, ...]) -> ProxySettings:
    """Read the settings; ValueError says which of them is wrong."""
    trusted_networks = tuple(ip_network(proxy, strict=False) for proxy in trusted_proxies)
    if not public_url:
        return ProxySettings(None, None, trusted_networks)
    url = urlsplit(public_url)
    if url.scheme not in _DEFAULT_PORTS or not _HOST_PATTERN.fullmatch(url.netloc) or _has_path(url):
        raise ValueError(f"the public URL must be http(s)://host[:port], not {public_url!r}")
    return ProxySettings(
        url.scheme, url.netloc.lower().removesuffix(_DEFAULT_PORTS[url.scheme]), trusted_networks
    )


def _has_path(url: SplitResult) -> bool:
    return bool(url.path.strip("/") or url.query or url.fragment)
