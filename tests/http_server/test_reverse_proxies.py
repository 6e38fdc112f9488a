"""nginx and HAProxy in front of two nodes, with TLS at the proxy. Skipped where they are not installed."""

import contextlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from tests import servers
from tests.http_server import raw
from tests.servers import Server, allow, free_port

pytestmark = pytest.mark.both_databases

CLIENT = "127.0.0.9"  # not the address of a proxy
LIST = "Action=ListUsers&Version=2010-05-08"
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr; user root;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream iamd {{ server 127.0.0.1:{first}; server 127.0.0.1:{second}; }}
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/cert.pem;
    location / {{
      proxy_pass http://iamd;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
    }}
  }}
}}
"""
HAPROXY = """
defaults
  mode http
  option http-restrict-req-hdr-names delete
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend tls
  bind 127.0.0.1:{port} ssl crt {folder}/cert.pem
  {headers}
  default_backend iamd
backend iamd
  server first 127.0.0.1:{first}
  server second 127.0.0.1:{second}
"""
X_FORWARDED = """option forwardfor
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(Host)]"""
FORWARDED = """http-request del-header X-Forwarded-For
  http-request set-header Forwarded for=%[src];proto=https;host="%[req.hdr(Host)]\""""

# For the HTTP server a name with underscores is the same as with hyphens, and of two spellings it keeps the
# second, even if a proxy appends a line with the first. So the proxy must drop such names.
FORGED_HEADERS = [
    ("X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4", "X-Forwarded-Host: evil.example"),
    ("X-Forwarded-For: 1.2.3.4", "X_Forwarded_For: 1.2.3.4"),
    ("X-Forwarded-For: 1.2.3.4", "X-Forwarded_For: 1.2.3.4"),
    ("X_Forwarded_For: 1.2.3.4",),
    ("X-Forwarded-Proto: http", "X_Forwarded_Proto: http"),
    ("X-Forwarded-Host: evil.example", "X_Forwarded_Host: evil.example"),
]


class Proxy(NamedTuple):
    """A running proxy, and its certificate authority."""

    port: int
    authority: trustme.CA


@contextlib.contextmanager
def run_proxy(
    program: str, config: str, nodes: list[Server], folder: Path, **options: str
) -> Iterator[Proxy]:
    """Run a proxy in front of two nodes until the block ends."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    proxy, (first, second) = Proxy(free_port(), trustme.CA()), (node.url.rpartition(":")[2] for node in nodes)
    certificate = proxy.authority.issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "cert.pem"))
    file = folder / "proxy.conf"
    file.write_text(config.format(folder=folder, port=proxy.port, first=first, second=second, **options))
    command = [program, "-c", str(file)] if program == "nginx" else [program, "-db", "-f", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        servers.wait_for_port(proxy.port, process)
        yield proxy
    finally:
        process.terminate()
        process.communicate(timeout=10)


def send(proxy: Proxy, content: bytes) -> raw.Response:
    """Send a request over TLS from the client's address."""
    context = ssl.create_default_context()
    proxy.authority.configure_trust(context)
    address = ("127.0.0.1", proxy.port)
    with (
        socket.create_connection(address, 10, (CLIENT, 0)) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as tls_connection,
    ):
        tls_connection.sendall(content)
        return raw.receive(tls_connection)


@pytest.fixture(scope="module")
def nodes(server: Server) -> Iterator[list[Server]]:
    """Return two servers on one store that trust a proxy on this machine."""
    arguments = (*server.arguments, "--trusted-proxies", "127.0.0.1")
    with (
        servers.serving(server.store, *arguments) as first,
        servers.serving(server.store, *arguments) as second,
    ):
        yield [first, second]


@pytest.mark.parametrize(
    ("program", "config", "headers"),
    [("nginx", NGINX, ""), ("haproxy", HAPROXY, X_FORWARDED), ("haproxy", HAPROXY, FORWARDED)],
    ids=["nginx", "haproxy", "haproxy with RFC 7239"],
)
def test_two_nodes_behind_a_proxy(
    nodes: list[Server], tmp_path: Path, program: str, config: str, headers: str
) -> None:
    account = servers.create_account(nodes[0])
    condition = {"IpAddress": {"aws:SourceIp": f"{CLIENT}/32"}, "Bool": {"aws:SecureTransport": "true"}}
    key_id, secret = account.key_of("bob", allow("iam:ListUsers", Condition=condition))
    with run_proxy(program, config, nodes, tmp_path, headers=headers) as proxy:
        public = nodes[0]._replace(url=f"https://localhost:{proxy.port}")
        bob = account._replace(access_key_id=key_id, secret_access_key=secret, server=public)
        for _ in range(4):  # by both nodes in turn
            assert send(proxy, raw.serialize(raw.post(bob, LIST))).status == 200
        for forged in FORGED_HEADERS:
            assert send(proxy, raw.serialize(raw.post(bob, LIST), *forged)).status == 200
        account.iam.delete_access_key(UserName="bob", AccessKeyId=key_id)
        for _ in range(4):
            assert send(proxy, raw.serialize(raw.post(bob, LIST))).code == "InvalidClientTokenId"
