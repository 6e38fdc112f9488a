import type { User } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { listGroupsForUser } from "../../data/users.ts";
import { daysSince, formatCount, formatDate, formatDaysAgo } from "../../shared/format.ts";
import { userPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";
import type { CredentialSummary } from "./credential-summaries.ts";

type SummariesByName = ReadonlyMap<string, CredentialSummary> | undefined;

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

export function columns(summaries: SummariesByName): Column<User>[] {
  const summaryOf = (user: User) => summaries?.get(getName(user));
  const dateColumn = (
    id: string,
    header: string,
    date: (user: User) => Date | undefined,
    text = formatDaysAgo,
  ) => ({
    id,
    header,
    text: (user: User) => text(date(user)),
    order: (user: User) => date(user)?.getTime() ?? 0,
  });
  return [
    { id: "name", header: "User name", text: getName, cell: (user) => <UserLink name={getName(user)} /> },
    { id: "path", header: "Path", text: ({ Path = "" }) => Path },
    { id: "groups", header: "Groups", cell: (user) => <GroupCount name={getName(user)} /> },
    dateColumn("activity", "Last activity", (user) => summaryOf(user)?.lastActivity),
    {
      id: "mfa",
      header: "MFA",
      text: (user) => mfaText(summaryOf(user)),
      cell: (user) => <MfaStatus summary={summaryOf(user)} />,
    },
    dateColumn("password-age", "Password age", (user) => summaryOf(user)?.passwordChangeDate, ageText),
    dateColumn(
      "sign-in",
      "Console last sign-in",
      (user) => summaryOf(user)?.lastSignIn ?? user.PasswordLastUsed,
    ),
    dateColumn("key-age", "Active key age", (user) => summaryOf(user)?.oldestActiveKey, ageText),
    dateColumn("key-used", "Access key last used", (user) => summaryOf(user)?.keyLastUsed),
    { id: "arn", header: "ARN", text: ({ Arn = "" }) => Arn },
    dateColumn("created", "Created", ({ CreateDate }) => CreateDate, formatDate),
  ];
}

function UserLink({ name }: { name: string }) {
  return <Link href={userPath(name)}>{name}</Link>;
}

function GroupCount({ name }: { name: string }) {
  const groups = useLoad(`groups of ${name}`, () => listGroupsForUser(name));
  return groups.data?.length ?? "–";
}

function mfaText(summary: CredentialSummary | undefined): string {
  if (summary === undefined) return "–";
  return summary.mfa ? "Enabled" : "None";
}

function MfaStatus({ summary }: { summary: CredentialSummary | undefined }) {
  if (summary === undefined) return "–";
  return (
    <StatusIndicator type={summary.mfa ? "success" : "warning"} wrapText={false}>
      {mfaText(summary)}
    </StatusIndicator>
  );
}

function ageText(date: Date | undefined): string {
  return date === undefined ? "–" : formatCount(daysSince(date), "day");
}
