"""Lists with a PathPrefix: by index if few entities match, in the order of names if many do."""

import pytest

from iamd.core import arns, ids
from iamd.core.records import User
from iamd.datastore import Store
from iamd.store.entities import USERS
from iamd.store.paging import PageLimits, page_limits
from iamd.store.query import Tx
from tests import servers

MANY = 2_050
FEW = {"/few/": 3, "/few/more/": 2, "/Few/": 1, "/fez/": 1, "/~/": 1}


@pytest.fixture
def account_id(store: Store) -> str:
    """Return an account with users in several paths, whose names are not in the order of their paths."""
    account_id = servers.create_account_in_store(store).account.account_id
    paths = [path for path, count in FEW.items() for _ in range(count)] + ["/many/"] * MANY
    with store.database.write() as tx:
        for number, path in enumerate(paths):
            name = f"user-{number * 7919 % 10_000:05}"
            arn = arns.iam(account_id, f"user{path}{name}")
            user = User(ids.unique(ids.USER), name, path, arn, "2026-01-01T00:00:00Z", None)
            USERS.add(tx, account_id, user)
    return account_id


def all_pages(tx: Tx, account_id: str, prefix: str, max_items: int) -> list[str]:
    page = USERS.list_page(tx, account_id, prefix, PageLimits(max_items=max_items))
    names = [user.user_name for user in page.items]
    while page.marker is not None:
        page = USERS.list_page(tx, account_id, prefix, page_limits(page.marker, max_items))
        names += [user.user_name for user in page.items]
    return names


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("prefix", "max_items", "count"),
    [
        ("/few/", 2, 5),
        ("/few", 2, 5),
        ("/fe", 100, 6),
        ("/few/more/", 1, 2),
        ("/nobody/", 100, 0),
        ("/~/", 100, 1),
        ("/\x7f", 100, 0),
        ("/man", 1_000, MANY),
        ("/", 1_000, MANY + 9),  # the account's administrator too
    ],
)
def test_pages_are_sorted_by_name(
    store: Store, account_id: str, prefix: str, max_items: int, count: int
) -> None:
    with store.database.read() as tx:
        expected = [user.user_name for user in USERS.list_all(tx, account_id) if user.path.startswith(prefix)]
        assert len(expected) == count
        assert all_pages(tx, account_id, prefix, max_items) == expected
