import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { createRecoveryCodes } from "../api/iamd.ts";
import { AsyncContent } from "../shared/async-content.tsx";
import { downloadText } from "../shared/download.ts";
import { useLoad } from "../state/load.ts";
import { useSession } from "../state/session.tsx";

type Props = { onSaved: () => void; onSkip: () => void };

/** Creates recovery codes and shows them, only this once. If that fails, the user can continue without them. */
export function NewRecoveryCodes({ onSaved, onSkip }: Props) {
  const created = useLoad("recovery codes", createRecoveryCodes);
  return (
    <Container
      header={
        <Header description="Use each code once to sign in without an MFA device. Store the codes in a safe place, apart from your password.">
          Recovery codes
        </Header>
      }
    >
      <SpaceBetween size="l">
        <AsyncContent state={created}>{({ RecoveryCodes: codes }) => <Codes codes={codes} />}</AsyncContent>
        {created.data && (
          <Button variant="primary" onClick={onSaved}>
            I have saved my recovery codes
          </Button>
        )}
        {created.error && <Button onClick={onSkip}>Continue without new codes</Button>}
      </SpaceBetween>
    </Container>
  );
}

function Codes({ codes }: { codes: string[] }) {
  const lines = codes.join("\n");
  const owner = useSession().Arn;
  return (
    <SpaceBetween size="l">
      <Alert type="warning">
        This is the only time that you can view these codes. Copy or download them before you continue.
      </Alert>
      <ol className="recovery-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <Box variant="code">{code}</Box>
          </li>
        ))}
      </ol>
      <SpaceBetween direction="horizontal" size="xs">
        <CopyToClipboard
          variant="button"
          copyButtonText="Copy"
          copyButtonAriaLabel="Copy recovery codes"
          textToCopy={lines}
          copySuccessText="Recovery codes copied"
          copyErrorText="Recovery codes could not be copied"
        />
        <Button
          iconName="download"
          onClick={() => downloadText("recovery-codes.txt", `Recovery codes for ${owner}\n\n${lines}\n`)}
        >
          Download .txt
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
