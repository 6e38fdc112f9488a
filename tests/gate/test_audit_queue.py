"""The audit queue: coalescing of events, and last-used timestamps written by several nodes concurrently."""

import contextlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from iamd.core.errors import ServiceUnavailable
from iamd.datastore import Store
from iamd.gate.audit_queue import AuditEntry, AuditQueue, coalesce
from iamd.store import access_keys, audit
from iamd.store.access_keys import AccessKeyLastUsed
from iamd.store.audit import AuditEvent
from iamd.store.database import Database
from iamd.store.query import Tx
from tests.servers import create_account_in_store

pytestmark = pytest.mark.both_databases


def audit_entry(event_id: str, coalesce_key: tuple[str, ...] | None) -> AuditEntry:
    event = AuditEvent(
        "111122223333", "2026-01-01T00:00:00Z", event_id, "iam.amazonaws.com", "ListUsers", "{}"
    )
    return AuditEntry(event, coalesce_key)


def test_coalesce_merges_only_events_with_the_same_key() -> None:
    entries = [
        audit_entry("1", ("a",)),
        audit_entry("2", None),
        audit_entry("3", ("a",)),
        audit_entry("4", ("b",)),
        AuditEntry(None, None),
    ]
    events = coalesce(entries)
    assert [event.event_id for event in events] == ["1", "2", "4"]
    assert json.loads(events[0].record) == {"additionalEventData": {"count": 2}}
    assert [event.record for event in events[1:]] == ["{}", "{}"]


@pytest.mark.parametrize("data", [{"apiKeyId": "ACCA"}, {}, None])
def test_count_is_added_to_other_data_of_an_event(data: dict[str, str] | None) -> None:
    entry = audit_entry("1", ("a",))
    assert entry.event is not None
    event = entry.event._replace(record=json.dumps({"additionalEventData": data}))
    (counted,) = coalesce([entry._replace(event=event)] * 3)
    assert json.loads(counted.record) == {"additionalEventData": {**(data or {}), "count": 3}}


def test_caller_that_is_denied_in_many_ways_gets_one_event_for_each_action() -> None:
    denials = [audit_entry(str(number), ("bob", "iam:GetUser", f"on {number}")) for number in range(100)]
    other_action = audit_entry("a", ("bob", "iam:GetRole", "on a"))
    other_caller = audit_entry("b", ("eve", "iam:GetUser", "on b"))
    events = coalesce([*denials, other_action, other_caller])
    assert [event.event_id for event in events] == [*map(str, range(11)), "a", "b"]
    assert json.loads(events[10].record) == {"additionalEventData": {"count": 90}}


def test_queue_is_bounded_in_bytes_while_the_store_cannot_be_written(
    store: Store, database_kind: str
) -> None:
    event = AuditEvent("111122223333", "2026-01-01T00:00:00Z", "", "iam.amazonaws.com", "A", "x" * 2**20)
    queue = AuditQueue(store.database, timedelta(days=90))
    queued = 0
    with store.database.write() as tx:  # on SQLite, other writers wait
        if database_kind == "postgresql":
            tx.cursor.execute("LOCK TABLE audit_events")
        with contextlib.suppress(ServiceUnavailable):
            for queued in range(1_000):
                queue.put(AuditEntry(event._replace(event_id=str(queued)), None))
    assert 30 <= queued <= 32
    queue.close()


def test_entries_survive_a_short_outage_while_the_server_stops(store: Store) -> None:
    account_id = create_account_in_store(store).account.account_id
    database = FailingDatabase(store.database, failures=3)
    queue = AuditQueue(database, timedelta(days=90))
    event = audit_entry("1", None).event
    assert event
    queue.put(AuditEntry(event._replace(account_id=account_id, event_id=f"late-{account_id}"), None))
    queue.close()
    assert database.failures == 0
    with store.database.read() as tx:
        assert f"late-{account_id}" in [event.event_id for event in audit.list_recent(tx, account_id, 100)]


class FailingDatabase:
    """A database whose next writes fail; closing it leaves the store open."""

    def __init__(self, database: Database, failures: int) -> None:
        self.url = database.url
        self.read, self.snapshot, self.exclusive_lock = (
            database.read,
            database.snapshot,
            database.exclusive_lock,
        )
        self.failures = failures
        self._database = database

    def write(self) -> AbstractContextManager[Tx]:
        if self.failures:
            self.failures -= 1
            raise ServiceUnavailable("The store cannot be reached at the moment.")
        return self._database.write()

    def close(self) -> None:
        """Leave the database open: other tests use it."""


def test_nodes_record_last_use_of_one_access_key_concurrently(store: Store) -> None:
    new_account = create_account_in_store(store)
    key = new_account.access_key_id or ""
    account_id = new_account.account.account_id
    barrier = threading.Barrier(4)

    def record_uses(number: int) -> None:
        barrier.wait()
        for second in range(10):
            use = AccessKeyLastUsed(
                account_id, key, f"2026-01-01T00:00:{second:02d}Z", "iam", f"region-{number}"
            )
            with store.database.write() as tx:
                access_keys.record_last_use(tx, use)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(record_uses, range(4)))  # re-raises an exception of any thread
    with store.database.read() as tx:
        assert access_keys.find_last_use(tx, account_id, key) is not None


def test_last_use_of_a_missing_access_key_is_not_recorded(store: Store) -> None:
    account_id = create_account_in_store(store).account.account_id
    use = AccessKeyLastUsed(account_id, "AKIANOSUCHKEYATALLXX", "2026-01-01T00:00:00Z", "iam", "us-east-1")
    with store.database.write() as tx:
        access_keys.record_last_use(tx, use)
        assert access_keys.find_last_use(tx, account_id, use.access_key_id) is None
