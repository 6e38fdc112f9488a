"""Policies of a principal: all identity policies, the permissions boundary and tags of a user or role."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.core import managed
from iamd.core.records import Tags
from iamd.store import tags
from iamd.store.query import Query, Tx, columns_equal, text_scalar
from iamd.store.schema import attachments, inline_policies, memberships, policies, policy_versions


class PrincipalPolicies(NamedTuple):
    """The policy documents (JSON text) and tags of a user or role.

    `identity_policies` are inline and managed; a user's include those of its groups.
    """

    identity_policies: tuple[str, ...]
    permissions_boundary: str | None
    tags: Tags


def _principal_condition(entity_id: sa.Column[str]) -> sa.ColumnElement[bool]:
    groups = sa.select(memberships.c.group_id).where(columns_equal(memberships, "account_id", "user_id"))
    return sa.or_(entity_id == sa.bindparam("user_id", type_=entity_id.type), entity_id.in_(groups))


_list_inline = Query(
    sa.select(inline_policies.c.document)
    .where(columns_equal(inline_policies, "account_id"), _principal_condition(inline_policies.c.entity_id))
    .order_by(inline_policies.c.entity_id, inline_policies.c.name_key),
    text_scalar,
)
_default_version_join = sa.and_(
    policy_versions.c.account_id == policies.c.account_id,
    policy_versions.c.policy_id == policies.c.policy_id,
    policy_versions.c.version == policies.c.default_version,
)
_list_attached = Query(
    sa.select(attachments.c.policy_arn, policy_versions.c.document)
    .select_from(
        attachments.outerjoin(
            policies,
            sa.and_(
                policies.c.account_id == attachments.c.account_id, policies.c.arn == attachments.c.policy_arn
            ),
        ).outerjoin(policy_versions, _default_version_join)
    )
    .where(columns_equal(attachments, "account_id"), _principal_condition(attachments.c.entity_id))
    .distinct()
    .order_by(attachments.c.policy_arn),
    lambda row: (str(row[0]), row[1]),
)
_find_default_document = Query(
    sa.select(policy_versions.c.document)
    .join_from(policies, policy_versions, _default_version_join)
    .where(columns_equal(policies, "account_id", "arn")),
    text_scalar,
)


def find_default_document(tx: Tx, account_id: str, policy_arn: str) -> str | None:
    """Return the default version's document of a customer or AWS managed policy; None if there is none."""
    if policy_arn in managed.catalog():
        return managed.document(policy_arn)
    return _find_default_document.first(tx, account_id=account_id, arn=policy_arn)


def load(tx: Tx, account_id: str, entity_id: str, boundary_arn: str | None) -> PrincipalPolicies:
    """Load the policies of a user or role; raise LookupError if a managed policy has no document."""
    managed_documents = [
        managed.document(arn) if document is None else str(document)
        for arn, document in _list_attached.all(tx, account_id=account_id, user_id=entity_id)
    ]
    inline_documents = _list_inline.all(tx, account_id=account_id, user_id=entity_id)
    boundary = _load_boundary(tx, account_id, boundary_arn) if boundary_arn else None
    return PrincipalPolicies(
        (*inline_documents, *managed_documents), boundary, tags.list_for_resource(tx, account_id, entity_id)
    )


def _load_boundary(tx: Tx, account_id: str, arn: str) -> str:
    document = find_default_document(tx, account_id, arn)
    if document is None:
        raise LookupError(arn)  # a boundary that cannot be read must not count as no boundary
    return document
