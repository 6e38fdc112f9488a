"""Audit events, stored as CloudTrail records."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import audit_events

NO_ACCOUNT_ID = "000000000000"  # for events without an account: failed sign-ins to an unknown account


class AuditEvent(NamedTuple):
    """An audit event; `record` is the complete CloudTrail record as JSON text, `event_time` ISO 8601 text."""

    account_id: str
    event_time: str
    event_id: str
    event_source: str
    event_name: str
    record: str


class Period(NamedTuple):
    """A period of time; both ends, ISO 8601 text, belong to it. None is no limit."""

    start: str | None = None
    end: str | None = None


class ScannedEvent(NamedTuple):
    """An event that was passed in a scan; `record` is None if it is of an operation of this server.

    Its position is the sort key that a scan continues after.
    """

    position: str
    record: str | None


# Every statement releases the GIL and may wait long to get it back, so many rows go into one statement.
_CHUNK_SIZE = 50
_add = Write(sa.insert(audit_events))
_add_chunk = Write(
    sa.insert(audit_events).values(
        [
            {name: sa.bindparam(f"{name}_{number}", type_=sa.Text) for name in AuditEvent._fields}
            for number in range(_CHUNK_SIZE)
        ]
    )
)
_list_recent = Query(
    sa.select(*audit_events.c)
    .where(columns_equal(audit_events, "account_id"))
    .order_by(audit_events.c.event_time.desc(), audit_events.c.event_id)
    .limit(bind("limit")),
    AuditEvent._make,
)
# The sources of operations of this server, most of an account's events. iamd has decisions, too.
_OWN_SOURCES = ("account", "iam", "signin", "sts")
_is_of_another_service = sa.and_(
    *(audit_events.c.event_source != f"{source}.amazonaws.com" for source in _OWN_SOURCES)
)
# Both columns are descending, which the primary key serves: as many rows are read as are returned.
_scan_chunk = Query(
    sa.select(
        audit_events.c.event_time,
        audit_events.c.event_id,
        sa.case((_is_of_another_service, audit_events.c.record)),
    )
    .where(
        columns_equal(audit_events, "account_id"),
        audit_events.c.event_time >= bind("start"),
        sa.tuple_(audit_events.c.event_time, audit_events.c.event_id)
        < sa.tuple_(bind("last_time"), bind("last_id")),
    )
    .order_by(audit_events.c.event_time.desc(), audit_events.c.event_id.desc())
    .limit(bind("limit")),
    lambda row: ScannedEvent(f"{row[0]}/{row[1]}", row[2]),
)
_SCAN_CHUNK_SIZE = 1_000
_LAST = "~"  # sorts after every time and every event ID
_purge = Write(
    sa.delete(audit_events).where(
        columns_equal(audit_events, "account_id"), audit_events.c.event_time < bind("before")
    )
)


def add(tx: Tx, events: Iterable[AuditEvent]) -> None:
    pending = list(events)
    while len(pending) >= _CHUNK_SIZE:
        _add_chunk.execute(tx, **_numbered_params(pending[:_CHUNK_SIZE]))
        del pending[:_CHUNK_SIZE]
    for event in pending:
        _add.execute(tx, **event._asdict())


def _numbered_params(events: list[AuditEvent]) -> dict[str, str]:
    return {
        f"{name}_{number}": value
        for number, event in enumerate(events)
        for name, value in zip(AuditEvent._fields, event, strict=True)
    }


def list_recent(tx: Tx, account_id: str, limit: int) -> list[AuditEvent]:
    """Return an account's last `limit` events, newest first."""
    return _list_recent.all(tx, account_id=account_id, limit=limit)


def scan(tx: Tx, account_id: str, period: Period, after: str) -> Iterator[ScannedEvent]:
    """Yield an account's events of a period, newest first, after a position; empty is the beginning."""
    last = (period.end or _LAST, _LAST)
    if after:
        time, _, event_id = after.partition("/")
        last = min(last, (time, event_id))
    while True:
        chunk = _scan_chunk.all(
            tx,
            account_id=account_id,
            start=period.start or "",
            last_time=last[0],
            last_id=last[1],
            limit=_SCAN_CHUNK_SIZE,
        )
        yield from chunk
        if len(chunk) < _SCAN_CHUNK_SIZE:
            return
        time, _, event_id = chunk[-1].position.partition("/")
        last = (time, event_id)


def purge(tx: Tx, account_id: str, before: str) -> int:
    """Delete an account's events before a time (ISO 8601 text); return their number."""
    return _purge.execute(tx, account_id=account_id, before=before)
