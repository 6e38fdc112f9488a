import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { CurrentSession } from "../../api/iamd.ts";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { formatDate, formatDaysAgo } from "../../shared/format.ts";
import { CHANGE_PASSWORD } from "../../shared/paths.ts";
import { isRoot } from "../../state/session.tsx";

/** How the current user signs in to the console. */
export function ConsoleSignIn({ session }: { session: CurrentSession }) {
  return (
    <Container
      header={
        <Header
          actions={
            <Button href={CHANGE_PASSWORD}>
              {isRoot(session) ? "Change password" : "Update console password"}
            </Button>
          }
        >
          Console sign-in
        </Header>
      }
    >
      <KeyValuePairs columns={3} minColumnWidth={190} items={pairs(session)} />
    </Container>
  );
}

function pairs({ SignInUrl: url, PasswordChangeDate: changed, SignInDate: signedIn }: CurrentSession) {
  return [
    {
      label: "Console sign-in link",
      value: url ? <CopyableText value={url} name="Console sign-in link" /> : "–",
    },
    { label: "Console password", value: changed ? `Updated ${formatDaysAgo(changed)}` : "–" },
    { label: "Last console sign-in", value: formatDate(signedIn) },
  ];
}
