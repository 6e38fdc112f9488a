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

/** Where somebody is signed in to the console, and how to end it. */
export function Sessions({ owner }: { owner: CredentialOwner }) {
  const userName = owner.isCurrentUser ? undefined : owner.userName;
  const sessions = useLoad(`sessions ${userName}`, async () => {
    return (await listSessions({ UserName: userName })).Sessions;
  });
  const task = useTask();
  const end = async ({ SessionId, Current }: ConsoleSession) => {
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
        description="Browsers that are signed in. Signing out ends a session on the server at once."
        pluralName="sessions"
        short
        loaded={sessions}
        columns={columns(end)}
        getName={({ SessionId }) => SessionId}
        actions={<Button iconName="refresh" ariaLabel="Refresh sessions" onClick={sessions.reload} />}
        empty="No sessions."
      />
    </SpaceBetween>
  );
}

function columns(end: (session: ConsoleSession) => void): Column<ConsoleSession>[] {
  return [
    {
      id: "created",
      header: "Signed in",
      text: ({ CreateDate }) => formatDate(CreateDate),
      sortValue: ({ CreateDate }) => CreateDate.getTime(),
      cell: (session) => <SignedIn session={session} />,
    },
    {
      id: "seen",
      header: "Last seen",
      text: ({ LastSeenDate }) => formatDate(LastSeenDate),
      sortValue: ({ LastSeenDate }) => LastSeenDate.getTime(),
    },
    { id: "address", header: "Address", text: ({ SourceIp }) => SourceIp ?? "–" },
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
      cell: (session) => <SignOut session={session} end={end} />,
    },
  ];
}

function SignedIn({ session }: { session: ConsoleSession }) {
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <span>{formatDate(session.CreateDate)}</span>
      {session.Current && <Badge color="blue">This session</Badge>}
    </SpaceBetween>
  );
}

function SignOut({ session, end }: { session: ConsoleSession; end: (session: ConsoleSession) => void }) {
  const which = session.Current ? "this session" : `the session of ${formatDate(session.CreateDate)}`;
  return (
    <Button variant="inline-link" ariaLabel={`Sign out ${which}`} onClick={() => end(session)}>
      Sign out
    </Button>
  );
}
