"""What roles have that other named entities have not: trust, description, session length, last use."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from iamd.core.records import InstanceProfile, Role
from iamd.store.batch import BatchQuery, in_list
from iamd.store.query import Query, Tx, Write, bind, columns_equal, text_scalar
from iamd.store.schema import instance_profiles, role_deletions, role_uses, roles


class RoleLastUsed(NamedTuple):
    """A role's latest use, to the second."""

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
# An insert or an update in one statement: two nodes may stamp the same role at the same moment.
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
    """Write down a role's description, session length and trust policy."""
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
    """Return the latest uses of all roles of an account, by the roles' unique IDs."""
    return {use.role_id: use for use in _list_last_uses.all(tx, account_id=account_id)}


def record_last_use(tx: Tx, last_use: RoleLastUsed) -> None:
    """Note a role's latest use; a role that was deleted meanwhile is passed over."""
    _record_last_use.execute(tx, **last_use._asdict())


def delete_last_use(tx: Tx, account_id: str, role_id: str) -> None:
    """Forget when a role that goes away was used."""
    _delete_last_use.execute(tx, account_id=account_id, role_id=role_id)


def list_instance_profiles(tx: Tx, account_id: str, role_id: str) -> list[InstanceProfile]:
    """Return the instance profiles that have a role, by name."""
    return _list_instance_profiles.all(tx, account_id=account_id, role_id=role_id)


def list_instance_profiles_for_roles(
    tx: Tx, account_id: str, role_ids: Sequence[str]
) -> Mapping[str, list[InstanceProfile]]:
    """Return the instance profiles that have these roles, by the roles' unique IDs."""
    return _batch_instance_profiles.fetch(tx, account_id, role_ids)


def set_instance_profile_role(tx: Tx, account_id: str, instance_profile_id: str, role_id: str | None) -> None:
    """Put a role into an instance profile, or take it out with None."""
    _set_instance_profile_role.execute(tx, account=account_id, profile=instance_profile_id, role=role_id)


def add_deletion_task(tx: Tx, account_id: str, task_id: str, timestamp: str) -> None:
    """Remember that a service-linked role was deleted."""
    _add_deletion_task.execute(tx, account_id=account_id, task_id=task_id, create_date=timestamp)


def deletion_task_exists(tx: Tx, account_id: str, task_id: str) -> bool:
    """Say whether there was a deletion of this ID."""
    return _find_deletion_task.first(tx, account_id=account_id, task_id=task_id) is not None
