import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { NewTagsContainer } from "../../components/tags-editor.tsx";
import { addProvider, THUMBPRINT_HINT } from "../../data/providers.ts";
import type { KeyValue } from "../../data/tags.ts";
import { providerName } from "../../data/trust-policy.ts";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { Page } from "../../shared/page.tsx";
import { PROVIDERS, providerPath } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { TextField } from "../../shared/text-field.tsx";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { useTask } from "../../state/task.ts";

export default function AddProvider() {
  const [url, setUrl] = useState("");
  const [audience, setAudience] = useState("");
  const [thumbprint, setThumbprint] = useState("");
  const [tags, setTags] = useState<readonly KeyValue[]>([]);
  const task = useTask();
  const add = () =>
    task.run(async () => {
      const arn = await addProvider({
        url: url.trim(),
        audience: audience.trim(),
        thumbprint: thumbprint.trim() || undefined,
        tags,
      });
      navigate(providerPath(arn));
      flash(`Identity provider ${providerName(arn)} added.`);
    });
  return (
    <Page title="Add an identity provider">
      <SubmitForm
        submitText="Add provider"
        cancelHref={PROVIDERS}
        busy={task.busy}
        disabled={!url.trim().startsWith("https://") || audience.trim() === ""}
        onSubmit={() => void add()}
      >
        <Container header={<Header>Provider details</Header>}>
          <SpaceBetween size="l">
            <Box>
              <Box variant="awsui-key-label">Provider type</Box>
              OpenID Connect
            </Box>
            <TextField
              label="Provider URL"
              description="The issuer, as in the iss claim of its tokens. The server discovers the issuer's keys at this URL."
              constraint={'Must begin with "https://".'}
              placeholder="https://example.com"
              value={url}
              onChange={setUrl}
            />
            <TextField
              label="Audience"
              description="The client ID of the application. Tokens issued for any other audience are rejected."
              value={audience}
              onChange={setAudience}
            />
            <TextField
              label={
                <>
                  Thumbprint – <i>optional</i>
                </>
              }
              description="The thumbprint of the last certificate in the provider's chain. If you leave it empty, the server retrieves it from the provider."
              constraint={THUMBPRINT_HINT}
              value={thumbprint}
              onChange={setThumbprint}
            />
          </SpaceBetween>
        </Container>
        <NewTagsContainer tags={tags} onChange={setTags} />
        <ErrorAlert error={task.error} />
      </SubmitForm>
    </Page>
  );
}
