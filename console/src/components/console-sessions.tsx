import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ConsoleSession, endSession, listSessions } from "../api/iamd.ts";
import type { CredentialOwner } from "../data/credential-owner.ts";
import { ErrorAlert } from "../shared/error-alert.tsx";
import { formatDate } from "../shared/format.ts";
import { type Column, ResourceTable } from "../shared/resource-table.tsx";
import { describeUserAgent } from "../shared/user-agent.ts";
import { flash } from "../state/flashes.ts";
import { useLoad } from "../state/load.ts";
import { signOut } from "../state/session.tsx";
import { useTask } from "../state/task.ts";

/** The console sessions of a user or of the root user. */
export function ConsoleSessions({ owner }: { owner: CredentialOwner }) {
  const userName = owner.isCurrentUser ? undefined : owner.userName;
  const sessions = useLoad(`sessions ${userName}`, async () => {
    return (await listSessions({ UserName: userName })).Sessions;
  });
  const task = useTask();
  const signOutSession = async ({ SessionId, Current }: ConsoleSession) => {
    if (Current) return signOut();
    if (!(await task.run(() => endSession({ SessionId, UserName: userName })))) return;
    flash("Session ended.");
    sessions.reload();
  };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={task.error} />
      <ResourceTable
        title="Console sessions"
        description="Browsers that are signed in to the console. Signing out ends a session immediately."
        pluralName="sessions"
        short
        loaded={sessions}
        columns={columns(signOutSession)}
        getName={({ SessionId }) => SessionId}
        actions={<Button iconName="refresh" ariaLabel="Refresh sessions" onClick={sessions.reload} />}
        empty="No sessions"
      />
    </SpaceBetween>
  );
}

function columns(signOutSession: (session: ConsoleSession) => void): Column<ConsoleSession>[] {
  return [
    {
      id: "created",
      header: "Signed in",
      text: ({ CreateDate }) => formatDate(CreateDate),
      sortValue: ({ CreateDate }) => CreateDate.getTime(),
      cell: (session) => <SignInTime session={session} />,
    },
    {
      id: "seen",
      header: "Last activity",
      text: ({ LastSeenDate }) => formatDate(LastSeenDate),
      sortValue: ({ LastSeenDate }) => LastSeenDate.getTime(),
    },
    { id: "address", header: "IP address", text: ({ SourceIp }) => SourceIp ?? "–" },
    {
      id: "browser",
      header: "Browser",
      text: ({ UserAgent }) => describeUserAgent(UserAgent ?? ""),
      cell: ({ UserAgent = "" }) => <span title={UserAgent}>{describeUserAgent(UserAgent)}</span>,
    },
    { id: "mfa", header: "MFA", text: ({ MFAAuthenticated }) => (MFAAuthenticated ? "Yes" : "No") },
    {
      id: "end",
      header: "Action",
      cell: (session) => <SignOutButton session={session} signOutSession={signOutSession} />,
    },
  ];
}

function SignInTime({ session }: { session: ConsoleSession }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <span>{formatDate(session.CreateDate)}</span>
      {session.Current && <Badge color="blue">This session</Badge>}
    </SpaceBetween>
  );
}

function SignOutButton({
  session,
  signOutSession,
}: {
  session: ConsoleSession;
  signOutSession: (session: ConsoleSession) => void;
}) {
  const sessionName = session.Current
    ? "this session"
    : `the session started ${formatDate(session.CreateDate)}`;
  return (
    <Button
      variant="inline-link"
      ariaLabel={`Sign out ${sessionName}`}
      onClick={() => signOutSession(session)}
    >
      Sign out
    </Button>
  );
}
