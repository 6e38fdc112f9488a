"""The batched writer: reads, refusals and last-used stamps, committed in groups.

Nobody who only reads or is refused takes part in the writers' queue; what they leave is written within
50 ms. The queue is bounded: when the writer cannot keep up, callers are told to come back. The same
refusal of the same caller, again and again, is one event with a count.
"""

import json
import queue
import threading
import time
from datetime import timedelta
from typing import NamedTuple, TypeVar

from iamd.core import clock
from iamd.core.errors import ServiceUnavailable
from iamd.core.logs import LOGGER
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
from iamd.store.roles import RoleLastUsed

AnyUse = TypeVar("AnyUse", AccessKeyLastUsed, RoleLastUsed)

_BATCH_SECONDS = 0.05
_MAX_ENTRIES = 10_000
_RETRY_SECONDS = 0.5
_PURGE_SECONDS = 3600
_DAY_SECONDS = 86_400  # no session lasts longer, and no failure counts longer
_MFA_SETUP_LIFETIME = timedelta(hours=1)


class AuditEntry(NamedTuple):
    """What a call leaves behind: an event, the kind that it may be folded with, and its key's use.

    `seen` is the token hash of a session and when it was used; `role` the use of a role.
    """

    event: AuditEvent | None
    coalesce_key: tuple[str, ...] | None
    access_key_use: AccessKeyLastUsed | None = None
    session_use: tuple[str, int] | None = None
    role_use: RoleLastUsed | None = None


class AuditQueue:
    """Writes notes from a thread of its own until it is closed."""

    def __init__(self, database: Database, retention: timedelta) -> None:
        self._database = database
        self._retention = retention
        self._entries: queue.SimpleQueue[AuditEntry | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="iamd-recorder", daemon=True)
        self._thread.start()

    def put(self, entry: AuditEntry) -> None:
        """Leave a note; ServiceUnavailable when more wait than the writer can hold."""
        if self._entries.qsize() >= _MAX_ENTRIES:
            raise ServiceUnavailable("The audit log cannot be written at the moment.")
        self._entries.put(entry)

    def close(self) -> None:
        """Write what is left and stop."""
        self._closing.set()
        self._entries.put(None)
        self._thread.join()

    def _run(self) -> None:
        running, next_purge = True, time.monotonic() + _PURGE_SECONDS
        while running:
            batch, running = self._next_batch()
            if batch:
                self._write_batch(batch, running=running)
            if time.monotonic() >= next_purge:
                next_purge = time.monotonic() + _PURGE_SECONDS
                self._try_purge()
        self._database.close()

    def _next_batch(self) -> tuple[list[AuditEntry], bool]:
        """Wait for a note, then gather what comes within a group's time; False at the end.

        The time is slept through: a thread that woke for every note would take the interpreter each time from
        those who serve.
        """
        entry = self._entries.get()
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
        except Exception:  # noqa: BLE001 - the writer must go on
            LOGGER.exception("what is over could not be deleted; the next hour tries again")

    def _purge(self) -> None:
        """Delete what is over: old events, sessions, links, counts, and what abandoned wizards left."""
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

    def _write_batch(self, batch: list[AuditEntry], *, running: bool) -> None:
        while True:
            try:
                with self._database.write() as tx:
                    audit.add(tx, coalesce(batch))
                    for use in _latest([entry.access_key_use for entry in batch if entry.access_key_use]):
                        access_keys.record_last_use(tx, use)
                    for role_use in _latest([note.role_use for note in batch if note.role_use]):
                        roles.record_last_use(tx, role_use)
                    for token_hash, used_at in sorted(note.session_use for note in batch if note.session_use):
                        sessions.record_last_use(tx, token_hash, used_at)
            except Exception:  # noqa: BLE001 - whatever the store says, what waits must not be lost
                LOGGER.warning("%d audit events wait for the store", len(batch), exc_info=running)
                if not running:
                    return
                time.sleep(_RETRY_SECONDS)
            else:
                return


def _latest(uses: list[AnyUse]) -> list[AnyUse]:
    """Return the latest use of each, in one order on every node: none waits for another's rows."""
    latest = {use[:2]: use for use in uses}
    return [latest[key] for key in sorted(latest)]


def coalesce(batch: list[AuditEntry]) -> list[AuditEvent]:
    """Return the events of a group, those of one kind as the first of them with their count."""
    events_by_key: dict[tuple[str, ...], tuple[AuditEvent, int]] = {}
    for entry in batch:
        if entry.event is None:
            continue
        key = entry.coalesce_key or (entry.event.event_id,)
        event, count = events_by_key.get(key, (entry.event, 0))
        events_by_key[key] = (event, count + 1)
    return [_with_count(event, count) for event, count in events_by_key.values()]


def _with_count(event: AuditEvent, count: int) -> AuditEvent:
    if count == 1:
        return event
    record = json.loads(event.record)
    record["additionalEventData"] = {"count": count}
    return event._replace(record=json.dumps(record))
