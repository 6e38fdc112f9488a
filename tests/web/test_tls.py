"""Pages over TLS: cookies with the __Host- prefix, and HSTS."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from iamd.app import open_store
from iamd.config import Settings
from tests import servers


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return the files of a self-signed certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed_certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_file.write_bytes(signed_certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


@pytest.fixture
def base_url(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    store = open_store(Settings(data=tmp_path / "data"))
    servers.create_account_in_store(store)
    cert, key = map(str, certificate)
    monkeypatch.setattr(servers, "wait_ready", servers.wait_listening)
    with servers.serving(
        store, "--data", str(tmp_path / "data"), "--tls-cert", cert, "--tls-key", key
    ) as server:
        yield server.url.replace("http://127.0.0.1", "https://localhost")
    store.database.close()


def test_cookies_and_headers_over_tls(base_url: str, certificate: tuple[Path, Path]) -> None:
    response = requests.get(f"{base_url}/signin", verify=str(certificate[0]))
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-iamd-form=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
