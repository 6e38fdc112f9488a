"""The account's last credential report."""

from typing import NamedTuple

import sqlalchemy as sa

from iamd.store.query import Query, Tx, Write, binding
from iamd.store.schema import credential_reports


class Report(NamedTuple):
    """A report as CSV text, and when it was made."""

    generated_date: str
    content: str


_find = Query(
    sa.select(credential_reports.c.generated_date, credential_reports.c.content).where(
        binding(credential_reports, "account_id")
    ),
    Report._make,
)
_add = Write(sa.insert(credential_reports))
_drop = Write(sa.delete(credential_reports).where(binding(credential_reports, "account_id")))


def find(tx: Tx, account_id: str) -> Report | None:
    return _find.one(tx, account_id=account_id)


def put(tx: Tx, account_id: str, report: Report) -> None:
    """Replace the account's report."""
    _drop.run(tx, account_id=account_id)
    _add.run(tx, account_id=account_id, **report._asdict())
