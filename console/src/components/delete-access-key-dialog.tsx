import Box from "@cloudscape-design/components/box";
import { deleteAccessKey } from "../data/access-keys.ts";
import type { CredentialOwner } from "../data/credential-owner.ts";
import { ConfirmationDialog } from "../shared/form-dialog.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type Props = { owner: CredentialOwner; keyId: string; onDeleted: () => void; onCancel: () => void };

export function DeleteAccessKeyDialog({ owner, keyId, onDeleted, onCancel }: Props) {
  const task = useTask();
  const deleteKey = async () => {
    if (!(await task.run(() => deleteAccessKey(owner, keyId)))) return;
    flash(`Access key ${keyId} deleted.`);
    onDeleted();
  };
  return (
    <ConfirmationDialog
      title={`Delete ${keyId}?`}
      submitText="Delete"
      confirmationText={keyId}
      task={task}
      onSubmit={() => void deleteKey()}
      onCancel={onCancel}
    >
      <Box>Programs that use this access key lose access immediately. This cannot be undone.</Box>
    </ConfirmationDialog>
  );
}
