"""Audit events, stored as CloudTrail records."""

from collections.abc import Iterable
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


def purge(tx: Tx, account_id: str, before: str) -> int:
    """Delete an account's events before a time (ISO 8601 text); return their number."""
    return _purge.execute(tx, account_id=account_id, before=before)
