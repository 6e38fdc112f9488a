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
from iamd.store import access_keys, accounts, attempts, audit, links, mfa_devices, roles, sessions
from iamd.store.access_keys import Use
from iamd.store.audit import Event
from iamd.store.database import Database
from iamd.store.roles import RoleUse

AnyUse = TypeVar("AnyUse", Use, RoleUse)

_GROUP_SECONDS = 0.05
_QUEUE = 10_000
_RETRY_SECONDS = 0.5
_PURGE_SECONDS = 3600
_DAY_SECONDS = 86_400  # no session lasts longer, and no failure counts longer
_WIZARD = timedelta(hours=1)


class Note(NamedTuple):
    """What a call leaves behind: an event, the kind that it may be folded with, and its key's use.

    `seen` is the token hash of a session and when it was used; `role` the use of a role.
    """

    event: Event | None
    fold: tuple[str, ...] | None
    use: Use | None = None
    seen: tuple[str, int] | None = None
    role: RoleUse | None = None


class Recorder:
    """Writes notes from a thread of its own until it is closed."""

    def __init__(self, database: Database, keep: timedelta) -> None:
        self._database = database
        self._keep = keep
        self._notes: queue.SimpleQueue[Note | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="iamd-recorder", daemon=True)
        self._thread.start()

    def note(self, note: Note) -> None:
        """Leave a note; ServiceUnavailable when more wait than the writer can hold."""
        if self._notes.qsize() >= _QUEUE:
            raise ServiceUnavailable("The audit log cannot be written at the moment.")
        self._notes.put(note)

    def close(self) -> None:
        """Write what is left and stop."""
        self._closing.set()
        self._notes.put(None)
        self._thread.join()

    def _work(self) -> None:
        going, next_purge = True, time.monotonic() + _PURGE_SECONDS
        while going:
            group, going = self._group()
            if group:
                self._write(group, going=going)
            if time.monotonic() >= next_purge:
                next_purge = time.monotonic() + _PURGE_SECONDS
                self._try_to_purge()
        self._database.close()

    def _group(self) -> tuple[list[Note], bool]:
        """Wait for a note, then gather what comes within a group's time; False at the end.

        The time is slept through: a thread that woke for every note would take the interpreter each time from
        those who serve.
        """
        note = self._notes.get()
        self._closing.wait(_GROUP_SECONDS)
        group: list[Note] = []
        while note is not None:
            group.append(note)
            if len(group) >= _QUEUE or self._notes.empty():
                return group, True
            note = self._notes.get()
        return group, False

    def _try_to_purge(self) -> None:
        try:
            self._purge()
        except Exception:  # noqa: BLE001 - the writer must go on
            LOGGER.exception("what is over could not be deleted; the next hour tries again")

    def _purge(self) -> None:
        """Delete what is over: old events, sessions, links, counts, and what abandoned wizards left."""
        now = clock.now()
        with self._database.write() as tx:
            for account in accounts.every(tx):
                audit.purge(tx, account.account_id, clock.iso(now - self._keep))
                mfa_devices.reap(tx, account.account_id, clock.iso(now - _WIZARD))
            audit.purge(tx, audit.NOBODYS, clock.iso(now - self._keep))
            seconds = int(now.timestamp())
            sessions.purge(tx, seconds - _DAY_SECONDS, seconds - _DAY_SECONDS)
            links.purge(tx, seconds)
            attempts.purge(tx, seconds - _DAY_SECONDS)

    def _write(self, group: list[Note], *, going: bool) -> None:
        while True:
            try:
                with self._database.write() as tx:
                    audit.add(tx, folded(group))
                    for use in _latest([note.use for note in group if note.use]):
                        access_keys.stamp(tx, use)
                    for role_use in _latest([note.role for note in group if note.role]):
                        roles.stamp(tx, role_use)
                    for token_hash, at in sorted(note.seen for note in group if note.seen):
                        sessions.see(tx, token_hash, at)
            except Exception:  # noqa: BLE001 - whatever the store says, what waits must not be lost
                LOGGER.warning("%d audit events wait for the store", len(group), exc_info=going)
                if not going:
                    return
                time.sleep(_RETRY_SECONDS)
            else:
                return


def _latest(uses: list[AnyUse]) -> list[AnyUse]:
    """Return the latest use of each, in one order on every node: none waits for another's rows."""
    latest = {use[:2]: use for use in uses}
    return [latest[key] for key in sorted(latest)]


def folded(group: list[Note]) -> list[Event]:
    """Return the events of a group, those of one kind as the first of them with their count."""
    kept: dict[tuple[str, ...], tuple[Event, int]] = {}
    for note in group:
        if note.event is None:
            continue
        kind = note.fold or (note.event.event_id,)
        event, count = kept.get(kind, (note.event, 0))
        kept[kind] = (event, count + 1)
    return [_counted(event, count) for event, count in kept.values()]


def _counted(event: Event, count: int) -> Event:
    if count == 1:
        return event
    record = json.loads(event.record)
    record["additionalEventData"] = {"count": count}
    return event._replace(record=json.dumps(record))
