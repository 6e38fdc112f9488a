"""Group memberships: which users are in which groups."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from iamd.core.records import Group, User
from iamd.store import paging
from iamd.store.batch import BatchQuery, in_list
from iamd.store.paging import Page, PageLimits
from iamd.store.query import Query, Tx, Write, bind, columns_equal, text_scalar
from iamd.store.schema import memberships, user_groups, users

_add = Write(sa.insert(memberships))
_delete = Write(sa.delete(memberships).where(columns_equal(memberships, "account_id", "user_id", "group_id")))
_is_member = Query(
    sa.select(memberships.c.user_id).where(columns_equal(memberships, "account_id", "user_id", "group_id")),
    text_scalar,
)
_list_users = Query(
    sa.select(*(users.c[name] for name in User._fields))
    .join_from(
        memberships,
        users,
        sa.and_(users.c.account_id == memberships.c.account_id, users.c.user_id == memberships.c.user_id),
    )
    .where(columns_equal(memberships, "account_id", "group_id"), users.c.name_key > bind("after"))
    .order_by(users.c.name_key)
    .limit(bind("limit")),
    User._make,
)
_group_join = sa.and_(
    user_groups.c.account_id == memberships.c.account_id, user_groups.c.group_id == memberships.c.group_id
)
_batch_group_names = BatchQuery(
    sa.select(memberships.c.user_id, user_groups.c.group_name)
    .join_from(memberships, user_groups, _group_join)
    .where(columns_equal(memberships, "account_id"), in_list(memberships.c.user_id))
    .order_by(memberships.c.user_id, user_groups.c.name_key),
    text_scalar,
)
_list_groups = Query(
    sa.select(*(user_groups.c[name] for name in Group._fields))
    .join_from(memberships, user_groups, _group_join)
    .where(columns_equal(memberships, "account_id", "user_id"), user_groups.c.name_key > bind("after"))
    .order_by(user_groups.c.name_key)
    .limit(bind("limit")),
    Group._make,
)


def add(tx: Tx, account_id: str, user_id: str, group_id: str) -> None:
    """Add a user to a group; the caller has checked that the user is not a member yet."""
    _add.execute(tx, account_id=account_id, user_id=user_id, group_id=group_id)


def delete(tx: Tx, account_id: str, user_id: str, group_id: str) -> None:
    _delete.execute(tx, account_id=account_id, user_id=user_id, group_id=group_id)


def is_member(tx: Tx, account_id: str, user_id: str, group_id: str) -> bool:
    return _is_member.first(tx, account_id=account_id, user_id=user_id, group_id=group_id) is not None


def list_users(tx: Tx, account_id: str, group_id: str, limits: PageLimits) -> Page[User]:
    """Return one page of a group's users, sorted by name."""
    return paging.fetch_page(
        _list_users, tx, limits, lambda user: user.user_name.lower(), account_id=account_id, group_id=group_id
    )


def list_groups(tx: Tx, account_id: str, user_id: str, limits: PageLimits) -> Page[Group]:
    """Return one page of a user's groups, sorted by name."""
    return paging.fetch_page(
        _list_groups,
        tx,
        limits,
        lambda group: group.group_name.lower(),
        account_id=account_id,
        user_id=user_id,
    )


def list_group_names_for_users(tx: Tx, account_id: str, user_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the group names of many users, keyed by the users' unique IDs."""
    return _batch_group_names.fetch(tx, account_id, user_ids)
