"""Failures and one-time use, counted in one statement each, so that tries in parallel are all counted."""

import hashlib
from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import attempts


class AttemptCounter(NamedTuple):
    """How often something was tried, and when last, in seconds since 1970."""

    tries: int = 0
    last_at: int = 0


_columns = [attempts.c[name] for name in AttemptCounter._fields]
_find = Query(sa.select(*_columns).where(columns_equal(attempts, "subject")), AttemptCounter._make)
# A count begins anew when the last try is longer ago than the window.
_increment = Query(
    sa.text(
        "INSERT INTO attempts (subject, tries, last_at) VALUES (:subject, 1, :now) "
        "ON CONFLICT (subject) DO UPDATE SET "
        "tries = CASE WHEN attempts.last_at < :stale THEN 1 ELSE attempts.tries + 1 END, "
        "last_at = CASE WHEN attempts.last_at < :stale OR attempts.tries < :most OR :most = 0 "
        "THEN excluded.last_at ELSE attempts.last_at END RETURNING tries, last_at"
    ),
    AttemptCounter._make,
)
_decrement = Write(sa.text("UPDATE attempts SET tries = tries - 1 WHERE subject = :subject AND tries > 0"))
_reset = Write(sa.delete(attempts).where(columns_equal(attempts, "subject")))
_purge = Write(sa.delete(attempts).where(attempts.c.last_at < bind("before")))


def counter_key(kind: str, *names: str) -> str:
    """Name what is counted; it may hold what somebody typed, so only a hash is kept."""
    return f"{kind}:" + hashlib.sha256("\0".join(names).encode()).hexdigest()


def increment(
    tx: Tx, key: str, now_seconds: int, window_seconds: int, max_attempts: int = 0
) -> AttemptCounter:
    """Count one try, and return the count with it; `window` seconds without one begin a new count.

    Tries beyond `most` (where it is not 0) do not put the end of the window off: a lock passes.
    """
    counter = _increment.first(
        tx, subject=key, now=now_seconds, stale=now_seconds - window_seconds, most=max_attempts
    )
    return counter or AttemptCounter()


def get(tx: Tx, key: str, now_seconds: int, window_seconds: int) -> AttemptCounter:
    """Return what was counted within the window."""
    counter = _find.first(tx, subject=key)
    return (
        counter
        if counter is not None and counter.last_at >= now_seconds - window_seconds
        else AttemptCounter()
    )


def decrement(tx: Tx, key: str) -> None:
    """Take one try back."""
    _decrement.execute(tx, subject=key)


def reset(tx: Tx, key: str) -> None:
    """Forget what was counted."""
    _reset.execute(tx, subject=key)


def purge(tx: Tx, before: int) -> int:
    return _purge.execute(tx, before=before)
