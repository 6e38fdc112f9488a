"""The account's last credential report."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, columns_equal
from iamd.store.schema import credential_reports


class CredentialReport(NamedTuple):
    """A report as CSV text, and when it was made."""

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
    """Replace the account's report."""
    _delete.execute(tx, account_id=account_id)
    _add.execute(tx, account_id=account_id, **report._asdict())
