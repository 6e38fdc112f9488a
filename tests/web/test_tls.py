"""Pages over TLS: cookies with the __Host- prefix, and HSTS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cryptography import x509

from iamd.config import Settings
from iamd.datastore import open_store
from tests import servers
from tests.certificates import write_self_signed


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return the files of a self-signed certificate for localhost and its key."""
    return write_self_signed(tmp_path, x509.DNSName("localhost"))


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
