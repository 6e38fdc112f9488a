"""Trusted proxies and TLS: which host, source address and scheme a request has."""

import contextlib
import ipaddress
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from iamd.wire.request import Request
from tests import servers
from tests.api.responses import allowed, refused
from tests.certificates import write_self_signed
from tests.http_server import raw
from tests.servers import Account, Server, allow

LIST = "Action=ListUsers&Version=2010-05-08"
FROM_CLIENT_NETWORK = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
FROM_LOOPBACK = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
OVER_TLS = {"Bool": {"aws:SecureTransport": "true"}}


@pytest.fixture(scope="module")
def server_behind_proxy(sqlite_server: Server) -> Iterator[Server]:
    """Return a server on the same store that trusts proxies on the loopback address."""
    with servers.serving(
        sqlite_server.store, *sqlite_server.arguments, "--trusted-proxies", "127.0.0.1"
    ) as running:
        yield running


def user_with_condition(account: Account, condition: dict[str, dict[str, str]]) -> Account:
    """Return the account with the access key of a user who may list users under a condition."""
    key = account.key_of("bob", allow("iam:ListUsers", Condition=condition))
    return account._replace(access_key_id=key[0], secret_access_key=key[1])


def send_via_proxy(caller: Account, server: Server, *forwarded_headers: str) -> raw.Response:
    """Send a request signed for a public host as a proxy forwards it."""
    public = caller._replace(server=server._replace(url="http://iam.example.com"))
    request = raw.post(public, LIST)
    return raw.send_request(caller._replace(server=server), with_host_of(request, server), *forwarded_headers)


def with_host_of(request: Request, server: Server) -> Request:
    return request._replace(headers={**request.headers, "host": raw.host(server)})


def test_forwarded_host_of_a_trusted_proxy_is_used(account: Account, server_behind_proxy: Server) -> None:
    assert send_via_proxy(account, server_behind_proxy, "X-Forwarded-Host: iam.example.com").status == 200
    for lines in ((), ("X-Forwarded-Host: other.example.com",), ("Forwarded: for=1.1.1.1",)):
        assert send_via_proxy(account, server_behind_proxy, *lines).code == "SignatureDoesNotMatch"
    assert (
        raw.send_request(
            account._replace(server=server_behind_proxy),
            raw.post(account._replace(server=server_behind_proxy), LIST),
        ).status
        == 200
    )


def test_forwarded_headers_of_untrusted_clients_are_ignored(account: Account, sqlite_server: Server) -> None:
    assert (
        send_via_proxy(account, sqlite_server, "X-Forwarded-Host: iam.example.com").code
        == "SignatureDoesNotMatch"
    )
    caller = user_with_condition(account, FROM_CLIENT_NETWORK)
    response = raw.send_request(caller, raw.post(caller, LIST), "X-Forwarded-For: 203.0.113.9")
    assert (response.status, response.code) == (403, "AccessDenied")


def test_source_ip_is_forwarded_by_a_trusted_proxy(account: Account, server_behind_proxy: Server) -> None:
    caller = user_with_condition(account, FROM_CLIENT_NETWORK)
    host = "X-Forwarded-Host: iam.example.com"
    for line in ("203.0.113.9", "198.51.100.1, 203.0.113.9", "203.0.113.9, 127.0.0.1"):
        assert send_via_proxy(caller, server_behind_proxy, host, f"X-Forwarded-For: {line}").status == 200
    for line in ("198.51.100.1", "203.0.113.9, 198.51.100.1"):
        assert (
            send_via_proxy(caller, server_behind_proxy, host, f"X-Forwarded-For: {line}").code
            == "AccessDenied"
        )
    assert send_via_proxy(caller, server_behind_proxy, host).code == "AccessDenied"


