"""Tags of resources, by unique ID; tag keys are case-insensitive and preserve their case."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from iamd.core.records import Tag, Tags
from iamd.store.batch import BatchQuery, in_list
from iamd.store.query import Query, Tx, Write, columns_equal
from iamd.store.schema import tags

_list_for_resource = Query(
    sa.select(tags.c.key, tags.c.value)
    .where(columns_equal(tags, "account_id", "resource_id"))
    .order_by(tags.c.key_key),
    Tag._make,
)
_batch = BatchQuery(
    sa.select(tags.c.resource_id, tags.c.key, tags.c.value)
    .where(columns_equal(tags, "account_id"), in_list(tags.c.resource_id))
    .order_by(tags.c.resource_id, tags.c.key_key),
    Tag._make,
)
_add = Write(sa.insert(tags))
_delete = Write(sa.delete(tags).where(columns_equal(tags, "account_id", "resource_id", "key_key")))
_delete_all = Write(sa.delete(tags).where(columns_equal(tags, "account_id", "resource_id")))


def list_for_resource(tx: Tx, account_id: str, resource_id: str) -> Tags:
    """Return a resource's tags, sorted by key."""
    return tuple(_list_for_resource.all(tx, account_id=account_id, resource_id=resource_id))


def list_for_resources(tx: Tx, account_id: str, resource_ids: Sequence[str]) -> Mapping[str, list[Tag]]:
    """Return the tags of many resources, keyed by the resources' unique IDs."""
    return _batch.fetch(tx, account_id, resource_ids)


def put(tx: Tx, account_id: str, resource_id: str, new_tags: Iterable[Tag]) -> None:
    """Add tags, replacing those with the same keys, case-insensitively."""
    for tag in new_tags:
        delete(tx, account_id, resource_id, [tag.key])
        _add.execute(
            tx,
            account_id=account_id,
            resource_id=resource_id,
            key_key=tag.key.lower(),
            key=tag.key,
            value=tag.value,
        )


def delete(tx: Tx, account_id: str, resource_id: str, keys: Iterable[str]) -> None:
    for key in keys:
        _delete.execute(tx, account_id=account_id, resource_id=resource_id, key_key=key.lower())


def delete_all(tx: Tx, account_id: str, resource_id: str) -> None:
    """Delete all tags of a resource that is being deleted."""
    _delete_all.execute(tx, account_id=account_id, resource_id=resource_id)
