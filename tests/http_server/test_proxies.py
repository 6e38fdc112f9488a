"""Behind proxies, and with TLS of its own: what policies are told of a request's way."""

import contextlib
import datetime
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
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from iamd.wire.request import Request
from tests import servers
from tests.api.answers import allowed, refused
from tests.door import raw
from tests.servers import Account, Server, allow

LIST = "Action=ListUsers&Version=2010-05-08"
OUTSIDE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
INSIDE = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
SECURE = {"Bool": {"aws:SecureTransport": "true"}}


@pytest.fixture(scope="module")
def behind(door: Server) -> Iterator[Server]:
    """Return a server on the same store that trusts a proxy on this machine."""
    with servers.serving(door.store, *door.arguments, "--trusted-proxies", "127.0.0.1") as running:
        yield running


def with_condition(visitor: Account, condition: dict[str, dict[str, str]]) -> Account:
    """Return the visitor with the key of a user who may list users under a condition."""
    key = visitor.key_of("bob", allow("iam:ListUsers", Condition=condition))
    return visitor._replace(access_key_id=key[0], secret_access_key=key[1])


def through(caller: Account, server: Server, *forwarded: str) -> raw.Answer:
    """Send a request that was signed for a public host as a proxy hands it on."""
    public = caller._replace(server=server._replace(url="http://iam.example.com"))
    sent = raw.post(public, LIST)
    return raw.ask(caller._replace(server=server), inside(sent, server), *forwarded)


def inside(sent: Request, server: Server) -> Request:
    return sent._replace(headers={**sent.headers, "host": raw.host(server)})


def test_a_trusted_proxy_tells_the_host(visitor: Account, behind: Server) -> None:
    assert through(visitor, behind, "X-Forwarded-Host: iam.example.com").status == 200
    for lines in ((), ("X-Forwarded-Host: other.example.com",), ("Forwarded: host=iam.example.com",)):
        assert through(visitor, behind, *lines).code == "SignatureDoesNotMatch"
    assert (
        raw.ask(visitor._replace(server=behind), raw.post(visitor._replace(server=behind), LIST)).status
        == 200
    )


def test_a_stranger_tells_nothing(visitor: Account, door: Server) -> None:
    assert through(visitor, door, "X-Forwarded-Host: iam.example.com").code == "SignatureDoesNotMatch"
    caller = with_condition(visitor, OUTSIDE)
    answer = raw.ask(caller, raw.post(caller, LIST), "X-Forwarded-For: 203.0.113.9")
    assert (answer.status, answer.code) == (403, "AccessDenied")


def test_policies_see_the_address_that_a_trusted_proxy_tells(visitor: Account, behind: Server) -> None:
    caller = with_condition(visitor, OUTSIDE)
    host = "X-Forwarded-Host: iam.example.com"
    for line in ("203.0.113.9", "198.51.100.1, 203.0.113.9", "203.0.113.9, 127.0.0.1"):
        assert through(caller, behind, host, f"X-Forwarded-For: {line}").status == 200
    for line in ("198.51.100.1", "203.0.113.9, 198.51.100.1"):
        assert through(caller, behind, host, f"X-Forwarded-For: {line}").code == "AccessDenied"
    assert through(caller, behind, host).code == "AccessDenied"


@pytest.mark.parametrize("written", ["\xe9, 198.51.100.1", "\xe9", "", "198.51.100.1, junk"])
def test_nobody_gets_the_address_of_a_proxy(visitor: Account, behind: Server, written: str) -> None:
    """A proxy adds a client's address to what the client wrote, and one byte makes all of it unreadable."""
    caller = with_condition(visitor, INSIDE)
    host = "X-Forwarded-Host: iam.example.com"
    answer = through(caller, behind, host, f"X-Forwarded-For: {written}")
    assert (answer.status, answer.code) == (400, "MalformedInput")
    assert through(caller, behind, host).status == 200  # from the proxy's own machine


def test_policies_see_the_scheme_that_a_trusted_proxy_tells(visitor: Account, behind: Server) -> None:
    caller = with_condition(visitor, SECURE)
    host = "X-Forwarded-Host: iam.example.com"
    assert through(caller, behind, host, "X-Forwarded-Proto: https").status == 200
    assert through(caller, behind, host, "X-Forwarded-Proto: http").code == "AccessDenied"
    assert through(caller, behind, host).code == "AccessDenied"


def test_a_public_url_stands_for_a_proxy_that_tells_no_host(visitor: Account, door: Server) -> None:
    arguments = ("--trusted-proxies", "127.0.0.1", "--public-url", "http://IAM.example.com:80/")
    with servers.serving(door.store, *door.arguments, *arguments) as running:
        assert through(visitor, running).status == 200
        assert through(visitor, running, "X-Forwarded-Host: other.example").code == "SignatureDoesNotMatch"


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a certificate of this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "iamd test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def secure(door: Server, certificate: tuple[Path, Path]) -> Iterator[Server]:
    """Return a server on the same store that speaks TLS."""
    port, (cert, key) = servers.free_port(), certificate
    process = subprocess.Popen(
        servers.command(
            *("serve", "--port", str(port), *door.arguments, "--tls-cert", str(cert), "--tls-key", str(key))
        ),
        env=servers.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Server(f"https://127.0.0.1:{port}", door.store, process, door.arguments)
    try:
        wait(running, cert)
        yield running
    finally:
        said = raw.logged(running)
    assert "Traceback" not in said


def wait(server: Server, cert: Path) -> None:
    trust = ssl.create_default_context(cafile=str(cert))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{server.url}/readyz", timeout=5, context=trust),
        ):
            return
    raise AssertionError("the server did not get ready")


def test_tls(
    visitor: Account, secure: Server, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = with_condition(visitor, SECURE)
    assert refused(caller.iam, "ListUsers").code == "AccessDenied"  # without TLS
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate[0]))
    over = caller._replace(server=secure)
    assert allowed(over.iam, "ListUsers")
    assert over.sts.get_caller_identity()["Arn"].endswith(":user/bob")
    assert refused(over._replace(secret_access_key="x").iam, "ListUsers").code == "SignatureDoesNotMatch"


def test_a_stranger_to_the_certificate_sends_nothing(secure: Server) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"{secure.url}/readyz", timeout=10, context=ssl.create_default_context())


def test_a_server_with_tls_does_not_do_without(visitor: Account, secure: Server) -> None:
    with raw.connect(secure) as connection:
        connection.sendall(raw.written(raw.post(visitor, LIST)))
        assert b"HTTP/1" not in connection.recv(100)
