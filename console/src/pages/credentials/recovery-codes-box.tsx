import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { CurrentSession } from "../../api/iamd.ts";
import { formatCount } from "../../shared/format.ts";
import { RECOVERY_CODES } from "../../shared/paths.ts";

const FEW = 3;

/** How many recovery codes are left. */
export function RecoveryCodesBox({ session }: { session: CurrentSession }) {
  const left = session.RecoveryCodesLeft ?? 0;
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
      {left > FEW ? (
        <Box>{formatCount(left, "recovery code")} left.</Box>
      ) : (
        <StatusIndicator type="warning">
          {left === 0 ? "No recovery codes left." : `Only ${formatCount(left, "recovery code")} left.`}
        </StatusIndicator>
      )}
    </Container>
  );
}
