"""What roles have that other named entities have not: trust, description, session length, last use."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from iamd.core.records import InstanceProfile, Role
from iamd.store.among import Each, among
from iamd.store.query import Query, Tx, Write, bind, binding, first
from iamd.store.schema import instance_profiles, role_deletions, role_uses, roles


class RoleUse(NamedTuple):
    """A role's latest use, to the second."""

    account_id: str
    role_id: str
    last_used_date: str
    region: str


_this = sa.and_(roles.c.account_id == bind("account"), roles.c.role_id == bind("role"))
_update = Write(
    sa.update(roles)
    .where(_this)
    .values({name: bind(name) for name in ("description", "max_session_duration", "trust")})
)
_use = Query(sa.select(*role_uses.c).where(binding(role_uses, "account_id", "role_id")), RoleUse._make)
_uses = Query(sa.select(*role_uses.c).where(binding(role_uses, "account_id")), RoleUse._make)
_forget_use = Write(sa.delete(role_uses).where(binding(role_uses, "account_id", "role_id")))
# An insert or an update in one statement: two nodes may stamp the same role at the same moment.
_stamp = Write(
    sa.text(
        "INSERT INTO role_uses (account_id, role_id, last_used_date, region) "
        "SELECT account_id, role_id, CAST(:last_used_date AS TEXT), CAST(:region AS TEXT) FROM roles "
        "WHERE account_id = :account_id AND role_id = :role_id "
        "ON CONFLICT (account_id, role_id) DO UPDATE SET last_used_date = excluded.last_used_date, "
        "region = excluded.region"
    )
)
_profiles = Query(
    sa.select(*(instance_profiles.c[name] for name in InstanceProfile._fields))
    .where(binding(instance_profiles, "account_id", "role_id"))
    .order_by(instance_profiles.c.name_key),
    InstanceProfile._make,
)
_profiles_of_each = Each(
    sa.select(instance_profiles.c.role_id, *(instance_profiles.c[name] for name in InstanceProfile._fields))
    .where(binding(instance_profiles, "account_id"), among(instance_profiles.c.role_id))
    .order_by(instance_profiles.c.name_key),
    InstanceProfile._make,
)
_give = Write(
    sa.update(instance_profiles)
    .where(
        instance_profiles.c.account_id == bind("account"),
        instance_profiles.c.instance_profile_id == bind("profile"),
    )
    .values(role_id=bind("role"))
)
_add_deletion = Write(sa.insert(role_deletions))
_deletion = Query(
    sa.select(role_deletions.c.task_id).where(binding(role_deletions, "account_id", "task_id")), first
)


def update(tx: Tx, account_id: str, role: Role) -> None:
    """Write down a role's description, session length and trust policy."""
    _update.run(
        tx,
        account=account_id,
        role=role.role_id,
        description=role.description,
        max_session_duration=role.max_session_duration,
        trust=role.trust,
    )


def last_use(tx: Tx, account_id: str, role_id: str) -> RoleUse | None:
    return _use.one(tx, account_id=account_id, role_id=role_id)


def last_uses(tx: Tx, account_id: str) -> dict[str, RoleUse]:
    """Return the latest uses of all roles of an account, by the roles' unique IDs."""
    return {use.role_id: use for use in _uses.all(tx, account_id=account_id)}


def stamp(tx: Tx, use: RoleUse) -> None:
    """Note a role's latest use; a role that was deleted meanwhile is passed over."""
    _stamp.run(tx, **use._asdict())


def forget_use(tx: Tx, account_id: str, role_id: str) -> None:
    """Forget when a role that goes away was used."""
    _forget_use.run(tx, account_id=account_id, role_id=role_id)


def profiles_of(tx: Tx, account_id: str, role_id: str) -> list[InstanceProfile]:
    """Return the instance profiles that have a role, by name."""
    return _profiles.all(tx, account_id=account_id, role_id=role_id)


def profiles_of_each(tx: Tx, account_id: str, role_ids: Sequence[str]) -> Mapping[str, list[InstanceProfile]]:
    """Return the instance profiles that have these roles, by the roles' unique IDs."""
    return _profiles_of_each.of(tx, account_id, role_ids)


def give(tx: Tx, account_id: str, instance_profile_id: str, role_id: str | None) -> None:
    """Put a role into an instance profile, or take it out with None."""
    _give.run(tx, account=account_id, profile=instance_profile_id, role=role_id)


def add_deletion(tx: Tx, account_id: str, task_id: str, now: str) -> None:
    """Remember that a service-linked role was deleted."""
    _add_deletion.run(tx, account_id=account_id, task_id=task_id, create_date=now)


def was_deleted(tx: Tx, account_id: str, task_id: str) -> bool:
    """Say whether there was a deletion of this ID."""
    return _deletion.one(tx, account_id=account_id, task_id=task_id) is not None
