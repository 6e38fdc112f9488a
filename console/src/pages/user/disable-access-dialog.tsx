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
    flash(`Console access of ${name} disabled.`);
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
        The password of <b>{name}</b> is deleted, and every console session of this user ends. Access keys
        still work.
      </Box>
    </FormDialog>
  );
}
