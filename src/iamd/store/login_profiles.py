"""Passwords of users and root users: the hash in force, the ones before it, when each was set."""

from typing import Any

import sqlalchemy as sa

from iamd.core.records import LoginProfile
from iamd.store.query import Query, Tx, Write, bind, binding, first
from iamd.store.schema import accounts, login_profiles, password_history, users


def _profile(row: Any) -> LoginProfile:
    return LoginProfile._make((*row[:4], bool(row[4])))


_columns = [login_profiles.c[name] for name in LoginProfile._fields]
_owned = binding(login_profiles, "account_id", "user_id")
_find = Query(sa.select(*_columns).where(_owned), _profile)
_all = Query(sa.select(*_columns).where(binding(login_profiles, "account_id")), _profile)
_add = Write(sa.insert(login_profiles))
_change = Write(
    sa.update(login_profiles)
    .where(login_profiles.c.account_id == bind("account"), login_profiles.c.user_id == bind("user"))
    .values(
        hash=bind("hash"),
        change_date=bind("change_date"),
        password_reset_required=bind("password_reset_required"),
    )
)
_remove = Write(sa.delete(login_profiles).where(_owned))
_old = binding(password_history, "account_id", "user_id")
_history = Query(
    sa.select(password_history.c.hash)
    .where(_old)
    .order_by(password_history.c.number.desc())
    .limit(bind("limit")),
    first,
)
_last_number = Query(
    sa.select(sa.func.coalesce(sa.func.max(password_history.c.number), 0)).where(_old),
    lambda row: int(row[0]),
)
_remember = Write(sa.insert(password_history))
_forget_older = Write(sa.delete(password_history).where(_old, password_history.c.number <= bind("oldest")))
_forget = Write(sa.delete(password_history).where(_old))
_user_used = Write(
    sa.update(users)
    .where(users.c.account_id == bind("account"), users.c.user_id == bind("user"))
    .values(password_last_used=bind("moment"))
)
_root_used = Write(
    sa.update(accounts).where(accounts.c.account_id == bind("account")).values(root_last_used=bind("moment"))
)

_REMEMBERED = 24  # as many as a policy may ask for


def find(tx: Tx, account_id: str, user_id: str) -> LoginProfile | None:
    return _find.one(tx, account_id=account_id, user_id=user_id)


def every(tx: Tx, account_id: str) -> list[LoginProfile]:
    """Return all of an account, the root user's too."""
    return _all.all(tx, account_id=account_id)


def add(tx: Tx, account_id: str, profile: LoginProfile) -> None:
    """Add a profile of somebody who has none."""
    _add.run(tx, account_id=account_id, **_row(profile))
    _note(tx, account_id, profile.user_id, profile.hash)


def change(tx: Tx, account_id: str, profile: LoginProfile) -> None:
    """Replace somebody's password, or only whether it must be changed; a new one joins the history."""
    held = find(tx, account_id, profile.user_id)
    row = _row(profile)
    del row["create_date"]
    _change.run(tx, account=account_id, user=row.pop("user_id"), **row)
    if held is None or held.hash != profile.hash:
        _note(tx, account_id, profile.user_id, profile.hash)


def rehash(tx: Tx, account_id: str, profile: LoginProfile, stronger: str) -> None:
    """Keep the same password under a stronger hash."""
    row = _row(profile._replace(hash=stronger))
    del row["create_date"]
    _change.run(tx, account=account_id, user=row.pop("user_id"), **row)


def remove(tx: Tx, account_id: str, user_id: str) -> None:
    _remove.run(tx, account_id=account_id, user_id=user_id)
    _forget.run(tx, account_id=account_id, user_id=user_id)


def history(tx: Tx, account_id: str, user_id: str, count: int) -> list[str]:
    """Return the hashes of somebody's latest passwords, the one in force first."""
    return _history.all(tx, account_id=account_id, user_id=user_id, limit=count)


def stamp(tx: Tx, account_id: str, user_id: str, moment: str) -> None:
    """Note when somebody last signed in with the password."""
    if user_id == account_id:
        _root_used.run(tx, account=account_id, moment=moment)
    else:
        _user_used.run(tx, account=account_id, user=user_id, moment=moment)


def _row(profile: LoginProfile) -> dict[str, Any]:
    return profile._asdict() | {"password_reset_required": int(profile.password_reset_required)}


def _note(tx: Tx, account_id: str, user_id: str, hashed: str) -> None:
    number = (_last_number.one(tx, account_id=account_id, user_id=user_id) or 0) + 1
    _remember.run(tx, account_id=account_id, user_id=user_id, number=number, hash=hashed)
    _forget_older.run(tx, account_id=account_id, user_id=user_id, oldest=number - _REMEMBERED)
