"""Recovery codes: kept as hashes, each removed when it is used."""

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, binding, first
from iamd.store.schema import recovery_codes

_owned = binding(recovery_codes, "account_id", "user_id")
_dates = Query(sa.select(recovery_codes.c.create_date).where(_owned), first)
_add = Write(sa.insert(recovery_codes))
_use = Write(sa.delete(recovery_codes).where(binding(recovery_codes, "account_id", "user_id", "code_hash")))
_clear = Write(sa.delete(recovery_codes).where(_owned))


def left(tx: Tx, account_id: str, user_id: str) -> int:
    """Return how many of somebody's codes are not used yet."""
    return len(_dates.all(tx, account_id=account_id, user_id=user_id))


def replace(tx: Tx, account_id: str, user_id: str, hashes: list[str], now: str) -> None:
    """Give somebody new codes; earlier ones end."""
    clear(tx, account_id, user_id)
    for code_hash in hashes:
        _add.run(tx, account_id=account_id, user_id=user_id, code_hash=code_hash, create_date=now)


def use(tx: Tx, account_id: str, user_id: str, code_hash: str) -> bool:
    """Use a code up; False when there is no such code any more."""
    return _use.run(tx, account_id=account_id, user_id=user_id, code_hash=code_hash) > 0


def clear(tx: Tx, account_id: str, user_id: str) -> None:
    _clear.run(tx, account_id=account_id, user_id=user_id)
