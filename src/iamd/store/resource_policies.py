"""Resource policies that are kept here for services that have none of their own, such as bucket policies."""

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, columns_equal, text_scalar
from iamd.store.schema import resource_policies

_condition = columns_equal(resource_policies, "account_id", "resource_arn")
_find = Query(sa.select(resource_policies.c.document).where(_condition), text_scalar)
_add = Write(sa.insert(resource_policies))
_delete = Write(sa.delete(resource_policies).where(_condition))


def find(tx: Tx, account_id: str, resource_arn: str) -> str | None:
    """Return the policy of a resource of an account, as JSON text."""
    return _find.first(tx, account_id=account_id, resource_arn=resource_arn)


def put(tx: Tx, account_id: str, resource_arn: str, document: str) -> None:
    """Add a resource's policy, or replace it."""
    delete(tx, account_id, resource_arn)
    _add.execute(tx, account_id=account_id, resource_arn=resource_arn, document=document)


def delete(tx: Tx, account_id: str, resource_arn: str) -> None:
    _delete.execute(tx, account_id=account_id, resource_arn=resource_arn)
