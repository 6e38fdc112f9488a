"""Which managed policies are attached to whom, and whom they bound."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from iamd.core import ids
from iamd.core.records import Group, Role, User
from iamd.store import paging
from iamd.store.among import Each, among
from iamd.store.named import under
from iamd.store.paging import Cut, Page
from iamd.store.query import Query, Tx, Write, bind, binding, first
from iamd.store.schema import attachments, roles, user_groups, users

_add = Write(sa.insert(attachments))
_remove = Write(sa.delete(attachments).where(binding(attachments, "account_id", "entity_id", "policy_arn")))
_of = Query(
    sa.select(attachments.c.policy_arn)
    .where(binding(attachments, "account_id", "entity_id"))
    .order_by(attachments.c.policy_arn),
    first,
)
_each = Each(
    sa.select(attachments.c.entity_id, attachments.c.policy_arn)
    .where(binding(attachments, "account_id"), among(attachments.c.entity_id))
    .order_by(attachments.c.entity_id, attachments.c.policy_arn),
    first,
)


def _binding_of(table: sa.Table, id_column: str) -> Write:
    return Write(
        sa.update(table)
        .where(table.c.account_id == bind("account"), table.c[id_column] == bind("entity"))
        .values(boundary_arn=bind("boundary"))
    )


_bound = {ids.USER: _binding_of(users, "user_id"), ids.ROLE: _binding_of(roles, "role_id")}


def _listing(table: sa.Table, record: type, used: sa.ColumnElement[bool]) -> Query:  # type: ignore[type-arg]
    chosen = sa.select(*(table.c[name] for name in record._fields))  # type: ignore[attr-defined]
    return Query(
        chosen.where(
            binding(table, "account_id"), table.c.name_key > bind("after"), under(table.c.path), used
        )
        .order_by(table.c.name_key)
        .limit(bind("limit")),
        record._make,  # type: ignore[attr-defined]
    )


def _attached_to(table: sa.Table, id_column: str) -> sa.ColumnElement[bool]:
    return table.c[id_column].in_(
        sa.select(attachments.c.entity_id).where(binding(attachments, "account_id", "policy_arn"))
    )


def _using(table: sa.Table, id_column: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(sa.bindparam("attached", type_=sa.Integer) == 1, _attached_to(table, id_column)),
        sa.and_(
            sa.bindparam("bounding", type_=sa.Integer) == 1,
            table.c.boundary_arn == sa.bindparam("policy_arn", type_=table.c.boundary_arn.type),
        ),
    )


_users: Query[User] = _listing(users, User, _using(users, "user_id"))
_roles: Query[Role] = _listing(roles, Role, _using(roles, "role_id"))
_groups: Query[Group] = _listing(user_groups, Group, _attached_to(user_groups, "group_id"))


def add(tx: Tx, account_id: str, entity_id: str, policy_arn: str) -> None:
    """Attach a policy that is not attached yet."""
    _add.run(tx, account_id=account_id, entity_id=entity_id, policy_arn=policy_arn)


def remove(tx: Tx, account_id: str, entity_id: str, policy_arn: str) -> bool:
    """Detach a policy; False when it was not attached."""
    return _remove.run(tx, account_id=account_id, entity_id=entity_id, policy_arn=policy_arn) > 0


def of(tx: Tx, account_id: str, entity_id: str) -> list[str]:
    """Return the ARNs of the policies attached to an entity; a quota bounds them."""
    return _of.all(tx, account_id=account_id, entity_id=entity_id)


def of_each(tx: Tx, account_id: str, entity_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the ARNs of the policies attached to many entities, by the unique IDs of those."""
    return _each.of(tx, account_id, entity_ids)


def set_boundary(tx: Tx, account_id: str, entity_id: str, policy_arn: str | None) -> None:
    """Bound a user or a role by a policy, or with None by none."""
    _bound[entity_id[:4]].run(tx, account=account_id, entity=entity_id, boundary=policy_arn)


def users_using(
    tx: Tx, account_id: str, policy_arn: str, prefix: str, asked: Cut, *, attached: bool, bounding: bool
) -> Page[User]:
    """List by name the users that a policy is attached to, or bounds, or either."""
    return paging.fetch(
        _users,
        tx,
        asked,
        lambda user: user.user_name.lower(),
        account_id=account_id,
        policy_arn=policy_arn,
        prefix=prefix,
        attached=int(attached),
        bounding=int(bounding),
    )


def roles_using(
    tx: Tx, account_id: str, policy_arn: str, prefix: str, asked: Cut, *, attached: bool, bounding: bool
) -> Page[Role]:
    """List by name the roles that a policy is attached to, or bounds, or either."""
    return paging.fetch(
        _roles,
        tx,
        asked,
        lambda role: role.role_name.lower(),
        account_id=account_id,
        policy_arn=policy_arn,
        prefix=prefix,
        attached=int(attached),
        bounding=int(bounding),
    )


def groups_with(tx: Tx, account_id: str, policy_arn: str, prefix: str, asked: Cut) -> Page[Group]:
    """List by name the groups that a policy is attached to."""
    return paging.fetch(
        _groups,
        tx,
        asked,
        lambda group: group.group_name.lower(),
        account_id=account_id,
        policy_arn=policy_arn,
        prefix=prefix,
    )
