"""Customer managed policies, their versions and their usage counts."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from iamd.core.records import Policy, PolicyVersion
from iamd.store import paging
from iamd.store.batch import BatchQuery, in_list
from iamd.store.paging import Page, PageLimits
from iamd.store.path_pages import path_starts_with
from iamd.store.query import Query, Tx, Write, bind, columns_equal
from iamd.store.schema import attachments, policies, policy_versions, roles, users


class PolicyUsage(NamedTuple):
    """How many entities a policy is attached to, and for how many it is the permissions boundary."""

    attachment_count: int = 0
    permissions_boundary_usage_count: int = 0

    def matches(self, usage_filter: str | None) -> bool:
        """Return whether the policy is used in the way of a PolicyUsageFilter; None matches any use."""
        is_attached = usage_filter != "PermissionsBoundary" and self.attachment_count
        is_boundary = usage_filter != "PermissionsPolicy" and self.permissions_boundary_usage_count
        return bool(is_attached or is_boundary)


class PolicyWithUsage(NamedTuple):
    policy: Policy
    usage: PolicyUsage


def _policy_from_row(row: Any) -> Policy:
    return Policy(row[0], row[1], row[2], row[3], row[4], f"v{row[5]}", row[6], row[7])


def _policy_with_usage_from_row(row: Any) -> PolicyWithUsage:
    return PolicyWithUsage(_policy_from_row(row), PolicyUsage(row[8], row[9]))


def _version_from_row(row: Any) -> PolicyVersion:
    return PolicyVersion(f"v{row[0]}", row[1], row[0] == row[2], row[3])


def _count_subquery(table: sa.Table, column: str, arn: sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(table)
        .where(columns_equal(table, "account_id"), table.c[column] == arn)
        .scalar_subquery()
    )


_columns = [
    policies.c[name]
    for name in (
        "policy_id",
        "policy_name",
        "path",
        "arn",
        "description",
        "default_version",
        "create_date",
        "update_date",
    )
]
_attachment_count = _count_subquery(attachments, "policy_arn", policies.c.arn)


def _count_boundary_usage(arn: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """Count the users and roles whose permissions boundary is this policy."""
    return _count_subquery(users, "boundary_arn", arn) + _count_subquery(roles, "boundary_arn", arn)


_boundary_usage_count = _count_boundary_usage(policies.c.arn)
_arn_param = sa.bindparam("arn", type_=policies.c.arn.type)

_find = Query(sa.select(*_columns).where(columns_equal(policies, "account_id", "arn")), _policy_from_row)
_find_by_name = Query(
    sa.select(*_columns).where(columns_equal(policies, "account_id", "name_key")), _policy_from_row
)
_find_usage = Query(
    sa.select(_count_subquery(attachments, "policy_arn", _arn_param), _count_boundary_usage(_arn_param)),
    PolicyUsage._make,
)
_usage_count = sa.case(
    (bind("usage") == "PermissionsPolicy", _attachment_count),
    (bind("usage") == "PermissionsBoundary", _boundary_usage_count),
    else_=_attachment_count + _boundary_usage_count,
)
_list_page = Query(
    sa.select(*_columns, _attachment_count, _boundary_usage_count)
    .where(
        columns_equal(policies, "account_id"),
        policies.c.name_key > bind("after"),
        path_starts_with(policies.c.path),
    )
    .where(_usage_count >= sa.bindparam("at_least", type_=sa.Integer))
    .order_by(policies.c.name_key)
    .limit(bind("limit")),
    _policy_with_usage_from_row,
)


def _select_boundary_usage(table: sa.Table) -> sa.Select[tuple[str, int, int]]:
    return (
        sa.select(table.c.boundary_arn, sa.literal_column("0"), sa.func.count())
        .where(columns_equal(table, "account_id"), table.c.boundary_arn.is_not(None))
        .group_by(table.c.boundary_arn)
    )


_list_usage = Query(
    sa.select(attachments.c.policy_arn, sa.func.count(), sa.literal_column("0"))
    .where(columns_equal(attachments, "account_id"))
    .group_by(attachments.c.policy_arn)
    .union_all(_select_boundary_usage(users), _select_boundary_usage(roles)),
    lambda row: (str(row[0]), PolicyUsage(row[1], row[2])),
)
_add = Write(sa.insert(policies))
_delete = Write(sa.delete(policies).where(columns_equal(policies, "account_id", "policy_id")))
_policy_condition = sa.and_(policies.c.account_id == bind("account"), policies.c.policy_id == bind("policy"))
_next_version = Query(
    sa.update(policies)
    .where(_policy_condition)
    .values(last_version=policies.c.last_version + 1, update_date=bind("update_date"))
    .returning(policies.c.last_version),
    lambda row: int(row[0]),
)
_set_default_version = Write(
    sa.update(policies)
    .where(_policy_condition)
    .values(default_version=bind("default_version"), update_date=bind("update_date"))
)
_version_columns = (
    policy_versions.c.version,
    policy_versions.c.document,
    policies.c.default_version,
    policy_versions.c.create_date,
)
_policy_join = sa.and_(
    policies.c.account_id == policy_versions.c.account_id,
    policies.c.policy_id == policy_versions.c.policy_id,
)
_list_versions = Query(
    sa.select(*_version_columns)
    .join_from(policy_versions, policies, _policy_join)
    .where(columns_equal(policy_versions, "account_id", "policy_id"))
    .order_by(policy_versions.c.version.desc()),
    _version_from_row,
)
_batch_versions = BatchQuery(
    sa.select(policy_versions.c.policy_id, *_version_columns)
    .join_from(policy_versions, policies, _policy_join)
    .where(columns_equal(policy_versions, "account_id"), in_list(policy_versions.c.policy_id))
    .order_by(policy_versions.c.policy_id, policy_versions.c.version.desc()),
    _version_from_row,
)
_count_versions = Query(
    sa.select(sa.func.count(policy_versions.c.version)).where(columns_equal(policy_versions, "account_id")),
    lambda row: int(row[0]),
)
_list_attached = Query(
    sa.select(policies.c.policy_name, policy_versions.c.document)
    .join_from(
        policies,
        policy_versions,
        sa.and_(
            policy_versions.c.account_id == policies.c.account_id,
            policy_versions.c.policy_id == policies.c.policy_id,
            policy_versions.c.version == policies.c.default_version,
        ),
    )
    .where(
        columns_equal(policies, "account_id"),
        policies.c.arn.in_(
            sa.select(attachments.c.policy_arn).where(columns_equal(attachments, "account_id"))
        ),
    )
    .order_by(policies.c.name_key),
    lambda row: (str(row[0]), str(row[1])),
)
_add_version = Write(sa.insert(policy_versions))
_delete_version = Write(
    sa.delete(policy_versions).where(columns_equal(policy_versions, "account_id", "policy_id", "version"))
)
_delete_versions = Write(
    sa.delete(policy_versions).where(columns_equal(policy_versions, "account_id", "policy_id"))
)


def version_number(version_id: str) -> int:
    """Return 3 for `v3`."""
    return int(version_id.removeprefix("v").partition(".")[0])


def find(tx: Tx, account_id: str, arn: str) -> Policy | None:
    return _find.first(tx, account_id=account_id, arn=arn)


def find_by_name(tx: Tx, account_id: str, name: str) -> Policy | None:
    """Find a policy by name, case-insensitively; names are unique across paths."""
    return _find_by_name.first(tx, account_id=account_id, name_key=name.lower())


def get_usage(tx: Tx, account_id: str, arn: str) -> PolicyUsage:
    """Count the uses of a customer or AWS managed policy in this account."""
    return _find_usage.first(tx, account_id=account_id, arn=arn) or PolicyUsage()


def get_usage_by_arn(tx: Tx, account_id: str) -> dict[str, PolicyUsage]:
    """Return the usage counts of all policies in use, keyed by ARN, AWS managed policies included."""
    usage_by_arn: dict[str, PolicyUsage] = {}
    for arn, usage in _list_usage.all(tx, account_id=account_id):
        total = usage_by_arn.get(arn, PolicyUsage())
        usage_by_arn[arn] = PolicyUsage(total[0] + usage[0], total[1] + usage[1])
    return usage_by_arn


def list_page(
    tx: Tx, account_id: str, prefix: str, limits: PageLimits, usage_filter: str | None, *, only_used: bool
) -> Page[PolicyWithUsage]:
    """Return one page of the account's customer managed policies with their usage, sorted by name."""
    return paging.fetch_page(
        _list_page,
        tx,
        limits,
        lambda item: item.policy.policy_name.lower(),
        account_id=account_id,
        prefix=prefix,
        usage=usage_filter or "",
        at_least=int(only_used),
    )


