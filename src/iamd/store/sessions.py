"""Console sessions, and sign-ins that wait for their next step; the store has a hash of the cookie only."""

import hashlib
from typing import Any

import sqlalchemy as sa

from iamd.core.records import Session, User
from iamd.store.access_keys import Credential
from iamd.store.query import Query, Tx, Write, bind, binding
from iamd.store.schema import accounts, sessions, users

_columns = [sessions.c[name] for name in Session._fields]
_owned = binding(sessions, "account_id", "user_id")
_find = Query(sa.select(*_columns).where(binding(sessions, "token_hash")), Session._make)
_of = Query(sa.select(*_columns).where(_owned).order_by(sessions.c.created_at.desc()), Session._make)


def _credential(row: Any) -> Credential:
    data_key, revision, *rest = row
    session = Session._make(rest[: len(Session._fields)])
    owner = rest[len(Session._fields) :]
    user = User._make(owner) if owner[0] is not None else None
    return Credential(
        "", session.account_id, session.user_id, "Active", b"", data_key, revision, user, session
    )


_user = sa.and_(users.c.account_id == sessions.c.account_id, users.c.user_id == sessions.c.user_id)
_prove = Query(
    sa.select(accounts.c.data_key, accounts.c.revision, *_columns, *(users.c[name] for name in User._fields))
    .select_from(
        sessions.join(accounts, accounts.c.account_id == sessions.c.account_id).outerjoin(users, _user)
    )
    .where(binding(sessions, "token_hash")),
    _credential,
)
_add = Write(sa.insert(sessions))
_remove = Write(sa.delete(sessions).where(binding(sessions, "token_hash")))
_remove_all = Write(sa.delete(sessions).where(_owned))
_remove_others = Write(sa.delete(sessions).where(_owned, sessions.c.token_hash != bind("kept")))
_end = Write(sa.delete(sessions).where(binding(sessions, "account_id", "user_id", "session_id")))
_seen = Write(
    sa.update(sessions)
    .where(sessions.c.token_hash == bind("token"), sessions.c.seen_at < bind("seen_at"))
    .values(seen_at=bind("seen_at"))
)
_challenge = Write(
    sa.update(sessions).where(sessions.c.token_hash == bind("token")).values(challenge=bind("challenge"))
)
_purge = Write(
    sa.delete(sessions).where(
        sa.or_(sessions.c.created_at < bind("created_before"), sessions.c.seen_at < bind("seen_before"))
    )
)


def hashed(token: str) -> str:
    """Return what the store knows a token by; tokens are 256 random bits, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def prove(tx: Tx, token_hash: str) -> Credential | None:
    """Find who is signed in, with the account's revision, in one statement."""
    return _prove.one(tx, token_hash=token_hash)


def find(tx: Tx, token_hash: str) -> Session | None:
    return _find.one(tx, token_hash=token_hash)


def of(tx: Tx, account_id: str, user_id: str) -> list[Session]:
    """Return somebody's sessions, the newest first, those of every stage."""
    return _of.all(tx, account_id=account_id, user_id=user_id)


def add(tx: Tx, session: Session) -> None:
    _add.run(tx, **session._asdict())


def replace(tx: Tx, held: Session, token_hash: str, **changes: Any) -> Session:
    """Continue a session under another token, as at every rise of privilege; the old token ends."""
    raised = held._replace(token_hash=token_hash, **changes)
    remove(tx, held.token_hash)
    add(tx, raised)
    return raised


def remove(tx: Tx, token_hash: str) -> None:
    _remove.run(tx, token_hash=token_hash)


def remove_all(tx: Tx, account_id: str, user_id: str, kept: str = "") -> None:
    """End everybody's who signed in as this user, but the session of the token hash `kept`."""
    if kept:
        _remove_others.run(tx, account_id=account_id, user_id=user_id, kept=kept)
    else:
        _remove_all.run(tx, account_id=account_id, user_id=user_id)


def end(tx: Tx, account_id: str, user_id: str, session_id: str) -> bool:
    """End one session by its public ID; False when the user has no such session."""
    return _end.run(tx, account_id=account_id, user_id=user_id, session_id=session_id) > 0


def see(tx: Tx, token_hash: str, now: int) -> None:
    """Note that a session is in use."""
    _seen.run(tx, token=token_hash, seen_at=now)


def challenge(tx: Tx, token_hash: str, challenge: str | None) -> None:
    """Keep what a passkey must sign next, or forget it."""
    _challenge.run(tx, token=token_hash, challenge=challenge)


def purge(tx: Tx, created_before: int, seen_before: int) -> int:
    """Delete what is over; return how many they were."""
    return _purge.run(tx, created_before=created_before, seen_before=seen_before)
