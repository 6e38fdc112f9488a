"""Caddy's configuration, with `forward_auth`."""

from iamd.cli.gateway.gateway import Gateway, Upstream, render


def render_caddy(gateway: Gateway) -> str:
    """Return a Caddyfile."""
    listener = gateway.listener
    values = gateway.values() | {
        "LISTEN": ", ".join(_sites(gateway)),
        "OTHER_HOSTS": _other_hosts(gateway),
        "TLS": f"tls {listener.certificate} {listener.key}" if listener.has_tls else "",
        "IAMD_ADDRESS": f"{gateway.iamd.scheme}://{gateway.iamd.address}",
        "BACKEND_ADDRESS": f"{gateway.backend.scheme}://{gateway.backend.address}",
        "IAMD_TRANSPORT": _transport(gateway.iamd, gateway.ca_file),
        "BACKEND_TRANSPORT": _transport(gateway.backend, gateway.ca_file),
    }
    return render("caddy_s3.Caddyfile" if gateway.is_s3 else "caddy_service.Caddyfile", values)


def _sites(gateway: Gateway) -> list[str]:
    scheme = "https" if gateway.listener.has_tls else "http"
    return [f"{scheme}://{host}:{gateway.listener.port}" for host in gateway.host_patterns or ("",)]


def _other_hosts(gateway: Gateway) -> str:
    """Return a site for the hosts that are not served; Caddy would answer 200 without a body."""
    if not gateway.hosts:
        return ""
    listener = gateway.listener
    site = f"https://:{listener.port}" if listener.has_tls else f"http://:{listener.port}"
    tls = f"    tls {listener.certificate} {listener.key}\n" if listener.has_tls else ""
    return f"{site} {{\n{tls}    respond 404\n}}"


def _transport(upstream: Upstream, ca_file: str) -> str:
    """Return what makes Caddy verify the server's certificate by the authorities of a file, under https."""
    if not upstream.has_tls:
        return ""
    lines = (
        "transport http {",
        f"    tls_trust_pool file {ca_file}",
        f"    tls_server_name {upstream.name}",
        "}",
    )
    return "\n".join(f"            {line}" for line in lines)
