"""Traefik's configuration, with `forwardAuth`."""

from iamd.cli.errors import CommandError
from iamd.cli.gateway.gateway import Gateway, Upstream, render


def render_traefik(gateway: Gateway) -> str:
    """Return a file of the file provider; CommandError, with status 2, for an S3 gateway."""
    if gateway.is_s3:
        raise CommandError(
            "Traefik cannot change a request's path by iamd's answer, which an S3 gateway needs: use nginx, "
            "Envoy, Caddy or HAProxy",
            status=2,
        )
    listener = gateway.listener
    values = gateway.values() | {
        "REMOVED_AUTHORIZATION": "" if gateway.is_aws else '          Authorization: ""',
        "LISTEN": listener.address if listener.host else f":{listener.port}",
        "RULE": " || ".join(f"Host(`{host}`)" for host in gateway.hosts) or "PathPrefix(`/`)",
        "ROUTER_TLS": "      tls: {}" if listener.has_tls else "",
        "IAMD_TLS": _forward_auth_tls(gateway.iamd, gateway.ca_file),
        "BACKEND_TLS": _backend_tls(gateway.backend, gateway.ca_file),
    }
    text = render("traefik_service.yaml", values)
    if listener.has_tls:
        text += f"tls:\n  certificates: [{{certFile: {listener.certificate}, keyFile: {listener.key}}}]\n"
    return text


def _forward_auth_tls(upstream: Upstream, ca_file: str) -> str:
    return f"        tls: {{ca: {ca_file}}}" if upstream.has_tls else ""


def _backend_tls(upstream: Upstream, ca_file: str) -> str:
    if not upstream.has_tls:
        return ""
    transport = f"    backend: {{rootCAs: [{ca_file}], serverName: {upstream.name}}}"
    return f"        serversTransport: backend\n  serversTransports:\n{transport}"
