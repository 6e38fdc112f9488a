"""Transactions: rollback, locking and isolation, on SQLite and PostgreSQL."""

import threading
from dataclasses import dataclass, field

import pytest

from iamd.core.errors import LimitExceeded
from iamd.datastore import Store
from iamd.store import accounts
from iamd.store.query import Tx
from tests.servers import create_account_in_store

pytestmark = pytest.mark.both_databases


def _set_alias_and_fail(tx: Tx, account_id: str) -> None:
    accounts.set_alias(tx, account_id, f"alias-{account_id}")
    raise RuntimeError


def test_exception_rolls_back_the_transaction(store: Store) -> None:
    account_id = create_account_in_store(store).account.account_id
    with pytest.raises(RuntimeError), store.database.write() as tx:
        _set_alias_and_fail(tx, account_id)
    with store.database.read() as tx:
        assert accounts.find_alias(tx, account_id) is None


def test_read_after_a_failed_write(store: Store) -> None:
    account_id = create_account_in_store(store).account.account_id
    with pytest.raises(LimitExceeded), store.database.write() as tx:
        accounts.adjust_counter(tx, account_id, "UsersPerAccount", 5000)
    with store.database.read() as tx:
        account = accounts.find(tx, account_id)
    assert account is not None
    assert account.users == 1


def test_exclusive_lock_is_reentrant(store: Store) -> None:
    create_account_in_store(store)
    with store.database.exclusive_lock(), store.database.exclusive_lock(), store.database.write() as tx:
        assert accounts.list_all(tx)


@dataclass
class ConcurrencyCounter:
    """Counts how many threads are in the critical section at once."""

    active: int = 0
    max_active: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self) -> None:
        with self.lock:
            self.active += 1
            self.max_active = max(self.max_active, self.active)

    def leave(self) -> None:
        with self.lock:
            self.active -= 1


def test_account_lock_serializes_writers(store: Store) -> None:
    account_id = create_account_in_store(store).account.account_id
    counter = ConcurrencyCounter()
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
        account = accounts.find(tx, account_id)
    assert counter.max_active == 1
    assert account is not None
    assert account.users == 1 + 8 * 5
