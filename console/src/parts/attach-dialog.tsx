import type { Policy } from "@aws-sdk/client-iam";
import { useState } from "react";
import { attachPolicy, type Entity } from "../data/entity-policies.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
import { formatCount } from "../shared/format.ts";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";
import { PolicyPicker } from "./policy-picker.tsx";

type Props = { entity: Entity; onAttached: () => void; onCancel: () => void };

export function AttachDialog({ entity, onAttached, onCancel }: Props) {
  const [chosen, setChosen] = useState<readonly Policy[]>([]);
  const task = useTask();
  const add = async () => {
    const done = await task.run(async () => {
      for (const { Arn = "" } of chosen) await attachPolicy(entity, Arn);
    });
    if (!done) return;
    flash(`${formatCount(chosen.length, "policy", "policies")} attached to ${entity.name}.`);
    onAttached();
  };
  return (
    <FormDialog
      title={`Attach policies to ${entity.name}`}
      submitText="Attach policies"
      size="large"
      task={task}
      disabled={chosen.length === 0}
      onSubmit={() => void add()}
      onCancel={onCancel}
    >
      <PolicyPicker title="Other permissions policies" chosen={chosen} onChange={setChosen} />
    </FormDialog>
  );
}
