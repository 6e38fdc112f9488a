import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { CurrentSession } from "../../api/iamd.ts";
import { formatCount } from "../../shared/format.ts";
import { RECOVERY_CODES } from "../../shared/paths.ts";

const LOW_COUNT = 3;

/** How many recovery codes are left. */
export function RecoveryCodesStatus({ session }: { session: CurrentSession }) {
  const remaining = session.RecoveryCodesLeft ?? 0;
  return (
    <Container
      header={
        <Header
          description="Each signs you in once in place of an MFA device, for the day that none is at hand."
          actions={<Button href={RECOVERY_CODES}>Create new recovery codes</Button>}
        >
          Recovery codes
        </Header>
      }
    >
      {remaining > LOW_COUNT ? (
        <Box>{formatCount(remaining, "recovery code")} left.</Box>
      ) : (
        <StatusIndicator type="warning">
          {remaining === 0
            ? "No recovery codes left."
            : `Only ${formatCount(remaining, "recovery code")} left.`}
        </StatusIndicator>
      )}
    </Container>
  );
}
