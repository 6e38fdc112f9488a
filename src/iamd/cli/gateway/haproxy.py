"""HAProxy's configuration, and the Lua script with which it asks."""

from iamd.cli.errors import CommandError
from iamd.cli.gateway.gateway import Gateway, Listener, Upstream, render

# Requests that iamd answers itself: bucket policies, DeleteObjects, and whatever deletes a bucket.
_ANSWERS = (
    "acl asks_policy query -m reg (^|&)policy(=|&|$)",
    "acl asks_status query -m reg (^|&)policyStatus(=|&|$)",
    "acl asks_delete query -m reg (^|&)delete(=|&|$)",
    "acl is_bucket path -m reg ^/[^/]*/?$",
    "http-request set-var(txn.iamd_answers) bool(true) if asks_policy { method GET HEAD PUT DELETE }",
    "http-request set-var(txn.iamd_answers) bool(true) if asks_status { method GET HEAD }",
    "http-request set-var(txn.iamd_answers) bool(true) if asks_delete { method POST }",
    "http-request set-var(txn.iamd_answers) bool(true) if is_bucket { method DELETE }",
)


def render_haproxy(gateway: Gateway) -> str:
    """Return a configuration, which loads `iamd.lua` from the current folder."""
    values = gateway.values() | {
        "BIND": _bind(gateway.listener),
        "HOSTS": _lines(_host_rules(gateway)),
        "ANSWERS": _lines(_ANSWERS if gateway.is_s3 else ()),
        "IAMD_CA": f"httpclient.ssl.ca-file {gateway.ca_file}" if gateway.iamd.has_tls else "",
        "IAMD_TLS": _server_tls(gateway.iamd, gateway.ca_file),
        "BACKEND_TLS": _server_tls(gateway.backend, gateway.ca_file),
    }
    return render("haproxy.cfg", values)


def render_haproxy_lua(gateway: Gateway) -> str:
    """Return the script."""
    return render("haproxy.lua", gateway.values() | {"IS_S3": "true" if gateway.is_s3 else "false"})


def _bind(listener: Listener) -> str:
    address = f"{listener.host or '*'}:{listener.port}"
    if not listener.has_tls:
        return address
    if listener.key not in (listener.certificate, f"{listener.certificate}.key"):
        raise CommandError(
            "HAProxy reads the key of a certificate from the same file, or from one of the same name with "
            ".key appended: set --tls-key to that",
            status=2,
        )
    return f"{address} ssl crt {listener.certificate} alpn http/1.1"


def _host_rules(gateway: Gateway) -> tuple[str, ...]:
    if not gateway.hosts:
        return ()
    names = " ".join(gateway.hosts)
    suffixes = " ".join(f".{host}" for host in gateway.hosts)
    rules = (f"acl is_host req.hdr(host),field(1,:),lower -m str {names}",)
    if not gateway.is_s3:
        return (*rules, "http-request return status 404 unless is_host")
    subdomains = f"acl is_bucket_host req.hdr(host),field(1,:),lower -m end {suffixes}"
    return (*rules, subdomains, "http-request return status 404 unless is_host or is_bucket_host")


def _server_tls(upstream: Upstream, ca_file: str) -> str:
    if not upstream.has_tls:
        return ""
    return f" ssl verify required ca-file {ca_file} sni str({upstream.name}) verifyhost {upstream.name}"


def _lines(lines: tuple[str, ...]) -> str:
    return "\n    ".join(lines)
