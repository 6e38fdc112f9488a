import type { User } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { listGroupsForUser } from "../../data/users.ts";
import { daysSince, formatCount, formatDate, formatDaysAgo } from "../../shared/format.ts";
import { userPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { useLoad } from "../../state/load.ts";
import type { Facts } from "./facts.ts";

type FactsByName = ReadonlyMap<string, Facts> | undefined;

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

export function nameOf({ UserName = "" }: User): string {
  return UserName;
}

export function columns(facts: FactsByName): Column<User>[] {
  const of = (user: User) => facts?.get(nameOf(user));
  const dated = (
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
    { id: "name", header: "User name", text: nameOf, cell: (user) => <UserLink name={nameOf(user)} /> },
    { id: "path", header: "Path", text: ({ Path = "" }) => Path },
    { id: "groups", header: "Groups", cell: (user) => <GroupCount name={nameOf(user)} /> },
    dated("activity", "Last activity", (user) => of(user)?.lastActivity),
    { id: "mfa", header: "MFA", text: (user) => mfaText(of(user)), cell: (user) => <Mfa of={of(user)} /> },
    dated("password-age", "Password age", (user) => of(user)?.passwordChanged, ageText),
    dated("sign-in", "Console last sign-in", (user) => of(user)?.lastSignIn ?? user.PasswordLastUsed),
    dated("key-age", "Active key age", (user) => of(user)?.oldestActiveKey, ageText),
    dated("key-used", "Access key last used", (user) => of(user)?.keyLastUsed),
    { id: "arn", header: "ARN", text: ({ Arn = "" }) => Arn },
    dated("created", "Created", ({ CreateDate }) => CreateDate, formatDate),
  ];
}

function UserLink({ name }: { name: string }) {
  return <Link href={userPath(name)}>{name}</Link>;
}

function GroupCount({ name }: { name: string }) {
  const groups = useLoad(`groups of ${name}`, () => listGroupsForUser(name));
  return groups.data?.length ?? "–";
}

function mfaText(facts: Facts | undefined): string {
  if (facts === undefined) return "–";
  return facts.mfa ? "Enabled" : "None";
}

function Mfa({ of }: { of: Facts | undefined }) {
  if (of === undefined) return "–";
  return (
    <StatusIndicator type={of.mfa ? "success" : "warning"} wrapText={false}>
      {mfaText(of)}
    </StatusIndicator>
  );
}

function ageText(date: Date | undefined): string {
  return date === undefined ? "–" : formatCount(daysSince(date), "day");
}
