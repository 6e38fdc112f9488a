import { useState } from "react";
import { type Entity, getInlinePolicy, putInlinePolicy } from "../data/entity-policies.ts";
import { EMPTY_POLICY, isJson } from "../data/policy-documents.ts";
import { ErrorAlert } from "../shared/error-alert.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";
import { JsonField } from "../shared/json.tsx";
import { NAME_CONSTRAINT, TextField } from "../shared/text-field.tsx";
import { flash } from "../state/flashes.ts";
import { useLoad } from "../state/load.ts";
import { useTask } from "../state/task.ts";

type Props = { entity: Entity; name: string | undefined; onSaved: () => void; onCancel: () => void };

/** Creates an inline policy, or edits the one of that name. */
export function InlinePolicyDialog({ entity, name, onSaved, onCancel }: Props) {
  const savedDocument = useLoad(`inline ${name}`, async () =>
    name ? getInlinePolicy(entity, name) : EMPTY_POLICY,
  );
  const [policyName, setPolicyName] = useState(name ?? "");
  const [editedDocument, setEditedDocument] = useState<string>();
  const task = useTask();
  const document = editedDocument ?? savedDocument.data ?? "";
  const save = async () => {
    if (!(await task.run(() => putInlinePolicy(entity, policyName, document)))) return;
    flash(`Policy ${policyName} saved.`);
    onSaved();
  };
  return (
    <FormDialog
      title={name ? `Edit inline policy ${name}` : "Create inline policy"}
      submitText={name ? "Save changes" : "Create policy"}
      size="large"
      task={task}
      disabled={policyName === "" || !isJson(document)}
      onSubmit={() => void save()}
      onCancel={onCancel}
    >
      {name === undefined && (
        <TextField
          label="Policy name"
          constraint={NAME_CONSTRAINT}
          value={policyName}
          onChange={setPolicyName}
        />
      )}
      <ErrorAlert error={savedDocument.error} retry={savedDocument.reload} />
      <JsonField
        label="Policy document (JSON)"
        value={savedDocument.data === undefined ? undefined : document}
        onChange={setEditedDocument}
      />
    </FormDialog>
  );
}
