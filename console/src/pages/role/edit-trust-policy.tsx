import Container from "@cloudscape-design/components/container";
import { useState } from "react";
import { isJson } from "../../data/policy-documents.ts";
import { decodeTrustPolicy, getRole, updateTrustPolicy } from "../../data/roles.ts";
import { AsyncContent } from "../../shared/async-content.tsx";
import { ErrorAlert } from "../../shared/error-alert.tsx";
import { JsonField } from "../../shared/json.tsx";
import { Page } from "../../shared/page.tsx";
import { rolePath } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { useTask } from "../../state/task.ts";

export default function EditTrustPolicy({ name }: { name: string }) {
  const trustPolicy = useLoad(`trust policy ${name}`, async () => decodeTrustPolicy(await getRole(name)));
  return (
    <Page title="Edit trust policy">
      <AsyncContent state={trustPolicy}>
        {(savedDocument) => <TrustPolicyForm name={name} savedDocument={savedDocument} />}
      </AsyncContent>
    </Page>
  );
}

function TrustPolicyForm({ name, savedDocument }: { name: string; savedDocument: string }) {
  const [document, setDocument] = useState(savedDocument);
  const task = useTask();
  const returnPath = rolePath(name, "trust_relationships");
  const save = async () => {
    if (!(await task.run(() => updateTrustPolicy(name, document)))) return;
    navigate(returnPath);
    flash("Trust policy updated.");
  };
  return (
    <SubmitForm
      submitText="Update policy"
      cancelHref={returnPath}
      busy={task.busy}
      disabled={!isJson(document)}
      onSubmit={() => void save()}
    >
      <Container>
        <JsonField label="Trust policy (JSON)" rows={20} value={document} onChange={setDocument} />
      </Container>
      <ErrorAlert error={task.error} />
    </SubmitForm>
  );
}
