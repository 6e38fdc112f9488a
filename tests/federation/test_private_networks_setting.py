"""The setting that names private networks."""

from pathlib import Path

import pytest

from iamd import app
from iamd.config import Settings
from tests import running


@pytest.mark.parametrize(
    ("written", "read"),
    [("", ()), ("10.0.0.0/8", ("10.0.0.0/8",)), (" 10.0.0.0/8 , fd00::/8 ,", ("10.0.0.0/8", "fd00::/8"))],
)
def test_networks_are_a_list_with_commas(
    written: str, read: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IAMD_OIDC_PRIVATE_NETWORKS", written)
    assert Settings().oidc_private_networks == read


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/33"):
        app.issuers(Settings(oidc_private_networks=("10.0.0.0/33",)))


def test_a_server_does_not_start_with_a_network_that_is_none(tmp_path: Path) -> None:
    done = running.iamd("serve", cwd=tmp_path, IAMD_OIDC_PRIVATE_NETWORKS="10.0.0.0/33")
    assert done.returncode == 2
    assert done.stderr == "iamd: '10.0.0.0/33' does not appear to be an IPv4 or IPv6 network\n"
    assert list(tmp_path.iterdir()) == []
