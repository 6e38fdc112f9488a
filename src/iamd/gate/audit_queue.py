"""Audit queue: audit events and last-used timestamps, written in batches in the background.

Reads and denied calls need no write transaction of their own: their entries are queued and written about 50
ms later. The queue is bounded, in entries and in bytes; if the writer cannot keep up, calls fail with
ServiceUnavailable. Identical denials of a caller within a batch are coalesced into one event with a count.
"""

import json
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar

from iamd.core import clock
from iamd.core.errors import ServiceUnavailable
from iamd.core.logs import LOGGER
from iamd.gate.repeated_events import Kind, RepeatedEvents
from iamd.store import (
    access_keys,
    accounts,
    attempt_counters,
    audit,
    mfa_devices,
    one_time_links,
    roles,
    sessions,
)
from iamd.store.access_keys import AccessKeyLastUsed
from iamd.store.audit import AuditEvent
from iamd.store.database import Database
from iamd.store.outage import Outage
from iamd.store.roles import RoleLastUsed

LastUsed = TypeVar("LastUsed", AccessKeyLastUsed, RoleLastUsed)

_BATCH_SECONDS = 0.05
_MAX_ENTRIES = 10_000
_MAX_BYTES = 32 * 1024 * 1024  # of the queued entries and of the batch that is being written
_ENTRY_BYTES = 1024  # of an entry besides its record
_MAX_KINDS_OF_DENIALS = 10  # of a caller in a batch; others are coalesced by their action
_RETRY_SECONDS = 0.5
_LAST_ATTEMPTS = 5  # while the server stops, which may take ten seconds
_WAKE_SECONDS = 10.0
_PURGE_SECONDS = 3600
_DAY_SECONDS = 86_400  # no session lasts longer, and no attempt counter has a longer window
_MFA_SETUP_LIFETIME = timedelta(hours=1)


class AuditEntry(NamedTuple):
    """The audit event of a call, and the last-used timestamps to update.

    Events of a batch with the same `coalesce_key` become one; None keeps the event separate. Those of
    anonymous clients, whom nobody authenticated, become one a minute. `session_use` is the token hash of a
    console session and the time of use, in seconds since 1970.
    """

    event: AuditEvent | None
    coalesce_key: tuple[str, ...] | None
    is_anonymous: bool = False
    access_key_use: AccessKeyLastUsed | None = None
    session_use: tuple[str, int] | None = None
    role_use: RoleLastUsed | None = None


BuildEntry = Callable[[], AuditEntry]


