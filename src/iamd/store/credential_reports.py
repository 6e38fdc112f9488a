"""Credential reports: the last one of each account."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, columns_equal
from iamd.store.schema import credential_reports


class CredentialReport(NamedTuple):
    """A credential report: `content` is CSV text, `generated_date` ISO 8601 text."""

    generated_date: str
    content: str


_find = Query(
    sa.select(credential_reports.c.generated_date, credential_reports.c.content).where(
        columns_equal(credential_reports, "account_id")
    ),
    CredentialReport._make,
)
_add = Write(sa.insert(credential_reports))
_delete = Write(sa.delete(credential_reports).where(columns_equal(credential_reports, "account_id")))


def find(tx: Tx, account_id: str) -> CredentialReport | None:
    return _find.first(tx, account_id=account_id)


def put(tx: Tx, account_id: str, report: CredentialReport) -> None:
    """Store the account's report in place of the previous one."""
    _delete.execute(tx, account_id=account_id)
    _add.execute(tx, account_id=account_id, **report._asdict())
