import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { NewRecoveryCodes } from "../../components/new-recovery-codes.tsx";
import { currentOwner } from "../../data/credential-owner.ts";
import { PageTitle } from "../../shared/page.tsx";
import { RequireConfirmation, signOut, useSession } from "../../state/session.tsx";
import { AssignDevice } from "./assign-device.tsx";

type Stage = "assign" | "recovery-codes" | "done";

/** The setup of an MFA device, before anything else, in an account that requires MFA. */
export default function MfaEnrollment() {
  const session = useSession();
  const [stage, setStage] = useState<Stage>("assign");
  return (
    <main className="standalone-page">
      <PageTitle text="Assign MFA device" />
      <SpaceBetween size="l">
        <SpaceBetween direction="horizontal" size="m" alignItems="center">
          <Box variant="h1" padding="n">
            Set up MFA to continue
          </Box>
          <Button onClick={() => void signOut()}>Sign out</Button>
        </SpaceBetween>
        {stage === "assign" && (
          <RequireConfirmation>
            <Alert type="info">
              This account requires multi-factor authentication. Assign an MFA device to{" "}
              {session.UserName ?? "the root user"} before you use the console.
            </Alert>
            <AssignDevice
              owner={currentOwner(session)}
              onCancel={() => void signOut()}
              onAssigned={(isFirst) => setStage(isFirst ? "recovery-codes" : "done")}
            />
          </RequireConfirmation>
        )}
        {stage === "recovery-codes" && (
          <NewRecoveryCodes onSaved={() => setStage("done")} onSkip={() => setStage("done")} />
        )}
        {stage === "done" && (
          <Alert
            type="success"
            header="MFA device assigned"
            action={<Button onClick={() => void signOut()}>Sign in again</Button>}
          >
            Sign in again with your new MFA device.
          </Alert>
        )}
      </SpaceBetween>
    </main>
  );
}
