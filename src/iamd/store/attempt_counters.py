"""Attempt counters: failed attempts (rate limits, lockout) and single-use values (nonces).

Each change is one statement, so concurrent attempts are all counted.
"""

import hashlib
from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import attempts


class AttemptCounter(NamedTuple):
    """The number of attempts, and the time of the last one in epoch seconds."""

    tries: int = 0
    last_at: int = 0


_columns = [attempts.c[name] for name in AttemptCounter._fields]
_find = Query(sa.select(*_columns).where(columns_equal(attempts, "subject")), AttemptCounter._make)
# The count restarts if the last attempt is older than the window.
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
    """Return the key of a counter. `names` may contain user input, so only their hash is stored."""
    return f"{kind}:" + hashlib.sha256("\0".join(names).encode()).hexdigest()


def increment(
    tx: Tx, key: str, now_seconds: int, window_seconds: int, max_attempts: int = 0
) -> AttemptCounter:
    """Count one attempt and return the new count.

    The count restarts after `window_seconds` without an attempt. Attempts beyond `max_attempts` (if it is not
    0) do not extend the window, so that a lockout ends even if attempts continue.
    """
    counter = _increment.first(
        tx, subject=key, now=now_seconds, stale=now_seconds - window_seconds, most=max_attempts
    )
    return counter or AttemptCounter()


def get(tx: Tx, key: str, now_seconds: int, window_seconds: int) -> AttemptCounter:
    """Return the current count; zero if the last attempt is older than the window."""
    counter = _find.first(tx, subject=key)
    return (
        counter
        if counter is not None and counter.last_at >= now_seconds - window_seconds
        else AttemptCounter()
    )


def decrement(tx: Tx, key: str) -> None:
    """Undo one `increment`."""
    _decrement.execute(tx, subject=key)


def reset(tx: Tx, key: str) -> None:
    """Set the count to zero."""
    _reset.execute(tx, subject=key)


def purge(tx: Tx, before: int) -> int:
    """Delete counters whose last attempt was before an epoch time; return their number."""
    return _purge.execute(tx, before=before)
