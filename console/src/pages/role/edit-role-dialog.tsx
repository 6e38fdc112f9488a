import type { Role } from "@aws-sdk/client-iam";
import { useState } from "react";
import { RoleDescriptionField } from "../../components/role-description-field.tsx";
import { SessionDurationField } from "../../components/session-duration-field.tsx";
import { isServiceLinked, updateRole } from "../../data/roles.ts";
import { HOUR, isSessionDuration } from "../../data/session-duration.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

type Props = { role: Role; onSaved: () => void; onCancel: () => void };

/** Edits a role's description and maximum session duration; of a service-linked role, only the description. */
export function EditRoleDialog({ role, onSaved, onCancel }: Props) {
  const name = role.RoleName ?? "";
  const serviceLinked = isServiceLinked(role);
  const [description, setDescription] = useState(role.Description ?? "");
  const [duration, setDuration] = useState(role.MaxSessionDuration ?? HOUR);
  const task = useTask();
  const save = async () => {
    if (!(await task.run(() => updateRole(name, description, serviceLinked ? undefined : duration)))) return;
    flash(`Role ${name} updated.`);
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
      <RoleDescriptionField value={description} onChange={setDescription} />
      {!serviceLinked && <SessionDurationField value={duration} onChange={setDuration} />}
    </FormDialog>
  );
}
