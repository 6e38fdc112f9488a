import { DeleteLoginProfileCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import { iam } from "../../api/iam.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

export function DisableAccessDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const task = useTask();
  const disable = async () => {
    if (!(await task.run(() => iam.send(new DeleteLoginProfileCommand({ UserName: name }))))) return;
    onClose();
    flash(`Console access disabled for ${name}.`);
  };
  return (
    <FormDialog
      title="Disable console access"
      submitText="Disable access"
      task={task}
      onSubmit={() => void disable()}
      onCancel={onClose}
    >
      <Box>
        This deletes the password of <b>{name}</b> and ends all console sessions of this user. Access keys
        continue to work.
      </Box>
    </FormDialog>
  );
}
