import type { AccessKey } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { downloadCsv } from "../../shared/download.ts";
import { SecretValue } from "../../shared/secret-value.tsx";

/** A new access key: the only time that its secret is shown. */
export function RetrieveAccessKey({ accessKey, onDone }: { accessKey: AccessKey; onDone: () => void }) {
  const { AccessKeyId: id = "", SecretAccessKey: secret = "", UserName: userName = "root" } = accessKey;
  const rows = [
    ["Access key ID", "Secret access key"],
    [id, secret],
  ];
  const downloadKey = () => downloadCsv(`${userName}_accessKeys.csv`, rows, ["Secret access key"]);
  return (
    <SpaceBetween size="l">
      <Alert type="warning">
        This is the only time that the secret access key can be viewed or downloaded. You cannot recover it
        later. However, you can create a new access key any time.
      </Alert>
      <Container header={<Header>Access key</Header>}>
        <KeyValuePairs
          columns={2}
          minColumnWidth={190}
          items={[
            { label: "Access key", value: <CopyableText value={id} name="Access key" /> },
            { label: "Secret access key", value: <SecretValue value={secret} name="Secret access key" /> },
          ]}
        />
      </Container>
      <SpaceBetween direction="horizontal" size="xs">
        <Button iconName="download" onClick={downloadKey}>
          Download .csv file
        </Button>
        <Button variant="primary" onClick={onDone}>
          Done
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
