import type { ServiceSpecificCredential } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { CopyableText } from "../../shared/copyable-text.tsx";
import { SecretValue } from "../../shared/secret-value.tsx";

/** A new API key: the only time that it is shown. */
export function RetrieveApiKey({
  apiKey,
  onDone,
}: {
  apiKey: ServiceSpecificCredential;
  onDone: () => void;
}) {
  const { UserName: userName = "", ServiceSpecificCredentialId: id = "" } = apiKey;
  const secret = apiKey.ServiceCredentialSecret ?? "";
  return (
    <SpaceBetween size="l">
      <Alert type="warning">
        This is the only time that the API key can be viewed. You cannot recover it later. However, you can
        create a new API key any time.
      </Alert>
      <Container header={<Header>API key</Header>}>
        <KeyValuePairs
          columns={3}
          minColumnWidth={190}
          items={[
            { label: "User", value: userName },
            { label: "API key ID", value: <CopyableText value={id} name="API key ID" /> },
            { label: "API key", value: <SecretValue value={secret} name="API key" /> },
          ]}
        />
      </Container>
      <Button variant="primary" onClick={onDone}>
        Done
      </Button>
    </SpaceBetween>
  );
}
