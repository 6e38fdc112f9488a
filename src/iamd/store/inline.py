"""Inline policies: documents that belong to one user, group or role and go with it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.among import Each, among
from iamd.store.query import Query, Tx, Write, binding
from iamd.store.schema import inline_policies


class Inline(NamedTuple):
    policy_name: str
    document: str


_this = binding(inline_policies, "account_id", "entity_id", "name_key")
_chosen = sa.select(inline_policies.c.policy_name, inline_policies.c.document)
_all = Query(
    _chosen.where(binding(inline_policies, "account_id", "entity_id")).order_by(inline_policies.c.name_key),
    Inline._make,
)
_each = Each(
    sa.select(inline_policies.c.entity_id, *_chosen.selected_columns)
    .where(binding(inline_policies, "account_id"), among(inline_policies.c.entity_id))
    .order_by(inline_policies.c.entity_id, inline_policies.c.name_key),
    Inline._make,
)
_find = Query(_chosen.where(_this), Inline._make)
_add = Write(sa.insert(inline_policies))
_remove = Write(sa.delete(inline_policies).where(_this))


def of(tx: Tx, account_id: str, entity_id: str) -> list[Inline]:
    """Return an entity's inline policies by name; their total size is bounded by a quota."""
    return _all.all(tx, account_id=account_id, entity_id=entity_id)


def of_each(tx: Tx, account_id: str, entity_ids: Sequence[str]) -> Mapping[str, list[Inline]]:
    """Return the inline policies of many entities, by the unique IDs of those."""
    return _each.of(tx, account_id, entity_ids)


def find(tx: Tx, account_id: str, entity_id: str, name: str) -> Inline | None:
    return _find.one(tx, account_id=account_id, entity_id=entity_id, name_key=name.lower())


def put(tx: Tx, account_id: str, entity_id: str, policy: Inline) -> None:
    """Add a policy or replace the one of its name."""
    remove(tx, account_id, entity_id, policy.policy_name)
    _add.run(
        tx,
        account_id=account_id,
        entity_id=entity_id,
        name_key=policy.policy_name.lower(),
        policy_name=policy.policy_name,
        document=policy.document,
    )


def remove(tx: Tx, account_id: str, entity_id: str, name: str) -> None:
    _remove.run(tx, account_id=account_id, entity_id=entity_id, name_key=name.lower())
