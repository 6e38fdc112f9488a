"""Managed policies of an account and their versions."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from iamd.core.records import Policy, PolicyVersion
from iamd.store import paging
from iamd.store.among import Each, among
from iamd.store.named import under
from iamd.store.paging import Cut, Page
from iamd.store.query import Query, Tx, Write, bind, binding
from iamd.store.schema import attachments, policies, policy_versions, roles, users


class Usage(NamedTuple):
    """How many entities a policy is attached to, and how many it bounds."""

    attachment_count: int = 0
    permissions_boundary_usage_count: int = 0

    def counts_for(self, usage_filter: str | None) -> bool:
        """Say whether the policy is used as a PolicyUsageFilter names; in any way where it is None."""
        attached = usage_filter != "PermissionsBoundary" and self.attachment_count
        bounding = usage_filter != "PermissionsPolicy" and self.permissions_boundary_usage_count
        return bool(attached or bounding)


class Used(NamedTuple):
    policy: Policy
    usage: Usage


def _policy(row: Any) -> Policy:
    return Policy(row[0], row[1], row[2], row[3], row[4], f"v{row[5]}", row[6], row[7])


def _used(row: Any) -> Used:
    return Used(_policy(row), Usage(row[8], row[9]))


def _version(row: Any) -> PolicyVersion:
    return PolicyVersion(f"v{row[0]}", row[1], row[0] == row[2], row[3])


def _counted(table: sa.Table, column: str, arn: sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .select_from(table)
        .where(binding(table, "account_id"), table.c[column] == arn)
        .scalar_subquery()
    )


_fields = [
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
_attached = _counted(attachments, "policy_arn", policies.c.arn)


def _bounded_by(arn: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """Count the users and roles that a policy bounds."""
    return _counted(users, "boundary_arn", arn) + _counted(roles, "boundary_arn", arn)


_bounding = _bounded_by(policies.c.arn)
_given_arn = sa.bindparam("arn", type_=policies.c.arn.type)

_find = Query(sa.select(*_fields).where(binding(policies, "account_id", "arn")), _policy)
_by_name = Query(sa.select(*_fields).where(binding(policies, "account_id", "name_key")), _policy)
_usage = Query(
    sa.select(_counted(attachments, "policy_arn", _given_arn), _bounded_by(_given_arn)),
    Usage._make,
)
_wanted_usage = sa.case(
    (bind("usage") == "PermissionsPolicy", _attached),
    (bind("usage") == "PermissionsBoundary", _bounding),
    else_=_attached + _bounding,
)
_page = Query(
    sa.select(*_fields, _attached, _bounding)
    .where(binding(policies, "account_id"), policies.c.name_key > bind("after"), under(policies.c.path))
    .where(_wanted_usage >= sa.bindparam("at_least", type_=sa.Integer))
    .order_by(policies.c.name_key)
    .limit(bind("limit")),
    _used,
)


def _bound_in(table: sa.Table) -> sa.Select[tuple[str, int, int]]:
    return (
        sa.select(table.c.boundary_arn, sa.literal_column("0"), sa.func.count())
        .where(binding(table, "account_id"), table.c.boundary_arn.is_not(None))
        .group_by(table.c.boundary_arn)
    )


_uses = Query(
    sa.select(attachments.c.policy_arn, sa.func.count(), sa.literal_column("0"))
    .where(binding(attachments, "account_id"))
    .group_by(attachments.c.policy_arn)
    .union_all(_bound_in(users), _bound_in(roles)),
    lambda row: (str(row[0]), Usage(row[1], row[2])),
)
_add = Write(sa.insert(policies))
_remove = Write(sa.delete(policies).where(binding(policies, "account_id", "policy_id")))
_this = sa.and_(policies.c.account_id == bind("account"), policies.c.policy_id == bind("policy"))
_number = Query(
    sa.update(policies)
    .where(_this)
    .values(last_version=policies.c.last_version + 1, update_date=bind("update_date"))
    .returning(policies.c.last_version),
    lambda row: int(row[0]),
)
_set_default = Write(
    sa.update(policies)
    .where(_this)
    .values(default_version=bind("default_version"), update_date=bind("update_date"))
)
_version_fields = (
    policy_versions.c.version,
    policy_versions.c.document,
    policies.c.default_version,
    policy_versions.c.create_date,
)
_its_policy = sa.and_(
    policies.c.account_id == policy_versions.c.account_id,
    policies.c.policy_id == policy_versions.c.policy_id,
)
_versions = Query(
    sa.select(*_version_fields)
    .join_from(policy_versions, policies, _its_policy)
    .where(binding(policy_versions, "account_id", "policy_id"))
    .order_by(policy_versions.c.version.desc()),
    _version,
)
_versions_of_each = Each(
    sa.select(policy_versions.c.policy_id, *_version_fields)
    .join_from(policy_versions, policies, _its_policy)
    .where(binding(policy_versions, "account_id"), among(policy_versions.c.policy_id))
    .order_by(policy_versions.c.policy_id, policy_versions.c.version.desc()),
    _version,
)
_count_versions = Query(
    sa.select(sa.func.count(policy_versions.c.version)).where(binding(policy_versions, "account_id")),
    lambda row: int(row[0]),
)
_in_use = Query(
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
        binding(policies, "account_id"),
        policies.c.arn.in_(sa.select(attachments.c.policy_arn).where(binding(attachments, "account_id"))),
    )
    .order_by(policies.c.name_key),
    lambda row: (str(row[0]), str(row[1])),
)
_add_version = Write(sa.insert(policy_versions))
_remove_version = Write(
    sa.delete(policy_versions).where(binding(policy_versions, "account_id", "policy_id", "version"))
)
_clear_versions = Write(sa.delete(policy_versions).where(binding(policy_versions, "account_id", "policy_id")))


def number(version_id: str) -> int:
    """Return 3 for `v3`."""
    return int(version_id.removeprefix("v").partition(".")[0])


def find(tx: Tx, account_id: str, arn: str) -> Policy | None:
    return _find.one(tx, account_id=account_id, arn=arn)


def find_by_name(tx: Tx, account_id: str, name: str) -> Policy | None:
    """Find by name, without regard to case; names are unique across paths."""
    return _by_name.one(tx, account_id=account_id, name_key=name.lower())


def usage(tx: Tx, account_id: str, arn: str) -> Usage:
    """Count what uses a policy, AWS's own included."""
    return _usage.one(tx, account_id=account_id, arn=arn) or Usage()


