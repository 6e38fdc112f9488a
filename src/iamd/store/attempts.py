"""Failures and one-time use, counted in one statement each, so that tries in parallel are all counted."""

import hashlib
from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, bind, binding
from iamd.store.schema import attempts


class Tries(NamedTuple):
    """How often something was tried, and when last, in seconds since 1970."""

    tries: int = 0
    last_at: int = 0


_fields = [attempts.c[name] for name in Tries._fields]
_find = Query(sa.select(*_fields).where(binding(attempts, "subject")), Tries._make)
# A count begins anew when the last try is longer ago than the window.
_count = Query(
    sa.text(
        "INSERT INTO attempts (subject, tries, last_at) VALUES (:subject, 1, :now) "
        "ON CONFLICT (subject) DO UPDATE SET "
        "tries = CASE WHEN attempts.last_at < :stale THEN 1 ELSE attempts.tries + 1 END, "
        "last_at = CASE WHEN attempts.last_at < :stale OR attempts.tries < :most OR :most = 0 "
        "THEN excluded.last_at ELSE attempts.last_at END RETURNING tries, last_at"
    ),
    Tries._make,
)
_forgive = Write(sa.text("UPDATE attempts SET tries = tries - 1 WHERE subject = :subject AND tries > 0"))
_clear = Write(sa.delete(attempts).where(binding(attempts, "subject")))
_purge = Write(sa.delete(attempts).where(attempts.c.last_at < bind("before")))


def subject(kind: str, *names: str) -> str:
    """Name what is counted; it may hold what somebody typed, so only a hash is kept."""
    return f"{kind}:" + hashlib.sha256("\0".join(names).encode()).hexdigest()


def count(tx: Tx, subject: str, now: int, window: int, most: int = 0) -> Tries:
    """Count one try, and return the count with it; `window` seconds without one begin a new count.

    Tries beyond `most` (where it is not 0) do not put the end of the window off: a lock passes.
    """
    tries = _count.one(tx, subject=subject, now=now, stale=now - window, most=most)
    return tries or Tries()


def find(tx: Tx, subject: str, now: int, window: int) -> Tries:
    """Return what was counted within the window."""
    tries = _find.one(tx, subject=subject)
    return tries if tries is not None and tries.last_at >= now - window else Tries()


def forgive(tx: Tx, subject: str) -> None:
    """Take one try back."""
    _forgive.run(tx, subject=subject)


def clear(tx: Tx, subject: str) -> None:
    """Forget what was counted."""
    _clear.run(tx, subject=subject)


def purge(tx: Tx, before: int) -> int:
    return _purge.run(tx, before=before)
