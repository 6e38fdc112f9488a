import Box from "@cloudscape-design/components/box";
import LiveRegion from "@cloudscape-design/components/live-region";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useState } from "react";
import { CONFIRMATION_MINUTES, isConfirmed } from "../api/confirmation.ts";
import { signInUrl } from "../api/errors.ts";
import { findSession } from "../api/iamd.ts";
import { Dialog } from "../shared/dialog.tsx";
import { CONFIRMED } from "../shared/paths.ts";
import { answerConfirmation, onPossibleConfirmation, useIsConfirmationAsked } from "../state/confirmation.ts";
import { useRefreshSession, useSession } from "../state/session.tsx";

/** Asks the user to confirm their identity in another tab while calls wait for it, so that this page keeps its forms. */
export function ConfirmIdentityDialog() {
  return useIsConfirmationAsked() && <OpenDialog />;
}

function OpenDialog() {
  const { Arn } = useSession();
  const refreshSession = useRefreshSession();
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    const check = async () => {
      const session = await findSession();
      if (session === undefined) return;
      // Another user has signed in, in whose name nothing that was entered here may be submitted.
      if (session.Arn !== Arn) return location.reload();
      if (!isConfirmed(session)) return;
      refreshSession();
      answerConfirmation(true);
    };
    return onPossibleConfirmation(() => void check());
  }, [Arn, refreshSession]);
  const cancel = () => answerConfirmation(false);
  const openTab = () => {
    // Not `noopener`: the browser would not let the tab close itself.
    const tab = window.open(signInUrl("/signin/confirm", CONFIRMED), "iamd-confirm");
    tab?.focus(); // it may be one that was opened before
    setOpened(tab !== null);
  };
  return (
    <Dialog
      title="Confirm your identity"
      action={{ text: "Confirm in a new tab", iconName: "external", iconAlign: "right", onClick: openTab }}
      onCancel={cancel}
    >
      <SpaceBetween size="m">
        <Box>
          For this change you must have confirmed your identity within the last {CONFIRMATION_MINUTES}{" "}
          minutes. Confirm it in a new tab: this page then continues by itself, with all that you entered.
        </Box>
        <LiveRegion>
          {opened && (
            <StatusIndicator type="pending">Waiting for your confirmation in the other tab</StatusIndicator>
          )}
        </LiveRegion>
      </SpaceBetween>
    </Dialog>
  );
}