def uses(tx: Tx, account_id: str) -> dict[str, Usage]:
    """Count what uses each policy that is used at all, by ARN."""
    counted: dict[str, Usage] = {}
    for arn, more in _uses.all(tx, account_id=account_id):
        held = counted.get(arn, Usage())
        counted[arn] = Usage(held[0] + more[0], held[1] + more[1])
    return counted


def page(
    tx: Tx, account_id: str, prefix: str, asked: Cut, usage_filter: str | None, *, only_used: bool
) -> Page[Used]:
    """List an account's own policies by name, with what uses them."""
    return paging.fetch(
        _page,
        tx,
        asked,
        lambda used: used.policy.policy_name.lower(),
        account_id=account_id,
        prefix=prefix,
        usage=usage_filter or "",
        at_least=int(only_used),
    )


def add(tx: Tx, account_id: str, policy: Policy, document: str) -> None:
    """Add a policy whose name is new, with its first version."""
    _add.run(
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


def _insert_version(tx: Tx, account_id: str, policy_id: str, version: int, document: str, now: str) -> None:
    _add_version.run(
        tx, account_id=account_id, policy_id=policy_id, version=version, document=document, create_date=now
    )


def remove(tx: Tx, account_id: str, policy_id: str) -> None:
    """Remove a policy with all its versions."""
    _clear_versions.run(tx, account_id=account_id, policy_id=policy_id)
    _remove.run(tx, account_id=account_id, policy_id=policy_id)


def versions(tx: Tx, account_id: str, policy_id: str) -> list[PolicyVersion]:
    """Return a policy's versions, newest first; there are five at most."""
    return _versions.all(tx, account_id=account_id, policy_id=policy_id)


def versions_of_each(tx: Tx, account_id: str, policy_ids: Sequence[str]) -> Mapping[str, list[PolicyVersion]]:
    """Return the versions of many policies, newest first, by the unique IDs of those."""
    return _versions_of_each.of(tx, account_id, policy_ids)


def count_versions(tx: Tx, account_id: str) -> int:
    """Count the versions of all policies of an account."""
    return _count_versions.one(tx, account_id=account_id) or 0


def attached(tx: Tx, account_id: str) -> list[tuple[str, str]]:
    """Return name and document in force of each policy of the account's own that is attached to anybody."""
    return _in_use.all(tx, account_id=account_id)


def add_version(tx: Tx, account_id: str, policy_id: str, document: str, now: str) -> str:
    """Add a version under the next number, which is never used again; return its ID."""
    latest = _number.one(tx, account=account_id, policy=policy_id, update_date=now) or 1
    _insert_version(tx, account_id, policy_id, latest, document, now)
    return f"v{latest}"


def set_default(tx: Tx, account_id: str, policy_id: str, version_id: str, now: str) -> None:
    _set_default.run(
        tx, account=account_id, policy=policy_id, default_version=number(version_id), update_date=now
    )


def remove_version(tx: Tx, account_id: str, policy_id: str, version_id: str) -> None:
    _remove_version.run(tx, account_id=account_id, policy_id=policy_id, version=number(version_id))
