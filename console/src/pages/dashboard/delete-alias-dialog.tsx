import { DeleteAccountAliasCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import { iam } from "../../api/iam.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

type Props = { alias: string; onClose: (changed: boolean) => void };

export function DeleteAliasDialog({ alias, onClose }: Props) {
  const task = useTask();
  const deleteAlias = async () => {
    const succeeded = await task.run(() => iam.send(new DeleteAccountAliasCommand({ AccountAlias: alias })));
    if (!succeeded) return;
    flash(`Account alias ${alias} deleted.`);
    onClose(true);
  };
  return (
    <FormDialog
      title="Delete account alias"
      submitText="Delete alias"
      task={task}
      onSubmit={deleteAlias}
      onCancel={() => onClose(false)}
    >
      <Box>
        Users can no longer sign in with the alias <b>{alias}</b>, only with the account ID.
      </Box>
    </FormDialog>
  );
}
