"""Fixtures of the API's tests."""

from collections.abc import Iterator

import pytest

from tests import servers
from tests.servers import Account, Server


@pytest.fixture
def other_account(server: Server) -> Account:
    """Return a second account on the same server."""
    return servers.found(server)


@pytest.fixture(scope="session")
def second_server(server: Server) -> Iterator[Server]:
    """Return another server process on the same store."""
    with servers.serving(server.store, *server.arguments) as running:
        yield running
