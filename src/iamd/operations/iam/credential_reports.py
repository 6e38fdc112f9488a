"""Credential reports: generated synchronously, valid for four hours."""

from datetime import datetime

from iamd.checks import credential_report
from iamd.core.errors import ReportExpired, ReportNotPresent
from iamd.domain import credential_report_rows
from iamd.framework import targets
from iamd.framework.call import Call, Dependencies
from iamd.framework.operation import Params, Reply, operation
from iamd.store import accounts, credential_reports
from iamd.store.credential_reports import CredentialReport

_MAX_AGE_SECONDS = 4 * 3600


def _generate_report(dependencies: Dependencies, call: Call, _record: None, params: Params) -> Params:
    """Generate the report before the call's transaction: it takes a second for a large account."""
    with dependencies.database.snapshot(call.tx) as snapshot:
        account = accounts.find(snapshot, call.account_id)
        rows = credential_report_rows.report_rows(snapshot, account) if account else []
    report = CredentialReport(call.timestamp, credential_report.write(rows))
    with dependencies.database.write() as tx:
        accounts.lock(tx, call.account_id)
        credential_reports.put(tx, call.account_id, report)
    return params


@operation("iam", target_finder=targets.ANY_RESOURCE, prepare=_generate_report, requires_confirmation=False)
def generate_credential_report(call: Call) -> Reply:
    return {"State": "COMPLETE"}


@operation("iam", target_finder=targets.ANY_RESOURCE)
def get_credential_report(call: Call) -> Reply:
    report = credential_reports.find(call.tx, call.account_id)
    if report is None:
        raise ReportNotPresent("There is no credential report. Generate one with GenerateCredentialReport.")
    if call.epoch - datetime.fromisoformat(report.generated_date).timestamp() > _MAX_AGE_SECONDS:
        raise ReportExpired("The credential report has expired. Generate one with GenerateCredentialReport.")
    return {
        "Content": report.content.encode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": report.generated_date,
    }
