import { deleteUser } from "../data/users.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { names: readonly string[]; onDeleted: () => void; onCancel: () => void };

export function DeleteUsersDialog({ names, ...callbacks }: Props) {
  return (
    <DeleteDialog noun="user" items={names} getName={(name) => name} deleteItem={deleteUser} {...callbacks}>
      This also deletes the user's password, access keys, MFA devices, inline policies and group memberships.
      This cannot be undone.
    </DeleteDialog>
  );
}
