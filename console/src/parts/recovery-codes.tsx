import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { createRecoveryCodes } from "../api/iamd.ts";
import { AsyncContent } from "../shared/async-content.tsx";
import { download } from "../shared/download.ts";
import { useLoad } from "../state/load.ts";
import { useSession } from "../state/session.tsx";

type Props = { onSaved: () => void; onSkip: () => void };

/** Makes recovery codes and shows them: this once. Where none can be made, it goes on without. */
export function RecoveryCodes({ onSaved, onSkip }: Props) {
  const made = useLoad("recovery codes", createRecoveryCodes);
  return (
    <Container
      header={
        <Header description="Each code signs you in once in place of an MFA device. Keep them where your password is not.">
          Recovery codes
        </Header>
      }
    >
      <SpaceBetween size="l">
        <AsyncContent state={made}>{({ RecoveryCodes: codes }) => <Codes codes={codes} />}</AsyncContent>
        {made.data && (
          <Button variant="primary" onClick={onSaved}>
            I have saved them
          </Button>
        )}
        {made.error && <Button onClick={onSkip}>Go on without new codes</Button>}
      </SpaceBetween>
    </Container>
  );
}

function Codes({ codes }: { codes: string[] }) {
  const lines = codes.join("\n");
  const owner = useSession().Arn;
  return (
    <SpaceBetween size="l">
      <Alert type="warning">They are shown only now. Copy or download them before you go on.</Alert>
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
          onClick={() =>
            download("recovery-codes.txt", `Recovery codes of ${owner}\n\n${lines}\n`, "text/plain")
          }
        >
          Download .txt
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
