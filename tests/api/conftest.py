"""Fixtures of the API tests."""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.api.federation import Federation
from tests.issuer import Issuer, serving_issuer
from tests.servers import Account, Server


@pytest.fixture
def other_account(server: Server) -> Account:
    """Return a second account on the same server."""
    return servers.create_account(server)


@pytest.fixture(scope="session")
def second_server(server: Server) -> Iterator[Server]:
    """Return another server process on the same store."""
    with servers.serving(server.store, *server.arguments) as running:
        yield running


@pytest.fixture(scope="session")
def root_keys_server(server: Server) -> Iterator[Server]:
    """Return a server process on the same store whose operator lets root users have access keys."""
    with servers.serving(server.store, *server.arguments, IAMD_ROOT_ACCESS_KEYS="true") as running:
        yield running


@pytest.fixture(scope="session")
def loopback_server(server: Server) -> Iterator[Server]:
    """Return another server process on the same store, which may fetch OIDC providers' keys from loopback."""
    networks = "127.0.0.1/32"
    with servers.serving(server.store, *server.arguments, IAMD_OIDC_PRIVATE_NETWORKS=networks) as running:
        yield running


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """Return an OIDC provider that all tests share; none of them changes its responses."""
    with serving_issuer(keys=("rsa", "rsa-other", "ES256", "ES384", "ES512")) as provider:
        yield provider


@pytest.fixture
def federation(loopback_server: Server, issuer: Issuer) -> Federation:
    """Return an account with the shared OIDC provider, for roles whose trust policies the test chooses."""
    return Federation.create(servers.create_account(loopback_server), issuer)


@pytest.fixture
def own_federation(loopback_server: Server) -> Iterator[Federation]:
    """Return an account with an OIDC provider of the test's own, whose responses the test may change."""
    with serving_issuer() as provider:
        yield Federation.create(servers.create_account(loopback_server), provider)
