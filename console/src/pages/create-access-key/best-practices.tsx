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

/** Best practices for access keys, before one is created; the root user must acknowledge them. */
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
      Anyone who has a root user access key has unrestricted access to this account, and no policy can limit
      it. Create an IAM user for the command line and for programs instead.
    </Alert>
  );
}

function Advice({ userName }: { userName: string }) {
  return (
    <Box>
      Anyone who has the access key has the permissions of <b>{userName}</b>. Never store it in plain text, in
      code, or in a code repository. Deactivate it when it is no longer needed.
    </Box>
  );
}
