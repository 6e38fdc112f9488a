import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { type Entity, inlineDocument, putInline } from "../data/permissions.ts";
import { documentError, EMPTY_DOCUMENT } from "../data/policies.ts";
import { Ask } from "../shared/ask.tsx";
import { Failed } from "../shared/failed.tsx";
import { flash } from "../state/flashes.ts";
import { useLoad } from "../state/load.ts";
import { useTask } from "../state/task.ts";

type Props = { entity: Entity; name: string | undefined; onSaved: () => void; onCancel: () => void };

/** An inline policy as JSON: a new one, or the one of that name. */
export function InlineDialog({ entity, name, onSaved, onCancel }: Props) {
  const stored = useLoad(`inline ${name}`, async () =>
    name ? inlineDocument(entity, name) : EMPTY_DOCUMENT,
  );
  const [typedName, setTypedName] = useState(name ?? "");
  const [typed, setTyped] = useState<string>();
  const task = useTask();
  const document = typed ?? stored.data ?? "";
  const error = document === "" ? undefined : documentError(document);
  const save = async () => {
    if (!(await task.run(() => putInline(entity, typedName, document)))) return;
    flash(`Policy ${typedName} saved.`);
    onSaved();
  };
  return (
    <Ask
      title={name ? `Edit inline policy ${name}` : "Create inline policy"}
      act={name ? "Save changes" : "Create policy"}
      size="large"
      task={task}
      disabled={typedName === "" || document === "" || error !== undefined}
      onAct={() => void save()}
      onCancel={onCancel}
    >
      {name === undefined && (
        <FormField
          label="Policy name"
          constraintText="Maximum 128 characters. Use alphanumeric and '+ = , . @ - _' characters."
        >
          <Input
            value={typedName}
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => setTypedName(detail.value)}
          />
        </FormField>
      )}
      <Failed failure={stored.failure} retry={stored.reload} />
      <FormField label="Policy document (JSON)" errorText={error} stretch>
        <div className="json">
          <Textarea
            rows={14}
            value={document}
            spellcheck={false}
            disabled={stored.data === undefined}
            onChange={({ detail }) => setTyped(detail.value)}
          />
        </div>
      </FormField>
    </Ask>
  );
}
