"""Tags of anything that has a unique ID; keys are unique without regard to case, and keep theirs."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from iamd.core.records import Tag, Tags
from iamd.store.among import Each, among
from iamd.store.query import Query, Tx, Write, binding
from iamd.store.schema import tags

_all = Query(
    sa.select(tags.c.key, tags.c.value)
    .where(binding(tags, "account_id", "resource_id"))
    .order_by(tags.c.key_key),
    Tag._make,
)
_each = Each(
    sa.select(tags.c.resource_id, tags.c.key, tags.c.value)
    .where(binding(tags, "account_id"), among(tags.c.resource_id))
    .order_by(tags.c.resource_id, tags.c.key_key),
    Tag._make,
)
_add = Write(sa.insert(tags))
_remove = Write(sa.delete(tags).where(binding(tags, "account_id", "resource_id", "key_key")))
_clear = Write(sa.delete(tags).where(binding(tags, "account_id", "resource_id")))


def of(tx: Tx, account_id: str, resource_id: str) -> Tags:
    """Return a resource's tags by key."""
    return tuple(_all.all(tx, account_id=account_id, resource_id=resource_id))


def of_each(tx: Tx, account_id: str, resource_ids: Sequence[str]) -> Mapping[str, list[Tag]]:
    """Return the tags of many resources, by the unique IDs of those."""
    return _each.of(tx, account_id, resource_ids)


def put(tx: Tx, account_id: str, resource_id: str, added: Iterable[Tag]) -> None:
    """Add tags; one that is there already, in any case, is replaced."""
    for tag in added:
        remove(tx, account_id, resource_id, [tag.key])
        _add.run(
            tx,
            account_id=account_id,
            resource_id=resource_id,
            key_key=tag.key.lower(),
            key=tag.key,
            value=tag.value,
        )


def remove(tx: Tx, account_id: str, resource_id: str, keys: Iterable[str]) -> None:
    for key in keys:
        _remove.run(tx, account_id=account_id, resource_id=resource_id, key_key=key.lower())


def clear(tx: Tx, account_id: str, resource_id: str) -> None:
    """Remove all tags of a resource that goes away."""
    _clear.run(tx, account_id=account_id, resource_id=resource_id)