def add(tx: Tx, account_id: str, policy: Policy, document: str) -> None:
    """Insert a policy with its first version; the caller has checked that its name is unused."""
    _add.execute(
        tx,
        account_id=account_id,
        policy_id=policy.policy_id,
        name_key=policy.policy_name.lower(),
        policy_name=policy.policy_name,
        path=policy.path,
        arn=policy.arn,
        description=policy.description,
        default_version=1,
        last_version=1,
        create_date=policy.create_date,
        update_date=policy.update_date,
    )
    _insert_version(tx, account_id, policy.policy_id, 1, document, policy.create_date)


def _insert_version(
    tx: Tx, account_id: str, policy_id: str, version: int, document: str, timestamp: str
) -> None:
    _add_version.execute(
        tx,
        account_id=account_id,
        policy_id=policy_id,
        version=version,
        document=document,
        create_date=timestamp,
    )


def delete(tx: Tx, account_id: str, policy_id: str) -> None:
    """Delete a policy and all its versions."""
    _delete_versions.execute(tx, account_id=account_id, policy_id=policy_id)
    _delete.execute(tx, account_id=account_id, policy_id=policy_id)


def list_versions(tx: Tx, account_id: str, policy_id: str) -> list[PolicyVersion]:
    """Return a policy's versions, at most five, newest first."""
    return _list_versions.all(tx, account_id=account_id, policy_id=policy_id)


