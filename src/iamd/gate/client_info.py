"""Client IP address, host and scheme of a request, behind trusted proxies too.

Forwarded headers are ignored unless the peer is a trusted proxy, since any client can send them.
"""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from iamd.gate import forwarded
from iamd.gate.forwarded import Address

Network = IPv4Network | IPv6Network

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}  # clients omit them in the signed Host header
_LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_HOST_PATTERN = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


class ClientInfo(NamedTuple):
    """The requested host as in the Host header, whether TLS was used, and the client IP address.

    `peer` is the address at the other end of the connection: the client's, or that of a trusted proxy.
    """

    host: str
    secure: bool
    source_ip: str
    peer: str


class ProxySettings(NamedTuple):
    """The public URL of the server, if set, and the networks of trusted proxies."""

    public_scheme: str | None
    public_host: str | None
    trusted_networks: tuple[Network, ...]

    def client_info(self, environ: Mapping[str, Any]) -> ClientInfo:
        """Return the client info of a WSGI request; MalformedInput if a proxy's header is invalid."""
        peer = str(environ.get("REMOTE_ADDR", "")).removeprefix("::ffff:")
        host = str(environ.get("HTTP_HOST", ""))
        secure = environ.get("wsgi.url_scheme") == "https"
        if not self.is_proxy(peer):
            return ClientInfo(host, secure, peer, peer)
        hop = forwarded.client_hop(environ, peer, self.is_trusted)
        scheme = hop.proto or self.public_scheme
        return ClientInfo(
            hop.host or self.public_host or host,
            scheme == "https" if scheme else secure,
            hop.address,
            peer,
        )

    def is_proxy(self, peer: str) -> bool:
        """Return whether the address is that of a trusted proxy."""
        return bool(self.trusted_networks) and self.is_trusted(forwarded.parse_address(peer))

    def is_trusted(self, address: Address | None) -> bool:
        """Return whether an address is in a trusted network; None is not."""
        return address is not None and any(address in network for network in self.trusted_networks)


def console_hosts(base_url: str) -> frozenset[str]:
    """Return the Host headers under which the console is served: all loopback names if its host is one.

    Under any other name, a page of another site could be the console's origin (DNS rebinding).
    """
    url = urlsplit(base_url)
    port = f":{url.port}" if url.port else ""
    names = _LOOPBACK_HOSTS if url.hostname in ("localhost", "127.0.0.1", "::1") else ()
    return frozenset({url.netloc.lower(), *(f"{name}{port}" for name in names)})


def parse_proxy_settings(public_url: str | None, trusted_proxies: tuple[str, ...]) -> ProxySettings:
    """Parse the public URL and the proxies' addresses or networks (CIDR); ValueError if one is invalid.

    The URL has no path: cookies and passkeys are for a whole host, and the API is at / as on AWS.
    """
    trusted_networks = tuple(ip_network(proxy, strict=False) for proxy in trusted_proxies)
    if not public_url:
        return ProxySettings(None, None, trusted_networks)
    url = urlsplit(public_url)
    has_host = url.scheme in _DEFAULT_PORTS and _HOST_PATTERN.fullmatch(url.netloc) is not None
    if has_host and url.path.strip("/"):
        raise ValueError(
            f"a path prefix ({url.path}) is not supported: give the server a host name of its own, "
            "such as https://iam.example.com"
        )
    if not has_host or url.query or url.fragment:
        raise ValueError("the public URL must be http(s)://host[:port]")
    return ProxySettings(
        url.scheme, url.netloc.lower().removesuffix(_DEFAULT_PORTS[url.scheme]), trusted_networks
    )
