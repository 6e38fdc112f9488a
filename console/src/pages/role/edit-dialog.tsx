import type { Role } from "@aws-sdk/client-iam";
import { useState } from "react";
import { isServiceLinked, updateRole } from "../../data/roles.ts";
import { HOUR, isSessionDuration } from "../../data/session-duration.ts";
import { RoleDescription } from "../../parts/role-description.tsx";
import { SessionDuration } from "../../parts/session-duration.tsx";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

type Props = { role: Role; onSaved: () => void; onCancel: () => void };

/** A role's description, and how long its sessions may last; a service-linked role has only the first to change. */
export function EditDialog({ role, onSaved, onCancel }: Props) {
  const name = role.RoleName ?? "";
  const fixed = isServiceLinked(role);
  const [description, setDescription] = useState(role.Description ?? "");
  const [duration, setDuration] = useState(role.MaxSessionDuration ?? HOUR);
  const task = useTask();
  const save = async () => {
    if (!(await task.run(() => updateRole(name, description, fixed ? undefined : duration)))) return;
    flash(`Role ${name} saved.`);
    onSaved();
  };
  return (
    <FormDialog
      title={`Edit ${name}`}
      submitText="Save changes"
      task={task}
      disabled={!isSessionDuration(duration)}
      onSubmit={() => void save()}
      onCancel={onCancel}
    >
      <RoleDescription value={description} onChange={setDescription} />
      {!fixed && <SessionDuration value={duration} onChange={setDuration} />}
    </FormDialog>
  );
}