def list_versions_for_policies(
    tx: Tx, account_id: str, policy_ids: Sequence[str]
) -> Mapping[str, list[PolicyVersion]]:
    """Return the versions of many policies, newest first, keyed by policy ID."""
    return _batch_versions.fetch(tx, account_id, policy_ids)


def count_versions(tx: Tx, account_id: str) -> int:
    """Count the versions of all policies of an account."""
    return _count_versions.first(tx, account_id=account_id) or 0


def list_attached(tx: Tx, account_id: str) -> list[tuple[str, str]]:
    """Return name and default version's document of each customer managed policy that is attached."""
    return _list_attached.all(tx, account_id=account_id)


def add_version(tx: Tx, account_id: str, policy_id: str, document: str, timestamp: str) -> str:
    """Add a version with the next number and return its ID; numbers are never reused."""
    latest = _next_version.first(tx, account=account_id, policy=policy_id, update_date=timestamp) or 1
    _insert_version(tx, account_id, policy_id, latest, document, timestamp)
    return f"v{latest}"


def set_default_version(tx: Tx, account_id: str, policy_id: str, version_id: str, timestamp: str) -> None:
    _set_default_version.execute(
        tx,
        account=account_id,
        policy=policy_id,
        default_version=version_number(version_id),
        update_date=timestamp,
    )


def delete_version(tx: Tx, account_id: str, policy_id: str, version_id: str) -> None:
    _delete_version.execute(
        tx, account_id=account_id, policy_id=policy_id, version=version_number(version_id)
    )
