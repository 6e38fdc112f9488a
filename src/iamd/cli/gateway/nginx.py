"""nginx's configuration, with `auth_request`."""

from iamd.cli.gateway.gateway import Gateway, Upstream, render

_WITHOUT_BODY = 'proxy_set_header Content-Length "";\nproxy_set_header Transfer-Encoding "";\n'


def render_nginx(gateway: Gateway) -> str:
    """Return a part of nginx's http block."""
    values = gateway.values()
    headers = render("nginx_headers.conf", values) + _verification(gateway.iamd, gateway.ca_file)
    values |= {
        "LISTEN": _listen(gateway),
        "SERVER_NAMES": " ".join(gateway.host_patterns) or "_",
        "QUESTION": _indent(_WITHOUT_BODY + headers),
        "ANSWER": _indent(headers),
        "BACKEND_TLS": _indent(_verification(gateway.backend, gateway.ca_file)),
    }
    return render("nginx_s3.conf" if gateway.is_s3 else "nginx_service.conf", values)


def _listen(gateway: Gateway) -> str:
    listener = gateway.listener
    if not listener.has_tls:
        return f"listen {listener.address};"
    return (
        f"listen {listener.address} ssl;\n    ssl_certificate {listener.certificate};\n"
        f"    ssl_certificate_key {listener.key};"
    )


def _verification(upstream: Upstream, ca_file: str) -> str:
    """Return what makes nginx send the host's name and verify the server's certificate, under https."""
    if not upstream.has_tls:
        return ""
    return (
        f'proxy_ssl_server_name on;\nproxy_ssl_name "{upstream.name}";\nproxy_ssl_verify on;\n'
        f"proxy_ssl_verify_depth 4;\nproxy_ssl_trusted_certificate {ca_file};\n"
    )


def _indent(lines: str) -> str:
    return "\n        ".join(lines.strip().splitlines())
