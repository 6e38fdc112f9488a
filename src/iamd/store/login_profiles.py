"""Login profiles: password hashes of users and root users, password history, last use."""

from typing import Any

import sqlalchemy as sa

from iamd.core.records import LoginProfile
from iamd.store.query import Query, Tx, Write, bind, columns_equal, text_scalar
from iamd.store.schema import accounts, login_profiles, password_history, users


def _profile_from_row(row: Any) -> LoginProfile:
    return LoginProfile._make((*row[:4], bool(row[4])))


_columns = [login_profiles.c[name] for name in LoginProfile._fields]
_user_condition = columns_equal(login_profiles, "account_id", "user_id")
_find = Query(sa.select(*_columns).where(_user_condition), _profile_from_row)
_list_all = Query(sa.select(*_columns).where(columns_equal(login_profiles, "account_id")), _profile_from_row)
_add = Write(sa.insert(login_profiles))
_update = Write(
    sa.update(login_profiles)
    .where(login_profiles.c.account_id == bind("account"), login_profiles.c.user_id == bind("user"))
    .values(
        hash=bind("hash"),
        change_date=bind("change_date"),
        password_reset_required=bind("password_reset_required"),
    )
)
_delete = Write(sa.delete(login_profiles).where(_user_condition))
_history_condition = columns_equal(password_history, "account_id", "user_id")
_list_history = Query(
    sa.select(password_history.c.hash)
    .where(_history_condition)
    .order_by(password_history.c.number.desc())
    .limit(bind("limit")),
    text_scalar,
)
_last_history_number = Query(
    sa.select(sa.func.coalesce(sa.func.max(password_history.c.number), 0)).where(_history_condition),
    lambda row: int(row[0]),
)
_insert_history = Write(sa.insert(password_history))
_trim_history = Write(
    sa.delete(password_history).where(_history_condition, password_history.c.number <= bind("oldest"))
)
_delete_history = Write(sa.delete(password_history).where(_history_condition))
_set_user_last_used = Write(
    sa.update(users)
    .where(users.c.account_id == bind("account"), users.c.user_id == bind("user"))
    .values(password_last_used=bind("moment"))
)
_set_root_last_used = Write(
    sa.update(accounts).where(accounts.c.account_id == bind("account")).values(root_last_used=bind("moment"))
)

_MAX_HISTORY = 24  # the maximum of a password policy's PasswordReusePrevention


def find(tx: Tx, account_id: str, user_id: str) -> LoginProfile | None:
    return _find.first(tx, account_id=account_id, user_id=user_id)


def list_all(tx: Tx, account_id: str) -> list[LoginProfile]:
    """Return all login profiles of an account, including the root user's."""
    return _list_all.all(tx, account_id=account_id)


def add(tx: Tx, account_id: str, profile: LoginProfile) -> None:
    """Insert the profile of a user without one."""
    _add.execute(tx, account_id=account_id, **_to_row(profile))
    _add_to_history(tx, account_id, profile.user_id, profile.hash)


def update(tx: Tx, account_id: str, profile: LoginProfile) -> None:
    """Replace the password hash and `password_reset_required`; a new hash is added to the history."""
    old_profile = find(tx, account_id, profile.user_id)
    row = _to_row(profile)
    del row["create_date"]
    _update.execute(tx, account=account_id, user=row.pop("user_id"), **row)
    if old_profile is None or old_profile.hash != profile.hash:
        _add_to_history(tx, account_id, profile.user_id, profile.hash)


def rehash(tx: Tx, account_id: str, profile: LoginProfile, new_hash: str) -> None:
    """Replace the hash with a stronger one of the same password; the history stays unchanged."""
    row = _to_row(profile._replace(hash=new_hash))
    del row["create_date"]
    _update.execute(tx, account=account_id, user=row.pop("user_id"), **row)


def delete(tx: Tx, account_id: str, user_id: str) -> None:
    _delete.execute(tx, account_id=account_id, user_id=user_id)
    _delete_history.execute(tx, account_id=account_id, user_id=user_id)


def list_password_history(tx: Tx, account_id: str, user_id: str, limit: int) -> list[str]:
    """Return the hashes of the user's last `limit` passwords, the current one first."""
    return _list_history.all(tx, account_id=account_id, user_id=user_id, limit=limit)


def record_last_use(tx: Tx, account_id: str, user_id: str, timestamp: str) -> None:
    """Record when the user last signed in with the password (ISO 8601 text)."""
    if user_id == account_id:
        _set_root_last_used.execute(tx, account=account_id, moment=timestamp)
    else:
        _set_user_last_used.execute(tx, account=account_id, user=user_id, moment=timestamp)


def _to_row(profile: LoginProfile) -> dict[str, Any]:
    return profile._asdict() | {"password_reset_required": int(profile.password_reset_required)}


def _add_to_history(tx: Tx, account_id: str, user_id: str, password_hash: str) -> None:
    number = (_last_history_number.first(tx, account_id=account_id, user_id=user_id) or 0) + 1
    _insert_history.execute(tx, account_id=account_id, user_id=user_id, number=number, hash=password_hash)
    _trim_history.execute(tx, account_id=account_id, user_id=user_id, oldest=number - _MAX_HISTORY)
