import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { putAccountName } from "../../api/iamd.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

const LONGEST = 50;

export function NameDialog({ name, onClose }: { name: string; onClose: (changed: boolean) => void }) {
  const [typed, setTyped] = useState(name);
  const task = useTask();
  const save = async () => {
    const done = await task.run(() => putAccountName({ AccountName: typed }));
    if (!done) return;
    flash("Account name saved.");
    onClose(true);
  };
  return (
    <FormDialog
      title="Edit account name"
      submitText="Save changes"
      task={task}
      disabled={typed === "" || typed.length > LONGEST || typed === name}
      onSubmit={save}
      onCancel={() => onClose(false)}
    >
      <FormField label="Account name" constraintText={`1 to ${LONGEST} characters, without < and >.`}>
        <Input value={typed} autoComplete={false} onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
