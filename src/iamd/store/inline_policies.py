"""Inline policies: documents embedded in one user, group or role, and deleted with it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.batch import BatchQuery, in_list
from iamd.store.query import Query, Tx, Write, columns_equal
from iamd.store.schema import inline_policies


class InlinePolicy(NamedTuple):
    policy_name: str
    document: str


_policy_condition = columns_equal(inline_policies, "account_id", "entity_id", "name_key")
_select = sa.select(inline_policies.c.policy_name, inline_policies.c.document)
_list_for_entity = Query(
    _select.where(columns_equal(inline_policies, "account_id", "entity_id")).order_by(
        inline_policies.c.name_key
    ),
    InlinePolicy._make,
)
_batch = BatchQuery(
    sa.select(inline_policies.c.entity_id, *_select.selected_columns)
    .where(columns_equal(inline_policies, "account_id"), in_list(inline_policies.c.entity_id))
    .order_by(inline_policies.c.entity_id, inline_policies.c.name_key),
    InlinePolicy._make,
)
_find = Query(_select.where(_policy_condition), InlinePolicy._make)
_add = Write(sa.insert(inline_policies))
_delete = Write(sa.delete(inline_policies).where(_policy_condition))


def list_for_entity(tx: Tx, account_id: str, entity_id: str) -> list[InlinePolicy]:
    """Return an entity's inline policies, sorted by name; a quota limits their total size."""
    return _list_for_entity.all(tx, account_id=account_id, entity_id=entity_id)


def list_for_entities(tx: Tx, account_id: str, entity_ids: Sequence[str]) -> Mapping[str, list[InlinePolicy]]:
    """Return the inline policies of many entities, keyed by the entities' unique IDs."""
    return _batch.fetch(tx, account_id, entity_ids)


def find(tx: Tx, account_id: str, entity_id: str, name: str) -> InlinePolicy | None:
    return _find.first(tx, account_id=account_id, entity_id=entity_id, name_key=name.lower())


def put(tx: Tx, account_id: str, entity_id: str, policy: InlinePolicy) -> None:
    """Add a policy, or replace the one with the same name, case-insensitively."""
    delete(tx, account_id, entity_id, policy.policy_name)
    _add.execute(
        tx,
        account_id=account_id,
        entity_id=entity_id,
        name_key=policy.policy_name.lower(),
        policy_name=policy.policy_name,
        document=policy.document,
    )


def delete(tx: Tx, account_id: str, entity_id: str, name: str) -> None:
    _delete.execute(tx, account_id=account_id, entity_id=entity_id, name_key=name.lower())
