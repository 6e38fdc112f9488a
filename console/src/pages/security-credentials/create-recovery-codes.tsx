import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import { useState } from "react";
import { NewRecoveryCodes } from "../../components/new-recovery-codes.tsx";
import { Page } from "../../shared/page.tsx";
import { SECURITY_CREDENTIALS } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { RequireConfirmation, useRefreshSession } from "../../state/session.tsx";

export default function CreateRecoveryCodes() {
  return (
    <Page title="Create new recovery codes">
      <RequireConfirmation>
        <RecoveryCodesSteps />
      </RequireConfirmation>
    </Page>
  );
}

/** Asks for confirmation first, because new codes replace the existing ones. */
function RecoveryCodesSteps() {
  const [confirmed, setConfirmed] = useState(false);
  const refreshSession = useRefreshSession();
  if (!confirmed) {
    return (
      <SubmitForm
        submitText="Create recovery codes"
        cancelHref={SECURITY_CREDENTIALS}
        onSubmit={() => setConfirmed(true)}
      >
        <Container>
          <Box>Ten new recovery codes are created. Your existing codes stop working.</Box>
        </Container>
      </SubmitForm>
    );
  }
  const finish = () => {
    refreshSession();
    navigate(SECURITY_CREDENTIALS);
    flash("Recovery codes created.");
  };
  return <NewRecoveryCodes onSaved={finish} onSkip={() => navigate(SECURITY_CREDENTIALS)} />;
}