class AuditQueue:
    """Writes entries to the database in a background thread, which also purges expired records every hour."""

    def __init__(self, database: Database, retention: timedelta) -> None:
        self._database = database
        self._retention = retention
        self._entries: queue.SimpleQueue[AuditEntry | None] = queue.SimpleQueue()
        self._refusals = RepeatedEvents[AuditEvent]()
        self._data_events = RepeatedEvents[BuildEntry]()
        self._outage = Outage("audited")
        self._queued_bytes = 0
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="iamd-audit", daemon=True)
        self._thread.start()

    def put(self, entry: AuditEntry) -> None:
        """Queue an entry; ServiceUnavailable if the queue is full."""
        if entry.is_anonymous and self._is_repeated(entry):
            return
        size = _size(entry)
        with self._lock:
            if self._entries.qsize() >= _MAX_ENTRIES or self._queued_bytes + size > _MAX_BYTES:
                raise ServiceUnavailable("The audit log cannot be written at the moment.")
            self._queued_bytes += size
        self._entries.put(entry)

    def put_data_event(self, kind: Kind, build_entry: BuildEntry, times: int = 1) -> None:
        """Queue the entry of a request to another service that was allowed, one a minute of each kind.

        It counts `times` times: a service may ask several questions at once. The entry is built only if it
        is written: a busy store asks thousands of times a second. Raises ServiceUnavailable if the queue is
        full.
        """
        if self._data_events.is_first(kind, build_entry, times):
            self.put(build_entry())

    def _is_repeated(self, entry: AuditEntry) -> bool:
        """Count a refusal of an anonymous client; return whether its kind was recorded in the last minute."""
        return bool(
            entry.event
            and entry.coalesce_key
            and not self._refusals.is_first(entry.coalesce_key, entry.event)
        )

    def close(self) -> None:
        """Write the queued entries and stop the thread."""
        self._closing.set()
        self._entries.put(None)
        self._thread.join()

    def _run(self) -> None:
        running, next_purge = True, time.monotonic() + _PURGE_SECONDS
        while running:
            batch, running = self._next_batch()
            size = sum(map(_size, batch))
            batch += self._take_counted(unfinished=not running)
            if batch:
                self._write_batch(batch)
            with self._lock:
                self._queued_bytes -= size
            if time.monotonic() >= next_purge:
                next_purge = time.monotonic() + _PURGE_SECONDS
                self._try_purge()
        self._database.close()

    def _take_counted(self, *, unfinished: bool) -> list[AuditEntry]:
        """Return the entries of events that were counted and are due."""
        refusals = self._refusals.take(unfinished=unfinished)
        entries = [(AuditEntry(event, None), count) for event, count in refusals]
        entries += [(build(), count) for build, count in self._data_events.take(unfinished=unfinished)]
        return [
            entry._replace(event=_with_count(entry.event, count), coalesce_key=None)
            for entry, count in entries
            if entry.event
        ]

    def _next_batch(self) -> tuple[list[AuditEntry], bool]:
        """Return the next batch, and whether the queue is still open.

        Blocks until there is an entry, then sleeps for `_BATCH_SECONDS` and drains the queue. Waking for
        every entry instead would take the interpreter lock from request threads each time. The batch is empty
        if nothing is queued for a while: counted events may be due.
        """
        try:
            entry = self._entries.get(timeout=_WAKE_SECONDS)
        except queue.Empty:
            return [], True
        self._closing.wait(_BATCH_SECONDS)
        batch: list[AuditEntry] = []
        while entry is not None:
            batch.append(entry)
            if len(batch) >= _MAX_ENTRIES or self._entries.empty():
                return batch, True
            entry = self._entries.get()
        return batch, False

    def _try_purge(self) -> None:
        try:
            self._purge()
        except Exception:  # noqa: BLE001 - the writer thread must survive
            LOGGER.exception("cannot delete expired records; trying again in an hour")

    def _purge(self) -> None:
        """Delete old audit events, expired sessions, links and counters, and abandoned MFA setups."""
        now = clock.now()
        with self._database.write() as tx:
            for account in accounts.list_all(tx):
                audit.purge(tx, account.account_id, clock.iso(now - self._retention))
                mfa_devices.delete_abandoned(tx, account.account_id, clock.iso(now - _MFA_SETUP_LIFETIME))
            audit.purge(tx, audit.NO_ACCOUNT_ID, clock.iso(now - self._retention))
            epoch = int(now.timestamp())
            sessions.purge(tx, epoch - _DAY_SECONDS, epoch - _DAY_SECONDS)
            one_time_links.purge(tx, epoch)
            attempt_counters.purge(tx, epoch - _DAY_SECONDS)

    def _write_batch(self, batch: list[AuditEntry]) -> None:
        """Write a batch; try again until that succeeds, but only a few times while the server stops."""
        last_attempts = _LAST_ATTEMPTS
        while not self._try_to_write(batch):
            if self._closing.is_set():
                last_attempts -= 1
            if not last_attempts:
                LOGGER.error("%d audit entries are lost", len(batch))
                return
            time.sleep(_RETRY_SECONDS)

    def _try_to_write(self, batch: list[AuditEntry]) -> bool:
        try:
            with self._database.write() as tx:
                audit.add(tx, coalesce(batch))
                for use in _latest([entry.access_key_use for entry in batch if entry.access_key_use]):
                    access_keys.record_last_use(tx, use)
                for role_use in _latest([entry.role_use for entry in batch if entry.role_use]):
                    roles.record_last_use(tx, role_use)
                session_uses = sorted(entry.session_use for entry in batch if entry.session_use)
                for token_hash, used_at in session_uses:
                    sessions.record_last_use(tx, token_hash, used_at)
        except ServiceUnavailable:
            return False  # the database has logged the reason
        except Exception as error:  # noqa: BLE001 - whatever the error, the batch must not be lost
            self._outage.report(error, exc_info=True)
            return False
        self._outage.end()
        return True


def _latest(uses: list[LastUsed]) -> list[LastUsed]:
    """Return the latest use of each key or role, sorted, so that nodes lock rows in the same order."""
    latest = {use[:2]: use for use in uses}
    return [latest[key] for key in sorted(latest)]


def _size(entry: AuditEntry) -> int:
    """Return about how many bytes an entry takes in memory."""
    return _ENTRY_BYTES + (len(entry.event.record) if entry.event else 0)


def coalesce(batch: list[AuditEntry]) -> list[AuditEvent]:
    """Return the events of a batch; of those with the same key the first, with their count.

    A key that coalesces begins with the caller and the action. A caller that is denied in many different ways
    gets one event for each action besides, so that it cannot fill the store with resources that it makes up.
    """
    events_by_key: dict[tuple[str, ...], tuple[AuditEvent, int]] = {}
    kinds_by_caller: Counter[str] = Counter()
    for entry in batch:
        if entry.event is None:
            continue
        key = entry.coalesce_key or (entry.event.event_id,)
        if entry.coalesce_key and key not in events_by_key:
            kinds_by_caller[key[0]] += 1
            key = key if kinds_by_caller[key[0]] <= _MAX_KINDS_OF_DENIALS else key[:2]
        event, count = events_by_key.get(key, (entry.event, 0))
        events_by_key[key] = (event, count + 1)
    return [_with_count(event, count) for event, count in events_by_key.values()]


def _with_count(event: AuditEvent, count: int) -> AuditEvent:
    if count == 1:
        return event
    record = json.loads(event.record)
    record["additionalEventData"] = {**(record.get("additionalEventData") or {}), "count": count}
    return event._replace(record=json.dumps(record))
