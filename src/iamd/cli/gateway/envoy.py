"""Envoy's configuration, with `ext_authz` over HTTP."""

import json
from collections.abc import Mapping

from iamd.cli.gateway.gateway import Gateway, Upstream, render


def render_envoy(gateway: Gateway) -> str:
    """Return a bootstrap configuration in YAML."""
    values = gateway.values() | {
        "REMOVED_AUTHORIZATION": "" if gateway.is_aws else "authorization, ",
        "DOMAINS": ", ".join(f'"{domain}"' for domain in _domains(gateway)),
        "LISTEN_TLS": _listener_tls(gateway),
        "CLUSTERS": "\n".join(
            _cluster(name, upstream, gateway.ca_file)
            for name, upstream in (("iamd", gateway.iamd), ("backend", gateway.backend))
        ),
    }
    return render("envoy_s3.yaml" if gateway.is_s3 else "envoy_service.yaml", values)


def _domains(gateway: Gateway) -> list[str]:
    """Return the hosts, with any port and without one."""
    port = gateway.listener.port
    return [domain for host in gateway.host_patterns for domain in (host, f"{host}:{port}")] or ["*"]


def _listener_tls(gateway: Gateway) -> str:
    listener = gateway.listener
    if not listener.has_tls:
        return ""
    context = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": {
            "tls_certificates": [
                {
                    "certificate_chain": {"filename": listener.certificate},
                    "private_key": {"filename": listener.key},
                }
            ]
        },
    }
    return f"      transport_socket: {json.dumps(_transport_socket(context))}"


def _cluster(name: str, upstream: Upstream, ca_file: str) -> str:
    address = {"socket_address": {"address": upstream.name, "port_value": upstream.port}}
    cluster: dict[str, object] = {
        "name": name,
        "type": "STRICT_DNS",
        "connect_timeout": "5s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
    if upstream.has_tls:
        cluster["transport_socket"] = _transport_socket(_upstream_tls(upstream, ca_file))
    return f"  - {json.dumps(cluster)}"


def _upstream_tls(upstream: Upstream, ca_file: str) -> dict[str, object]:
    """Return what makes Envoy send the host's name and verify the server's certificate."""
    validation = {
        "trusted_ca": {"filename": ca_file},
        "match_typed_subject_alt_names": [
            {"san_type": _san_type(upstream), "matcher": {"exact": upstream.name}}
        ],
    }
    return {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "sni": upstream.name,
        "common_tls_context": {"validation_context": validation},
    }


def _san_type(upstream: Upstream) -> str:
    is_address = ":" in upstream.name or upstream.name.replace(".", "").isdigit()
    return "IP_ADDRESS" if is_address else "DNS"


def _transport_socket(context: Mapping[str, object]) -> dict[str, object]:
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}
