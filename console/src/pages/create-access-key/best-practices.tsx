import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { SubmitForm } from "../../shared/submit-form.tsx";
import type { Task } from "../../state/task.ts";

type Props = { userName: string | undefined; cancelHref: string; task: Task; onCreate: () => void };

/** What to know before a key is made; the root user must say that it is known. */
export function BestPractices({ userName, cancelHref, task, onCreate }: Props) {
  const root = userName === undefined;
  const [acknowledged, setAcknowledged] = useState(!root);
  return (
    <SubmitForm
      submitText="Create access key"
      cancelHref={cancelHref}
      busy={task.busy}
      disabled={!acknowledged}
      onSubmit={onCreate}
    >
      <Container header={<Header>Access key best practices</Header>}>
        <SpaceBetween size="m">
          {root ? <RootWarning /> : <Advice userName={userName} />}
          {root && (
            <Checkbox checked={acknowledged} onChange={({ detail }) => setAcknowledged(detail.checked)}>
              I understand creating a root access key is not a best practice, but I still want to create one.
            </Checkbox>
          )}
          <ErrorAlert error={task.error} />
        </SpaceBetween>
      </Container>
    </SubmitForm>
  );
}

function RootWarning() {
  return (
    <Alert type="error" header="Root user access keys are not recommended">
      Whoever has such a key may do everything in this account, and no policy can limit that. Create an IAM
      user for the command line and for programs instead.
    </Alert>
  );
}

function Advice({ userName }: { userName: string }) {
  return (
    <Box>
      The key lets whoever has it do what <b>{userName}</b> may do. Keep it out of code and out of
      repositories, and deactivate it as soon as it is no longer needed.
    </Box>
  );
}
