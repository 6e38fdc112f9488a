import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { updateRootEmail } from "../../api/iamd.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { Page } from "../../shared/page.tsx";
import { ACCOUNT_SETTINGS } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { RequireConfirmation, useRefreshSession, useSession } from "../../state/session.tsx";
import { useTask } from "../../state/task.ts";

export default function ChangeRootEmail() {
  return (
    <Page title="Change root user email address">
      <RequireConfirmation>
        <EmailForm />
      </RequireConfirmation>
    </Page>
  );
}

function EmailForm() {
  const currentEmail = useSession().RootEmail;
  const refreshSession = useRefreshSession();
  const [email, setEmail] = useState("");
  const task = useTask();
  const save = async () => {
    if (!(await task.run(() => updateRootEmail({ RootEmail: email.trim() })))) return;
    refreshSession();
    navigate(ACCOUNT_SETTINGS);
    flash("Root user email address updated. Use the new address the next time you sign in.");
  };
  return (
    <SubmitForm
      submitText="Save changes"
      cancelHref={ACCOUNT_SETTINGS}
      busy={task.busy}
      disabled={!email.includes("@")}
      onSubmit={() => void save()}
    >
      <Container>
        <SpaceBetween size="m">
          <FormField
            label="New email address"
            description={currentEmail && `Current email address: ${currentEmail}`}
          >
            <Input
              value={email}
              type="email"
              autoComplete="email"
              onChange={({ detail }) => setEmail(detail.value)}
            />
          </FormField>
          <ErrorAlert error={task.error} />
        </SpaceBetween>
      </Container>
    </SubmitForm>
  );
}
