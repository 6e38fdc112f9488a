import type { Policy } from "@aws-sdk/client-iam";
import { useState } from "react";
import { attachPolicy, type Entity } from "../data/entity-policies.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
import { formatCount } from "../shared/format.ts";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";
import { PolicyPicker } from "./policy-picker.tsx";

type Props = { entity: Entity; onAttached: () => void; onCancel: () => void };

export function AttachPoliciesDialog({ entity, onAttached, onCancel }: Props) {
  const [selected, setSelected] = useState<readonly Policy[]>([]);
  const task = useTask();
  const attach = async () => {
    const succeeded = await task.run(async () => {
      for (const { Arn = "" } of selected) await attachPolicy(entity, Arn);
    });
    if (!succeeded) return;
    flash(`${formatCount(selected.length, "policy", "policies")} attached to ${entity.name}.`);
    onAttached();
  };
  return (
    <FormDialog
      title={`Attach policies to ${entity.name}`}
      submitText="Attach policies"
      size="large"
      task={task}
      disabled={selected.length === 0}
      onSubmit={() => void attach()}
      onCancel={onCancel}
    >
      <PolicyPicker title="Other permissions policies" selected={selected} onChange={setSelected} />
    </FormDialog>
  );
}
