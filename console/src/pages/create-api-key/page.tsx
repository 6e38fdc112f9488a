import type { ServiceSpecificCredential } from "@aws-sdk/client-iam";
import { useState } from "react";
import { createApiKey } from "../../data/api-keys.ts";
import { Page } from "../../shared/page.tsx";
import { SERVICES } from "../../shared/paths.ts";
import { flash } from "../../state/flashes.ts";
import { navigate } from "../../state/router.ts";
import { RequireConfirmation } from "../../state/session.tsx";
import { useTask } from "../../state/task.ts";
import { ApiKeyForm, type ApiKeyOptions } from "./api-key-form.tsx";
import { RetrieveApiKey } from "./retrieve-api-key.tsx";

/** Creates an API key for a user that is chosen here. */
export default function CreateApiKey() {
  const [created, setCreated] = useState(false);
  return (
    <Page title={created ? "Retrieve API key" : "Create API key"}>
      <RequireConfirmation>
        <CreateApiKeySteps onCreated={() => setCreated(true)} />
      </RequireConfirmation>
    </Page>
  );
}

function CreateApiKeySteps({ onCreated }: { onCreated: () => void }) {
  const [key, setKey] = useState<ServiceSpecificCredential>();
  const task = useTask();
  const create = ({ userName, ageDays }: ApiKeyOptions) =>
    task.run(async () => {
      setKey(await createApiKey(userName, ageDays));
      onCreated();
    });
  const finish = () => {
    navigate(SERVICES);
    flash("API key created.");
  };
  if (key) return <RetrieveApiKey apiKey={key} onDone={finish} />;
  return <ApiKeyForm task={task} onCreate={(options) => void create(options)} />;
}
