"""What a transaction promises, on both databases."""

import threading
from dataclasses import dataclass, field

import pytest

from iamd.app import Store
from iamd.core.errors import LimitExceeded
from iamd.store import accounts
from iamd.store.query import Tx
from tests.servers import make_account

pytestmark = pytest.mark.both_databases


def _set_alias_and_fail(tx: Tx, account_id: str) -> None:
    accounts.set_alias(tx, account_id, f"alias-{account_id}")
    raise RuntimeError


def test_what_is_raised_rolls_back(store: Store) -> None:
    account_id = make_account(store).account.account_id
    with pytest.raises(RuntimeError), store.database.write() as tx:
        _set_alias_and_fail(tx, account_id)
    with store.database.read() as tx:
        assert accounts.find_alias(tx, account_id) is None


def test_a_read_may_follow_a_failed_write(store: Store) -> None:
    account_id = make_account(store).account.account_id
    with pytest.raises(LimitExceeded), store.database.write() as tx:
        accounts.adjust_counter(tx, account_id, "UsersPerAccount", 5000)
    with store.database.read() as tx:
        found = accounts.find(tx, account_id)
    assert found is not None
    assert found.users == 1


def test_exclusion_may_be_nested(store: Store) -> None:
    make_account(store)
    with store.database.exclusive_lock(), store.database.exclusive_lock(), store.database.write() as tx:
        assert accounts.list_all(tx)


@dataclass
class Counter:
    """Counts how many threads are inside at once."""

    inside: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self) -> None:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)

    def leave(self) -> None:
        with self.lock:
            self.inside -= 1


def test_writers_of_one_account_go_one_after_the_other(store: Store) -> None:
    account_id = make_account(store).account.account_id
    counter = Counter()
    barrier = threading.Barrier(8)

    def write() -> None:
        barrier.wait()
        for _ in range(5):
            with store.database.write() as tx:
                accounts.lock(tx, account_id)
                counter.enter()
                accounts.adjust_counter(tx, account_id, "UsersPerAccount", +1)
                counter.leave()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.database.read() as tx:
        found = accounts.find(tx, account_id)
    assert counter.most == 1
    assert found is not None
    assert found.users == 1 + 8 * 5
