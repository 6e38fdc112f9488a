"""MFA recovery codes: stored as hashes, each deleted when it is used."""

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, columns_equal, text_scalar
from iamd.store.schema import recovery_codes

_user_condition = columns_equal(recovery_codes, "account_id", "user_id")
_list_create_dates = Query(sa.select(recovery_codes.c.create_date).where(_user_condition), text_scalar)
_add = Write(sa.insert(recovery_codes))
_delete = Write(
    sa.delete(recovery_codes).where(columns_equal(recovery_codes, "account_id", "user_id", "code_hash"))
)
_delete_all = Write(sa.delete(recovery_codes).where(_user_condition))


def count(tx: Tx, account_id: str, user_id: str) -> int:
    """Return the number of a user's unused codes."""
    return len(_list_create_dates.all(tx, account_id=account_id, user_id=user_id))


def replace(tx: Tx, account_id: str, user_id: str, code_hashes: list[str], timestamp: str) -> None:
    """Replace all codes of a user with new ones."""
    delete_all(tx, account_id, user_id)
    for code_hash in code_hashes:
        _add.execute(tx, account_id=account_id, user_id=user_id, code_hash=code_hash, create_date=timestamp)


def consume(tx: Tx, account_id: str, user_id: str, code_hash: str) -> bool:
    """Consume a code; return False if the user has no such unused code."""
    return _delete.execute(tx, account_id=account_id, user_id=user_id, code_hash=code_hash) > 0


def delete_all(tx: Tx, account_id: str, user_id: str) -> None:
    _delete_all.execute(tx, account_id=account_id, user_id=user_id)
