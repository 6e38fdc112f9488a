"""The keys that sign an account's web identity tokens; a handful per account."""

import sqlalchemy as sa

from iamd.core.records import SigningKey
from iamd.store.query import Query, Tx, Write, columns_equal
from iamd.store.schema import signing_keys

_list_all = Query(
    sa.select(*(signing_keys.c[name] for name in SigningKey._fields))
    .where(columns_equal(signing_keys, "account_id"))
    .order_by(signing_keys.c.active_at, signing_keys.c.key_id),
    SigningKey._make,
)
_add = Write(sa.insert(signing_keys))
_delete = Write(sa.delete(signing_keys).where(columns_equal(signing_keys, "account_id", "key_id")))


def associated_data(key_id: str) -> str:
    """Return the associated data of a sealed private key, which binds it to its row."""
    return f"signing_keys/{key_id}"


def list_all(tx: Tx, account_id: str) -> list[SigningKey]:
    """Return all signing keys of an account, in the order in which they become active."""
    return _list_all.all(tx, account_id=account_id)


def add(tx: Tx, account_id: str, key: SigningKey) -> None:
    _add.execute(tx, account_id=account_id, **key._asdict())


def delete(tx: Tx, account_id: str, key_id: str) -> None:
    _delete.execute(tx, account_id=account_id, key_id=key_id)
