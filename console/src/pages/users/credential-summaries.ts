/** Summaries of the credential report: each user's sign-in, MFA and access keys. */
import { ApiError } from "../../api/errors.ts";
import { generateReport, parseReportDate } from "../../data/credential-report.ts";

export type CredentialSummary = {
  mfa: boolean;
  passwordChangeDate: Date | undefined;
  lastSignIn: Date | undefined;
  lastActivity: Date | undefined;
  oldestActiveKey: Date | undefined;
  keyLastUsed: Date | undefined;
};

/** The summaries by user name; empty if the caller is not allowed to read the report. */
export async function listCredentialSummaries(): Promise<ReadonlyMap<string, CredentialSummary>> {
  try {
    const { rows } = await generateReport();
    return new Map(rows.map((row) => [row.user ?? "", parseSummary(row)]));
  } catch (error) {
    if (error instanceof ApiError) return new Map();
    throw error;
  }
}

function parseSummary(row: Record<string, string>): CredentialSummary {
  const lastUsedDates = [row.access_key_1_last_used_date, row.access_key_2_last_used_date].map(
    parseReportDate,
  );
  const activeKeys = ["1", "2"].filter((n) => row[`access_key_${n}_active`] === "true");
  const lastSignIn = parseReportDate(row.password_last_used);
  const keyLastUsed = latest(lastUsedDates);
  return {
    mfa: row.mfa_active === "true",
    passwordChangeDate: parseReportDate(row.password_last_changed),
    lastSignIn,
    lastActivity: latest([lastSignIn, keyLastUsed]),
    oldestActiveKey: earliest(activeKeys.map((n) => parseReportDate(row[`access_key_${n}_last_rotated`]))),
    keyLastUsed,
  };
}

function sortDates(dates: (Date | undefined)[]): Date[] {
  return dates.filter((date) => date !== undefined).sort((a, b) => a.getTime() - b.getTime());
}

function latest(dates: (Date | undefined)[]): Date | undefined {
  return sortDates(dates).at(-1);
}

function earliest(dates: (Date | undefined)[]): Date | undefined {
  return sortDates(dates)[0];
}
