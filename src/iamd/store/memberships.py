"""Who is in which group."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from iamd.core.records import Group, User
from iamd.store import paging
from iamd.store.among import Each, among
from iamd.store.paging import Cut, Page
from iamd.store.query import Query, Tx, Write, bind, binding, first
from iamd.store.schema import memberships, user_groups, users

_add = Write(sa.insert(memberships))
_remove = Write(sa.delete(memberships).where(binding(memberships, "account_id", "user_id", "group_id")))
_is_member = Query(
    sa.select(memberships.c.user_id).where(binding(memberships, "account_id", "user_id", "group_id")),
    first,
)
_users = Query(
    sa.select(*(users.c[name] for name in User._fields))
    .join_from(
        memberships,
        users,
        sa.and_(users.c.account_id == memberships.c.account_id, users.c.user_id == memberships.c.user_id),
    )
    .where(binding(memberships, "account_id", "group_id"), users.c.name_key > bind("after"))
    .order_by(users.c.name_key)
    .limit(bind("limit")),
    User._make,
)
_group = sa.and_(
    user_groups.c.account_id == memberships.c.account_id, user_groups.c.group_id == memberships.c.group_id
)
_group_names = Each(
    sa.select(memberships.c.user_id, user_groups.c.group_name)
    .join_from(memberships, user_groups, _group)
    .where(binding(memberships, "account_id"), among(memberships.c.user_id))
    .order_by(memberships.c.user_id, user_groups.c.name_key),
    first,
)
_groups = Query(
    sa.select(*(user_groups.c[name] for name in Group._fields))
    .join_from(memberships, user_groups, _group)
    .where(binding(memberships, "account_id", "user_id"), user_groups.c.name_key > bind("after"))
    .order_by(user_groups.c.name_key)
    .limit(bind("limit")),
    Group._make,
)


def add(tx: Tx, account_id: str, user_id: str, group_id: str) -> None:
    """Put a user into a group in which it is not yet."""
    _add.run(tx, account_id=account_id, user_id=user_id, group_id=group_id)


def remove(tx: Tx, account_id: str, user_id: str, group_id: str) -> None:
    _remove.run(tx, account_id=account_id, user_id=user_id, group_id=group_id)


def is_member(tx: Tx, account_id: str, user_id: str, group_id: str) -> bool:
    return _is_member.one(tx, account_id=account_id, user_id=user_id, group_id=group_id) is not None


def users_of(tx: Tx, account_id: str, group_id: str, asked: Cut) -> Page[User]:
    """List a group's users by name."""
    return paging.fetch(
        _users, tx, asked, lambda user: user.user_name.lower(), account_id=account_id, group_id=group_id
    )


def groups_of(tx: Tx, account_id: str, user_id: str, asked: Cut) -> Page[Group]:
    """List a user's groups by name."""
    return paging.fetch(
        _groups, tx, asked, lambda group: group.group_name.lower(), account_id=account_id, user_id=user_id
    )


def group_names_of_each(tx: Tx, account_id: str, user_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the names of many users' groups, by the unique IDs of the users."""
    return _group_names.of(tx, account_id, user_ids)
