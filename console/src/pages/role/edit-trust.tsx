import Container from "@cloudscape-design/components/container";
import { useState } from "react";
import { isJson } from "../../data/policy-documents.ts";
import { getRole, trustPolicy, updateTrustPolicy } from "../../data/roles.ts";
import { Failed } from "../../shared/failed.tsx";
import { JsonField } from "../../shared/json.tsx";
import { Page } from "../../shared/page.tsx";
import { Part } from "../../shared/part.tsx";
import { rolePath } from "../../shared/paths.ts";
import { SubmitForm } from "../../shared/submit-form.tsx";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { navigate } from "../../state/router.ts";
import { useTask } from "../../state/task.ts";

export default function EditTrust({ name }: { name: string }) {
  const trust = useLoad(`trust ${name}`, async () => trustPolicy(await getRole(name)));
  return (
    <Page title="Edit trust policy">
      <Part of={trust}>{(stored) => <TrustForm name={name} stored={stored} />}</Part>
    </Page>
  );
}

function TrustForm({ name, stored }: { name: string; stored: string }) {
  const [document, setDocument] = useState(stored);
  const task = useTask();
  const back = rolePath(name, "trust_relationships");
  const save = async () => {
    if (!(await task.run(() => updateTrustPolicy(name, document)))) return;
    navigate(back);
    flash("Trust policy updated.");
  };
  return (
    <SubmitForm
      act="Update policy"
      cancel={back}
      busy={task.busy}
      disabled={!isJson(document)}
      onSubmit={() => void save()}
    >
      <Container>
        <JsonField label="Trust policy (JSON)" rows={20} value={document} onChange={setDocument} />
      </Container>
      <Failed failure={task.failure} />
    </SubmitForm>
  );
}
