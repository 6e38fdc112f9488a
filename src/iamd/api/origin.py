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

_PORTS = {"http": ":80", "https": ":443"}  # a client leaves them out of the host that it signs
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


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
        peer = str(environ.get("REMOTE_ADDR", "")).removeprefix("::ffff:")
        host = str(environ.get("HTTP_HOST", ""))
        secure = environ.get("wsgi.url_scheme") == "https"
        if not self.proxies or not self._trusts(_address(peer)):
            return Seen(host, secure, peer)
        scheme = environ.get("HTTP_X_FORWARDED_PROTO") or self.scheme
        return Seen(
            environ.get("HTTP_X_FORWARDED_HOST") or self.host or host,
            scheme == "https" if scheme else secure,
            self._client(environ.get("HTTP_X_FORWARDED_FOR"), peer),
        )

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.proxies)

    def _client(self, forwarded: str | None, peer: str) -> str:
        """Walk back over our own proxies: the first address that is none of them is the client's.

        MalformedInput where something else stands in its place: a client may have put into the header what
        makes it unreadable, and must not get a proxy's address by that.
        """
        client = peer
        for step in reversed(forwarded.split(",")) if forwarded is not None else ():
            address = _address(step.strip())
            if address is None:
                raise MalformedInput("X-Forwarded-For does not hold the address of the client.")
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
    proxies = tuple(ip_network(proxy, strict=False) for proxy in trusted_proxies)
    if not public_url:
        return Origin(None, None, proxies)
    url = urlsplit(public_url)
    if url.scheme not in _PORTS or not _HOST.fullmatch(url.netloc) or _extra(url):
        raise ValueError(f"the public URL must be http(s)://host[:port], not {public_url!r}")
    return Origin(url.scheme, url.netloc.lower().removesuffix(_PORTS[url.scheme]), proxies)


def _extra(url: SplitResult) -> bool:
    return bool(url.path.strip("/") or url.query or url.fragment)
