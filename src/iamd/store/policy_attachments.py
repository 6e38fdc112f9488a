"""Policy attachments: managed policies attached to users, groups and roles, and permissions boundaries."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from iamd.core import ids
from iamd.core.records import Group, Role, User
from iamd.store import paging
from iamd.store.batch import BatchQuery, in_list
from iamd.store.paging import Page, PageLimits
from iamd.store.path_pages import path_starts_with
from iamd.store.query import Query, Tx, Write, bind, columns_equal, text_scalar
from iamd.store.schema import attachments, roles, user_groups, users

_add = Write(sa.insert(attachments))
_delete = Write(
    sa.delete(attachments).where(columns_equal(attachments, "account_id", "entity_id", "policy_arn"))
)
_list_for_entity = Query(
    sa.select(attachments.c.policy_arn)
    .where(columns_equal(attachments, "account_id", "entity_id"))
    .order_by(attachments.c.policy_arn),
    text_scalar,
)
_batch = BatchQuery(
    sa.select(attachments.c.entity_id, attachments.c.policy_arn)
    .where(columns_equal(attachments, "account_id"), in_list(attachments.c.entity_id))
    .order_by(attachments.c.entity_id, attachments.c.policy_arn),
    text_scalar,
)


def _boundary_update(table: sa.Table, id_column: str) -> Write:
    return Write(
        sa.update(table)
        .where(table.c.account_id == bind("account"), table.c[id_column] == bind("entity"))
        .values(boundary_arn=bind("boundary"))
    )


_boundary_updates = {
    ids.USER: _boundary_update(users, "user_id"),
    ids.ROLE: _boundary_update(roles, "role_id"),
}


def _list_query(table: sa.Table, record: type, condition: sa.ColumnElement[bool]) -> Query:  # type: ignore[type-arg]
    select = sa.select(*(table.c[name] for name in record._fields))  # type: ignore[attr-defined]
    return Query(
        select.where(
            columns_equal(table, "account_id"),
            table.c.name_key > bind("after"),
            path_starts_with(table.c.path),
            condition,
        )
        .order_by(table.c.name_key)
        .limit(bind("limit")),
        record._make,  # type: ignore[attr-defined]
    )


def _attachment_condition(table: sa.Table, id_column: str) -> sa.ColumnElement[bool]:
    return table.c[id_column].in_(
        sa.select(attachments.c.entity_id).where(columns_equal(attachments, "account_id", "policy_arn"))
    )


def _usage_condition(table: sa.Table, id_column: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(sa.bindparam("attached", type_=sa.Integer) == 1, _attachment_condition(table, id_column)),
        sa.and_(
            sa.bindparam("bounding", type_=sa.Integer) == 1,
            table.c.boundary_arn == sa.bindparam("policy_arn", type_=table.c.boundary_arn.type),
        ),
    )


_list_users: Query[User] = _list_query(users, User, _usage_condition(users, "user_id"))
_list_roles: Query[Role] = _list_query(roles, Role, _usage_condition(roles, "role_id"))
_list_groups: Query[Group] = _list_query(user_groups, Group, _attachment_condition(user_groups, "group_id"))


def add(tx: Tx, account_id: str, entity_id: str, policy_arn: str) -> None:
    """Attach a policy; the caller has checked that it is not attached yet."""
    _add.execute(tx, account_id=account_id, entity_id=entity_id, policy_arn=policy_arn)


def delete(tx: Tx, account_id: str, entity_id: str, policy_arn: str) -> bool:
    """Detach a policy; return False if it was not attached."""
    return _delete.execute(tx, account_id=account_id, entity_id=entity_id, policy_arn=policy_arn) > 0


def list_for_entity(tx: Tx, account_id: str, entity_id: str) -> list[str]:
    """Return the ARNs of the policies attached to an entity, sorted; a quota limits their number."""
    return _list_for_entity.all(tx, account_id=account_id, entity_id=entity_id)


def list_for_entities(tx: Tx, account_id: str, entity_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the ARNs of the policies attached to many entities, keyed by the entities' unique IDs."""
    return _batch.fetch(tx, account_id, entity_ids)


def set_boundary(tx: Tx, account_id: str, entity_id: str, policy_arn: str | None) -> None:
    """Set the permissions boundary of a user or role; None removes it."""
    _boundary_updates[entity_id[:4]].execute(tx, account=account_id, entity=entity_id, boundary=policy_arn)


def list_users(
    tx: Tx,
    account_id: str,
    policy_arn: str,
    prefix: str,
    limits: PageLimits,
    *,
    include_attachments: bool,
    include_boundaries: bool,
) -> Page[User]:
    """Return one page of the users that a policy is attached to or is the boundary of, sorted by name."""
    return paging.fetch_page(
        _list_users,
        tx,
        limits,
        lambda user: user.user_name.lower(),
        account_id=account_id,
        policy_arn=policy_arn,
        prefix=prefix,
        attached=int(include_attachments),
        bounding=int(include_boundaries),
    )


def list_roles(
    tx: Tx,
    account_id: str,
    policy_arn: str,
    prefix: str,
    limits: PageLimits,
    *,
    include_attachments: bool,
    include_boundaries: bool,
) -> Page[Role]:
    """Return one page of the roles that a policy is attached to or is the boundary of, sorted by name."""
    return paging.fetch_page(
        _list_roles,
        tx,
        limits,
        lambda role: role.role_name.lower(),
        account_id=account_id,
        policy_arn=policy_arn,
        prefix=prefix,
        attached=int(include_attachments),
        bounding=int(include_boundaries),
    )


def list_groups(tx: Tx, account_id: str, policy_arn: str, prefix: str, limits: PageLimits) -> Page[Group]:
    """Return one page of the groups that a policy is attached to, sorted by name."""
    return paging.fetch_page(
        _list_groups,
        tx,
        limits,
        lambda group: group.group_name.lower(),
        account_id=account_id,
        policy_arn=policy_arn,
        prefix=prefix,
    )
