"""Console sessions and pending sign-ins; the store contains a hash of the session cookie's token only."""

import hashlib
from typing import Any

import sqlalchemy as sa

from iamd.core.records import Session, User
from iamd.store.access_keys import CredentialRecord
from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import accounts, sessions, users

_columns = [sessions.c[name] for name in Session._fields]
_user_condition = columns_equal(sessions, "account_id", "user_id")
_find = Query(sa.select(*_columns).where(columns_equal(sessions, "token_hash")), Session._make)
_list_for_user = Query(
    sa.select(*_columns).where(_user_condition).order_by(sessions.c.created_at.desc()), Session._make
)


def _credential_from_row(row: Any) -> CredentialRecord:
    data_key, revision, *columns = row
    session = Session._make(columns[: len(Session._fields)])
    user_columns = columns[len(Session._fields) :]
    user = User._make(user_columns) if user_columns[0] is not None else None
    return CredentialRecord(
        "", session.account_id, session.user_id, "Active", b"", data_key, revision, user, session
    )


_user_join = sa.and_(users.c.account_id == sessions.c.account_id, users.c.user_id == sessions.c.user_id)
_find_credential = Query(
    sa.select(accounts.c.data_key, accounts.c.revision, *_columns, *(users.c[name] for name in User._fields))
    .select_from(
        sessions.join(accounts, accounts.c.account_id == sessions.c.account_id).outerjoin(users, _user_join)
    )
    .where(columns_equal(sessions, "token_hash")),
    _credential_from_row,
)
_add = Write(sa.insert(sessions))
_delete = Write(sa.delete(sessions).where(columns_equal(sessions, "token_hash")))
_delete_for_user = Write(sa.delete(sessions).where(_user_condition))
_delete_others = Write(sa.delete(sessions).where(_user_condition, sessions.c.token_hash != bind("kept")))
_delete_by_session_id = Write(
    sa.delete(sessions).where(columns_equal(sessions, "account_id", "user_id", "session_id"))
)
_record_last_use = Write(
    sa.update(sessions)
    .where(sessions.c.token_hash == bind("token"), sessions.c.seen_at < bind("seen_at"))
    .values(seen_at=bind("seen_at"))
)
_set_challenge = Write(
    sa.update(sessions).where(sessions.c.token_hash == bind("token")).values(challenge=bind("challenge"))
)
_purge = Write(
    sa.delete(sessions).where(
        sa.or_(sessions.c.created_at < bind("created_before"), sessions.c.seen_at < bind("seen_before"))
    )
)


def hash_token(token: str) -> str:
    """Return the SHA-256 under which a token is stored; one round is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_credential(tx: Tx, token_hash: str) -> CredentialRecord | None:
    """Find a session with its user and the account's revision, in one statement."""
    return _find_credential.first(tx, token_hash=token_hash)


def find(tx: Tx, token_hash: str) -> Session | None:
    return _find.first(tx, token_hash=token_hash)


def list_for_user(tx: Tx, account_id: str, user_id: str) -> list[Session]:
    """Return a user's sessions of every stage, newest first."""
    return _list_for_user.all(tx, account_id=account_id, user_id=user_id)


def add(tx: Tx, session: Session) -> None:
    _add.execute(tx, **session._asdict())


def replace_token(tx: Tx, session: Session, token_hash: str, **changes: Any) -> Session:
    """Rotate a session's token and apply `changes`; the old token becomes invalid.

    Done at every increase of privilege, against session fixation.
    """
    new_session = session._replace(token_hash=token_hash, **changes)
    delete(tx, session.token_hash)
    add(tx, new_session)
    return new_session


def delete(tx: Tx, token_hash: str) -> None:
    _delete.execute(tx, token_hash=token_hash)


def delete_for_user(tx: Tx, account_id: str, user_id: str, except_token_hash: str = "") -> None:
    """Delete all sessions of a user, except the one with the token hash `except_token_hash`."""
    if except_token_hash:
        _delete_others.execute(tx, account_id=account_id, user_id=user_id, kept=except_token_hash)
    else:
        _delete_for_user.execute(tx, account_id=account_id, user_id=user_id)


def delete_by_session_id(tx: Tx, account_id: str, user_id: str, session_id: str) -> bool:
    """Delete one session by its public ID; return False if the user has no such session."""
    return (
        _delete_by_session_id.execute(tx, account_id=account_id, user_id=user_id, session_id=session_id) > 0
    )


def record_last_use(tx: Tx, token_hash: str, now_seconds: int) -> None:
    """Record when a session was last used (epoch seconds), unless a later time has been recorded."""
    _record_last_use.execute(tx, token=token_hash, seen_at=now_seconds)


def set_challenge(tx: Tx, token_hash: str, challenge: str | None) -> None:
    """Set the WebAuthn challenge that a passkey must sign next; None clears it."""
    _set_challenge.execute(tx, token=token_hash, challenge=challenge)


def purge(tx: Tx, created_before: int, seen_before: int) -> int:
    """Delete sessions created or last used before these epoch times; return their number."""
    return _purge.execute(tx, created_before=created_before, seen_before=seen_before)
