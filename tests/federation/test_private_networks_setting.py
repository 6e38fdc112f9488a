"""The setting IAMD_OIDC_PRIVATE_NETWORKS."""

from pathlib import Path

import pytest

from iamd import app, settings_sources
from iamd.config import Settings
from tests import iamd_command


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", ()), ("10.0.0.0/8", ("10.0.0.0/8",)), (" 10.0.0.0/8 , fd00::/8 ,", ("10.0.0.0/8", "fd00::/8"))],
)
def test_private_networks_are_comma_separated(value: str, expected: tuple[str, ...], tmp_path: Path) -> None:
    settings = settings_sources.load({}, {"IAMD_OIDC_PRIVATE_NETWORKS": value}, tmp_path)
    assert settings.oidc_private_networks == expected


def test_invalid_network_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/33"):
        app.issuers(Settings(oidc_private_networks=("10.0.0.0/33",)))


def test_serve_with_an_invalid_network_fails(tmp_path: Path) -> None:
    process = iamd_command.run("serve", cwd=tmp_path, IAMD_OIDC_PRIVATE_NETWORKS="10.0.0.0/33")
    assert process.returncode == 2
    message = "IAMD_OIDC_PRIVATE_NETWORKS: '10.0.0.0/33' does not appear to be an IPv4 or IPv6 network"
    assert process.stderr == f"iamd: {message}\n"
    assert list(tmp_path.iterdir()) == []
