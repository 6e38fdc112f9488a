import { GenerateCredentialReportCommand, GetCredentialReportCommand } from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { iam } from "../api/iam.ts";
import { parseCsv } from "../shared/csv.ts";

const POLL_INTERVAL = 500;
const MAX_ATTEMPTS = 60;

/** `csv` is the report as the API returns it, with exact names. */
export type CredentialReport = {
  csv: string;
  rows: Record<string, string>[];
  generatedTime: Date | undefined;
};

/** Generates a new report and downloads it. */
export async function generateReport(): Promise<CredentialReport> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const { State } = await iam.send(new GenerateCredentialReportCommand());
    if (State === "COMPLETE") return fetchReport();
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
  throw new ApiError("NotReady", "The report is not ready. Try again later.");
}

async function fetchReport(): Promise<CredentialReport> {
  const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand());
  const csv = new TextDecoder().decode(Content);
  return { csv, rows: parseCsv(csv), generatedTime: GeneratedTime };
}

/** Parses a date of the report; undefined for "N/A", "no_information" and "not_supported". */
export function parseReportDate(value: string | undefined): Date | undefined {
  const time = Date.parse(value ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}
