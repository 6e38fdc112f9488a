import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { CurrentSession } from "../../api/iamd.ts";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { isRoot } from "../../state/session.tsx";

/** The current user, or the account of the root user. */
export function IdentityDetails({ session }: { session: CurrentSession }) {
  return (
    <Container header={<Header>{isRoot(session) ? "Account details" : "User details"}</Header>}>
      <KeyValuePairs
        columns={3}
        minColumnWidth={190}
        items={isRoot(session) ? rootPairs(session) : userPairs(session)}
      />
    </Container>
  );
}

function rootPairs(session: CurrentSession) {
  return [
    { label: "Account name", value: session.AccountName ?? "–" },
    { label: "Email address", value: <span className="breakable">{session.RootEmail ?? "–"}</span> },
    accountIdPair(session),
  ];
}

function userPairs(session: CurrentSession) {
  return [
    { label: "User name", value: <span className="breakable">{session.UserName}</span> },
    { label: "User ARN", value: <CopyableText value={session.Arn} name="User ARN" /> },
    accountIdPair(session),
  ];
}

function accountIdPair({ AccountId }: CurrentSession) {
  return { label: "iamd account ID", value: <CopyableText value={AccountId} name="Account ID" /> };
}
