import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { getRevocationTime, revokeSessions } from "../../data/roles.ts";
import { REVOCATION_POLICY_NAME } from "../../data/session-revocation.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { formatDate } from "../../shared/format.ts";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { useTask } from "../../state/task.ts";

/** Revokes the role's active sessions. */
export function RevokeSessionsTab({ name }: { name: string }) {
  const revocationTime = useLoad(`revocation time ${name}`, () => getRevocationTime(name));
  const [confirming, setConfirming] = useState(false);
  const handleRevoked = () => {
    setConfirming(false);
    revocationTime.reload();
  };
  return (
    <Container
      header={
        <Header actions={<Button onClick={() => setConfirming(true)}>Revoke active sessions</Button>}>
          Revoke all active sessions
        </Header>
      }
    >
      <SpaceBetween size="m">
        {revocationTime.data && (
          <Alert type="info">Sessions issued before {formatDate(revocationTime.data)} are revoked.</Alert>
        )}
        <Box>
          To revoke all active sessions, IAM attaches the inline policy <b>{REVOCATION_POLICY_NAME}</b> to the
          role. It immediately denies all permissions to sessions issued before the policy was attached.
        </Box>
        <Box>
          New sessions are not affected: trusted entities can assume the role again. To restore the revoked
          sessions, delete the inline policy on the Permissions tab.
        </Box>
      </SpaceBetween>
      {confirming && (
        <RevokeDialog name={name} onRevoked={handleRevoked} onCancel={() => setConfirming(false)} />
      )}
    </Container>
  );
}

type DialogProps = { name: string; onRevoked: () => void; onCancel: () => void };

function RevokeDialog({ name, onRevoked, onCancel }: DialogProps) {
  const [acknowledged, setAcknowledged] = useState(false);
  const task = useTask();
  const revoke = async () => {
    if (!(await task.run(() => revokeSessions(name)))) return;
    flash(`All active sessions of ${name} revoked.`);
    onRevoked();
  };
  return (
    <FormDialog
      title={`Revoke all active sessions of ${name}?`}
      submitText="Revoke active sessions"
      task={task}
      disabled={!acknowledged}
      onSubmit={() => void revoke()}
      onCancel={onCancel}
    >
      <Box>Active sessions stop working until the role is assumed again.</Box>
      <Checkbox checked={acknowledged} onChange={({ detail }) => setAcknowledged(detail.checked)}>
        I acknowledge that I am revoking all active sessions for this role.
      </Checkbox>
    </FormDialog>
  );
}
