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

/** An inline policy as JSON: a new one, or the one of that name. */
export function InlineDialog({ entity, name, onSaved, onCancel }: Props) {
  const stored = useLoad(`inline ${name}`, async () => (name ? getInlinePolicy(entity, name) : EMPTY_POLICY));
  const [typedName, setTypedName] = useState(name ?? "");
  const [typed, setTyped] = useState<string>();
  const task = useTask();
  const document = typed ?? stored.data ?? "";
  const save = async () => {
    if (!(await task.run(() => putInlinePolicy(entity, typedName, document)))) return;
    flash(`Policy ${typedName} saved.`);
    onSaved();
  };
  return (
    <FormDialog
      title={name ? `Edit inline policy ${name}` : "Create inline policy"}
      submitText={name ? "Save changes" : "Create policy"}
      size="large"
      task={task}
      disabled={typedName === "" || !isJson(document)}
      onSubmit={() => void save()}
      onCancel={onCancel}
    >
      {name === undefined && (
        <TextField
          label="Policy name"
          constraint={NAME_CONSTRAINT}
          value={typedName}
          onChange={setTypedName}
        />
      )}
      <ErrorAlert error={stored.error} retry={stored.reload} />
      <JsonField
        label="Policy document (JSON)"
        value={stored.data === undefined ? undefined : document}
        onChange={setTyped}
      />
    </FormDialog>
  );
}
