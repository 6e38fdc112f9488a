import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { CurrentSession } from "../../api/iamd.ts";
import { formatCount } from "../../shared/format.ts";
import { RECOVERY_CODES } from "../../shared/paths.ts";

const LOW_COUNT = 3;

/** The number of remaining recovery codes. */
export function RecoveryCodesStatus({ session }: { session: CurrentSession }) {
  const remaining = session.RecoveryCodesLeft ?? 0;
  return (
    <Container
      header={
        <Header
          description="Use a recovery code to sign in when your MFA devices are not available. Each code works once."
          actions={<Button href={RECOVERY_CODES}>Create new recovery codes</Button>}
        >
          Recovery codes
        </Header>
      }
    >
      {remaining > LOW_COUNT ? (
        <Box>{formatCount(remaining, "recovery code")} remaining</Box>
      ) : (
        <StatusIndicator type="warning">
          {remaining === 0
            ? "No recovery codes remaining"
            : `Only ${formatCount(remaining, "recovery code")} remaining`}
        </StatusIndicator>
      )}
    </Container>
  );
}
