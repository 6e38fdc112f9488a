"""Fixtures of the sign-in pages and the console."""

from collections.abc import Iterator

import pytest

from tests import console_users, servers
from tests.console_users import Root
from tests.servers import Account, Server


@pytest.fixture
def root(account: Account) -> Root:
    """Return the root user of a new account, signed in and confirmed."""
    return console_users.sign_in_root(account)


@pytest.fixture(scope="session")
def second_server(server: Server) -> Iterator[Server]:
    """Return another server process on the same store."""
    with servers.serving(server.store, *server.arguments) as running:
        yield running
