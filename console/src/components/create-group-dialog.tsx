import type { Policy } from "@aws-sdk/client-iam";
import { useState } from "react";
import { createGroup } from "../data/groups.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
import { NAME_CONSTRAINT, TextField } from "../shared/text-field.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";
import { PolicyPicker } from "./policy-picker.tsx";

type Props = { onCreated: (name: string) => void; onCancel: () => void };

/** Creates a user group without leaving the page. */
export function CreateGroupDialog({ onCreated, onCancel }: Props) {
  const [name, setName] = useState("");
  const [policies, setPolicies] = useState<readonly Policy[]>([]);
  const task = useTask();
  const create = async () => {
    const succeeded = await task.run(async () => {
      const errors = await createGroup(
        name.trim(),
        [],
        policies.map(({ Arn = "" }) => Arn),
      );
      for (const error of errors) flash(error.message, "error");
    });
    if (succeeded) onCreated(name.trim());
  };
  return (
    <FormDialog
      title="Create user group"
      submitText="Create user group"
      size="large"
      task={task}
      disabled={name.trim() === ""}
      onSubmit={() => void create()}
      onCancel={onCancel}
    >
      <TextField label="User group name" constraint={NAME_CONSTRAINT} value={name} onChange={setName} />
      <PolicyPicker title="Permissions policies" selected={policies} onChange={setPolicies} />
    </FormDialog>
  );
}
