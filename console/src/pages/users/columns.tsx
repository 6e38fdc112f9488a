import type { User } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { listGroupsForUser } from "../../data/users.ts";
import { daysSince, formatCount, formatDate, formatDaysAgo } from "../../shared/format.ts";
import { userPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";
import type { CredentialSummary } from "./credential-summaries.ts";

/** A user with its summary, which is undefined while it loads, or if the caller is not allowed to read it. */
export type UserRow = User & { summary: CredentialSummary | undefined };

export const OPTIONAL_COLUMNS: readonly { id: string; label: string }[] = [
  { id: "path", label: "Path" },
  { id: "groups", label: "Groups" },
  { id: "activity", label: "Last activity" },
  { id: "mfa", label: "MFA" },
  { id: "password-age", label: "Password age" },
  { id: "sign-in", label: "Console last sign-in" },
  { id: "key-age", label: "Active key age" },
  { id: "key-used", label: "Access key last used" },
  { id: "arn", label: "ARN" },
  { id: "created", label: "Created" },
];

export function getName({ UserName = "" }: User): string {
  return UserName;
}

function dateColumn(
  id: string,
  header: string,
  date: (user: UserRow) => Date | undefined,
  format = formatDaysAgo,
): Column<UserRow> {
  return {
    id,
    header,
    text: (user) => format(date(user)),
    sortValue: (user) => date(user)?.getTime() ?? 0,
  };
}

export const COLUMNS: readonly Column<UserRow>[] = [
  { id: "name", header: "User name", text: getName, cell: (user) => <UserLink name={getName(user)} /> },
  { id: "path", header: "Path", text: ({ Path = "" }) => Path },
  { id: "groups", header: "Groups", cell: (user) => <GroupCount name={getName(user)} /> },
  dateColumn("activity", "Last activity", ({ summary }) => summary?.lastActivity),
  {
    id: "mfa",
    header: "MFA",
    text: ({ summary }) => formatMfa(summary),
    cell: ({ summary }) => <MfaStatus summary={summary} />,
  },
  dateColumn("password-age", "Password age", ({ summary }) => summary?.passwordChangeDate, formatAge),
  dateColumn("sign-in", "Console last sign-in", (user) => user.summary?.lastSignIn ?? user.PasswordLastUsed),
  dateColumn("key-age", "Active key age", ({ summary }) => summary?.oldestActiveKey, formatAge),
  dateColumn("key-used", "Access key last used", ({ summary }) => summary?.keyLastUsed),
  { id: "arn", header: "ARN", text: ({ Arn = "" }) => Arn },
  dateColumn("created", "Created", ({ CreateDate }) => CreateDate, formatDate),
];

function UserLink({ name }: { name: string }) {
  return <Link href={userPath(name)}>{name}</Link>;
}

function GroupCount({ name }: { name: string }) {
  const groups = useLoad(`groups of ${name}`, () => listGroupsForUser(name));
  return groups.data?.length ?? "–";
}

function formatMfa(summary: CredentialSummary | undefined): string {
  if (summary === undefined) return "–";
  return summary.mfa ? "Enabled" : "None";
}

function MfaStatus({ summary }: { summary: CredentialSummary | undefined }) {
  if (summary === undefined) return "–";
  return (
    <StatusIndicator type={summary.mfa ? "success" : "warning"} wrapText={false}>
      {formatMfa(summary)}
    </StatusIndicator>
  );
}

function formatAge(date: Date | undefined): string {
  return date === undefined ? "–" : formatCount(daysSince(date), "day");
}
