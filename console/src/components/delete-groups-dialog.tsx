import { deleteGroup } from "../data/groups.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { names: readonly string[]; onDeleted: () => void; onCancel: () => void };

export function DeleteGroupsDialog({ names, ...callbacks }: Props) {
  return (
    <DeleteDialog
      noun="user group"
      items={names}
      getName={(name) => name}
      deleteItem={deleteGroup}
      {...callbacks}
    >
      The users in the group are not deleted, but lose the permissions of the group. This cannot be undone.
    </DeleteDialog>
  );
}
