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

/** How to end what sessions of the role may do. */
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
          <Alert type="info">Sessions from before {formatDate(revocationTime.data)} are revoked.</Alert>
        )}
        <Box>
          Temporary credentials cannot be taken back, but they can be made worthless. Revoking puts the inline
          policy <b>{REVOCATION_POLICY_NAME}</b> on the role, which denies everything to all sessions that
          there are at that moment. It holds from their next request.
        </Box>
        <Box>
          Whoever the role trusts can assume it anew, and is not affected then. To let the old sessions go on,
          delete the inline policy under Permissions.
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
    flash(`All active sessions of ${name} are revoked.`);
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
      <Box>Whatever works with such a session now is refused until it assumes the role anew.</Box>
      <Checkbox checked={acknowledged} onChange={({ detail }) => setAcknowledged(detail.checked)}>
        I acknowledge that I am revoking all active sessions for this role.
      </Checkbox>
    </FormDialog>
  );
}
