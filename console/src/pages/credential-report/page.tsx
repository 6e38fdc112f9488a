import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { generateReport, parseReportDate } from "../../data/credential-report.ts";
import { parseRows } from "../../shared/csv.ts";
import { downloadCsv } from "../../shared/download.ts";
import { formatDate } from "../../shared/format.ts";
import { PageTitle } from "../../shared/page.tsx";
import { type Column, ResourceTable } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";

type Row = Record<string, string>;

const HEADERS: Readonly<Record<string, string>> = {
  user: "User",
  arn: "ARN",
  user_creation_time: "Created",
  mfa_active: "MFA active",
};

/** The credential report, generated on demand, as a table and a file. */
export default function CredentialReport() {
  const report = useLoad("report", generateReport);
  const downloadReport = () => report.data && downloadCsv("status_reports.csv", parseRows(report.data.csv));
  return (
    <>
      <PageTitle text="Credential report" />
      <ResourceTable
        title="Credential report"
        headingLevel="h1"
        variant="full-page"
        description={`Lists all users in this account and the status of their credentials. Generated ${formatDate(report.data?.generatedTime)}.`}
        pluralName="users"
        loaded={{ ...report, data: report.data?.rows }}
        columns={columns(report.data?.rows[0])}
        getName={(row) => row.user ?? ""}
        pageSize={20}
        wrapLines={false}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button loading={report.loading} onClick={report.reload}>
              Generate new report
            </Button>
            <Button variant="primary" disabled={!report.data} onClick={downloadReport}>
              Download credential report
            </Button>
          </SpaceBetween>
        }
        empty="No users"
      />
    </>
  );
}

function columns(row: Row | undefined): Column<Row>[] {
  return Object.keys(row ?? { user: "" }).map((id) => ({
    id,
    header: header(id),
    text: (reportRow) => formatValue(reportRow[id]),
  }));
}

function header(column: string): string {
  const label = column.replaceAll("_", " ");
  return HEADERS[column] ?? label.charAt(0).toUpperCase() + label.slice(1);
}

/** Formats dates; returns other values as they are. */
function formatValue(value = ""): string {
  const isDate = /^\d{4}-\d\d-\d\dT/.test(value);
  return isDate ? formatDate(parseReportDate(value)) : value;
}
