import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { putAccountName } from "../../api/iamd.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

const MAX_LENGTH = 50;

export function AccountNameDialog({ name, onClose }: { name: string; onClose: (changed: boolean) => void }) {
  const [newName, setNewName] = useState(name);
  const task = useTask();
  const save = async () => {
    const succeeded = await task.run(() => putAccountName({ AccountName: newName }));
    if (!succeeded) return;
    flash("Account name updated.");
    onClose(true);
  };
  return (
    <FormDialog
      title="Edit account name"
      submitText="Save changes"
      task={task}
      disabled={newName === "" || newName.length > MAX_LENGTH || newName === name}
      onSubmit={save}
      onCancel={() => onClose(false)}
    >
      <FormField label="Account name" constraintText={`1 to ${MAX_LENGTH} characters, except < and >.`}>
        <Input value={newName} autoComplete={false} onChange={({ detail }) => setNewName(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
