"""Audit events in the form of CloudTrail records."""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, binding
from iamd.store.schema import audit_events

NOBODYS = "000000000000"  # events of no account: failed sign-ins to one that is not here


class Event(NamedTuple):
    """An event; `record` is the whole CloudTrail record as JSON."""

    account_id: str
    event_time: str
    event_id: str
    event_source: str
    event_name: str
    record: str


# Each statement gives the interpreter away to other threads and gets it back late: many rows, few statements.
_CHUNK = 50
_add = Write(sa.insert(audit_events))
_add_chunk = Write(
    sa.insert(audit_events).values(
        [
            {name: sa.bindparam(f"{name}_{number}", type_=sa.Text) for name in Event._fields}
            for number in range(_CHUNK)
        ]
    )
)
_recent = Query(
    sa.select(*audit_events.c)
    .where(binding(audit_events, "account_id"))
    .order_by(audit_events.c.event_time.desc(), audit_events.c.event_id)
    .limit(bind("limit")),
    Event._make,
)
_purge = Write(
    sa.delete(audit_events).where(
        binding(audit_events, "account_id"), audit_events.c.event_time < bind("before")
    )
)


def add(tx: Tx, events: Iterable[Event]) -> None:
    waiting = list(events)
    while len(waiting) >= _CHUNK:
        _add_chunk.run(tx, **_numbered(waiting[:_CHUNK]))
        del waiting[:_CHUNK]
    for event in waiting:
        _add.run(tx, **event._asdict())


def _numbered(events: list[Event]) -> dict[str, str]:
    return {
        f"{name}_{number}": value
        for number, event in enumerate(events)
        for name, value in zip(Event._fields, event, strict=True)
    }


def recent(tx: Tx, account_id: str, limit: int) -> list[Event]:
    """Return an account's latest events, newest first."""
    return _recent.all(tx, account_id=account_id, limit=limit)


def purge(tx: Tx, account_id: str, before: str) -> int:
    """Delete an account's events older than a moment; return how many they were."""
    return _purge.run(tx, account_id=account_id, before=before)
