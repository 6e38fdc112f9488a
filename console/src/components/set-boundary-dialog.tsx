import type { Policy } from "@aws-sdk/client-iam";
import { useState } from "react";
import { putPermissionsBoundary, type UserOrRole } from "../data/permissions-boundaries.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";
import { PolicyPicker } from "./policy-picker.tsx";

type Props = { entity: UserOrRole; onSaved: () => void; onCancel: () => void };

export function SetBoundaryDialog({ entity, onSaved, onCancel }: Props) {
  const [selected, setSelected] = useState<readonly Policy[]>([]);
  const task = useTask();
  const save = async () => {
    if (!(await task.run(() => putPermissionsBoundary(entity, selected[0]?.Arn ?? "")))) return;
    flash(`Permissions boundary set for ${entity.name}.`);
    onSaved();
  };
  return (
    <FormDialog
      title="Set permissions boundary"
      submitText="Set boundary"
      size="large"
      task={task}
      disabled={selected.length === 0}
      onSubmit={() => void save()}
      onCancel={onCancel}
    >
      <PolicyPicker title="Policies" type="single" selected={selected} onChange={setSelected} />
    </FormDialog>
  );
}