@pytest.mark.parametrize("forwarded_for", ["\xe9, 198.51.100.1", "\xe9", "", "198.51.100.1, junk"])
def test_malformed_forwarded_for_is_refused(
    account: Account, server_behind_proxy: Server, forwarded_for: str
) -> None:
    """A proxy appends to the client's header, which one invalid byte makes unreadable as a whole."""
    caller = user_with_condition(account, FROM_LOOPBACK)
    host = "X-Forwarded-Host: iam.example.com"
    response = send_via_proxy(caller, server_behind_proxy, host, f"X-Forwarded-For: {forwarded_for}")
    assert (response.status, response.code) == (400, "MalformedInput")
    assert (
        send_via_proxy(caller, server_behind_proxy, host).status == 200
    )  # without the header, the address is the proxy's


def test_secure_transport_is_forwarded_by_a_trusted_proxy(
    account: Account, server_behind_proxy: Server
) -> None:
    caller = user_with_condition(account, OVER_TLS)
    host = "X-Forwarded-Host: iam.example.com"
    assert send_via_proxy(caller, server_behind_proxy, host, "X-Forwarded-Proto: https").status == 200
    assert send_via_proxy(caller, server_behind_proxy, host, "X-Forwarded-Proto: http").code == "AccessDenied"
    assert send_via_proxy(caller, server_behind_proxy, host).code == "AccessDenied"


def test_public_url_replaces_a_missing_forwarded_host(account: Account, sqlite_server: Server) -> None:
    arguments = ("--trusted-proxies", "127.0.0.1", "--public-url", "http://IAM.example.com:80/")
    with servers.serving(sqlite_server.store, *sqlite_server.arguments, *arguments) as running:
        assert send_via_proxy(account, running).status == 200
        assert (
            send_via_proxy(account, running, "X-Forwarded-Host: other.example").code
            == "SignatureDoesNotMatch"
        )


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the files of a self-signed certificate for 127.0.0.1 and its key."""
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return write_self_signed(tmp_path_factory.mktemp("tls"), address)


@pytest.fixture(scope="module")
def tls_server(sqlite_server: Server, certificate: tuple[Path, Path]) -> Iterator[Server]:
    """Return a server with TLS on the same store."""
    port, (cert, key) = servers.free_port(), certificate
    process = subprocess.Popen(
        servers.command(
            *(
                "serve",
                "--port",
                str(port),
                *sqlite_server.arguments,
                "--tls-cert",
                str(cert),
                "--tls-key",
                str(key),
            )
        ),
        env=servers.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Server(f"https://127.0.0.1:{port}", sqlite_server.store, process, sqlite_server.arguments)
    try:
        wait_ready(running, cert)
        yield running
    finally:
        log = raw.stop_and_read_log(running)
    assert "Traceback" not in log


def wait_ready(server: Server, cert: Path) -> None:
    trust = ssl.create_default_context(cafile=str(cert))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{server.url}/readyz", timeout=5, context=trust),
        ):
            return
    raise AssertionError("the server did not get ready")


def test_requests_over_tls(
    account: Account, tls_server: Server, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = user_with_condition(account, OVER_TLS)
    assert refused(caller.iam, "ListUsers").code == "AccessDenied"  # without TLS
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate[0]))
    tls_caller = caller._replace(server=tls_server)
    assert allowed(tls_caller.iam, "ListUsers")
    assert tls_caller.sts.get_caller_identity()["Arn"].endswith(":user/bob")
    assert (
        refused(tls_caller._replace(secret_access_key="x").iam, "ListUsers").code == "SignatureDoesNotMatch"
    )


def test_client_rejects_an_untrusted_certificate(tls_server: Server) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{tls_server.url}/readyz", timeout=10, context=ssl.create_default_context())


def test_server_with_tls_refuses_plain_http(account: Account, tls_server: Server) -> None:
    with raw.connect(tls_server) as connection:
        connection.sendall(raw.serialize(raw.post(account, LIST)))
        assert b"HTTP/1" not in connection.recv(100)
