"""Roles: trust policy, description, session duration, last use, instance profiles, deletion tasks.

What roles have in common with other named entities is in `iamd.store.entities`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from iamd.core.records import InstanceProfile, Role
from iamd.store.batch import BatchQuery, in_list
from iamd.store.query import Query, Tx, Write, bind, columns_equal, text_scalar
from iamd.store.schema import instance_profiles, role_deletions, role_uses, roles


class RoleLastUsed(NamedTuple):
    """When and in which Region a role was last used; `last_used_date` is ISO 8601 text."""

    account_id: str
    role_id: str
    last_used_date: str
    region: str


_role_condition = sa.and_(roles.c.account_id == bind("account"), roles.c.role_id == bind("role"))
_update = Write(
    sa.update(roles)
    .where(_role_condition)
    .values({name: bind(name) for name in ("description", "max_session_duration", "trust")})
)
_find_last_use = Query(
    sa.select(*role_uses.c).where(columns_equal(role_uses, "account_id", "role_id")), RoleLastUsed._make
)
_list_last_uses = Query(
    sa.select(*role_uses.c).where(columns_equal(role_uses, "account_id")), RoleLastUsed._make
)
_delete_last_use = Write(sa.delete(role_uses).where(columns_equal(role_uses, "account_id", "role_id")))
# An upsert: two nodes may record the last use of the same role at the same time.
_record_last_use = Write(
    sa.text(
        "INSERT INTO role_uses (account_id, role_id, last_used_date, region) "
        "SELECT account_id, role_id, CAST(:last_used_date AS TEXT), CAST(:region AS TEXT) FROM roles "
        "WHERE account_id = :account_id AND role_id = :role_id "
        "ON CONFLICT (account_id, role_id) DO UPDATE SET last_used_date = excluded.last_used_date, "
        "region = excluded.region"
    )
)
_list_instance_profiles = Query(
    sa.select(*(instance_profiles.c[name] for name in InstanceProfile._fields))
    .where(columns_equal(instance_profiles, "account_id", "role_id"))
    .order_by(instance_profiles.c.name_key),
    InstanceProfile._make,
)
_batch_instance_profiles = BatchQuery(
    sa.select(instance_profiles.c.role_id, *(instance_profiles.c[name] for name in InstanceProfile._fields))
    .where(columns_equal(instance_profiles, "account_id"), in_list(instance_profiles.c.role_id))
    .order_by(instance_profiles.c.name_key),
    InstanceProfile._make,
)
_set_instance_profile_role = Write(
    sa.update(instance_profiles)
    .where(
        instance_profiles.c.account_id == bind("account"),
        instance_profiles.c.instance_profile_id == bind("profile"),
    )
    .values(role_id=bind("role"))
)
_add_deletion_task = Write(sa.insert(role_deletions))
_find_deletion_task = Query(
    sa.select(role_deletions.c.task_id).where(columns_equal(role_deletions, "account_id", "task_id")),
    text_scalar,
)


def update(tx: Tx, account_id: str, role: Role) -> None:
    """Update a role's description, maximum session duration and trust policy."""
    _update.execute(
        tx,
        account=account_id,
        role=role.role_id,
        description=role.description,
        max_session_duration=role.max_session_duration,
        trust=role.trust,
    )


def find_last_use(tx: Tx, account_id: str, role_id: str) -> RoleLastUsed | None:
    return _find_last_use.first(tx, account_id=account_id, role_id=role_id)


def list_last_uses(tx: Tx, account_id: str) -> dict[str, RoleLastUsed]:
    """Return the last uses of all roles of an account, keyed by the roles' unique IDs."""
    return {use.role_id: use for use in _list_last_uses.all(tx, account_id=account_id)}


def record_last_use(tx: Tx, last_use: RoleLastUsed) -> None:
    """Record a role's last use; do nothing if the role has been deleted in the meantime."""
    _record_last_use.execute(tx, **last_use._asdict())


def delete_last_use(tx: Tx, account_id: str, role_id: str) -> None:
    """Delete the last use of a role that is being deleted."""
    _delete_last_use.execute(tx, account_id=account_id, role_id=role_id)


def list_instance_profiles(tx: Tx, account_id: str, role_id: str) -> list[InstanceProfile]:
    """Return the instance profiles that contain a role, sorted by name."""
    return _list_instance_profiles.all(tx, account_id=account_id, role_id=role_id)


def list_instance_profiles_for_roles(
    tx: Tx, account_id: str, role_ids: Sequence[str]
) -> Mapping[str, list[InstanceProfile]]:
    """Return the instance profiles that contain these roles, keyed by the roles' unique IDs."""
    return _batch_instance_profiles.fetch(tx, account_id, role_ids)


def set_instance_profile_role(tx: Tx, account_id: str, instance_profile_id: str, role_id: str | None) -> None:
    """Set an instance profile's role; None removes it."""
    _set_instance_profile_role.execute(tx, account=account_id, profile=instance_profile_id, role=role_id)


def add_deletion_task(tx: Tx, account_id: str, task_id: str, timestamp: str) -> None:
    """Record the task of a service-linked role's deletion, which has already been completed."""
    _add_deletion_task.execute(tx, account_id=account_id, task_id=task_id, create_date=timestamp)


def deletion_task_exists(tx: Tx, account_id: str, task_id: str) -> bool:
    """Return whether there is a deletion task with this ID."""
    return _find_deletion_task.first(tx, account_id=account_id, task_id=task_id) is not None
