/** The credential report. */
import { GenerateCredentialReportCommand, GetCredentialReportCommand } from "@aws-sdk/client-iam";
import { ApiError } from "../api/errors.ts";
import { iam } from "../api/iam.ts";
import { csvRecords } from "../shared/csv.ts";

const PAUSE = 500;
const MOST_TRIES = 60;

export type Report = { csv: string; rows: Record<string, string>[]; generated: Date | undefined };

/** Has the report made anew and fetches it. */
export async function makeReport(): Promise<Report> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { State } = await iam.send(new GenerateCredentialReportCommand());
    if (State === "COMPLETE") return fetchReport();
    await new Promise((resume) => setTimeout(resume, PAUSE));
  }
  throw new ApiError("NotReady", "The report is not ready yet. Try again later.");
}

async function fetchReport(): Promise<Report> {
  const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand());
  const csv = new TextDecoder().decode(Content);
  return { csv, rows: csvRecords(csv), generated: GeneratedTime };
}

/** A date that the report tells; undefined for its "N/A", "no_information" and "not_supported". */
export function reportDate(value: string | undefined): Date | undefined {
  const time = Date.parse(value ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}
