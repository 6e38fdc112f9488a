"""The batched writer: what is folded, and stamps from several nodes at once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from iamd.app import Store
from iamd.gate.audit_queue import AuditEntry, coalesce
from iamd.store import access_keys
from iamd.store.access_keys import AccessKeyLastUsed
from iamd.store.audit import AuditEvent
from tests.servers import make_account

pytestmark = pytest.mark.both_databases


def note(event_id: str, fold: tuple[str, ...] | None) -> AuditEntry:
    event = AuditEvent(
        "111122223333", "2026-01-01T00:00:00Z", event_id, "iam.amazonaws.com", "ListUsers", "{}"
    )
    return AuditEntry(event, fold, None)


def test_only_what_is_of_one_kind_is_folded() -> None:
    group = [
        note("1", ("a",)),
        note("2", None),
        note("3", ("a",)),
        note("4", ("b",)),
        AuditEntry(None, None, None),
    ]
    events = coalesce(group)
    assert [event.event_id for event in events] == ["1", "2", "4"]
    assert json.loads(events[0].record) == {"additionalEventData": {"count": 2}}
    assert [event.record for event in events[1:]] == ["{}", "{}"]


def test_nodes_may_stamp_one_key_at_the_same_moment(store: Store) -> None:
    made = make_account(store)
    key = made.access_key_id or ""
    account_id = made.account.account_id
    barrier = threading.Barrier(4)

    def stamp(number: int) -> None:
        barrier.wait()
        for second in range(10):
            use = AccessKeyLastUsed(
                account_id, key, f"2026-01-01T00:00:{second:02d}Z", "iam", f"region-{number}"
            )
            with store.database.write() as tx:
                access_keys.record_last_use(tx, use)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(stamp, range(4)))  # raises what any of them raised
    with store.database.read() as tx:
        assert access_keys.find_last_use(tx, account_id, key) is not None


def test_a_deleted_key_is_not_stamped(store: Store) -> None:
    account_id = make_account(store).account.account_id
    use = AccessKeyLastUsed(account_id, "AKIANOSUCHKEYATALLXX", "2026-01-01T00:00:00Z", "iam", "us-east-1")
    with store.database.write() as tx:
        access_keys.record_last_use(tx, use)
        assert access_keys.find_last_use(tx, account_id, use.access_key_id) is None
