import { deleteUser } from "../data/users.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { names: readonly string[]; onDeleted: () => void; onCancel: () => void };

/** Deletes users, with all that belongs to them. */
export function DeleteUsersDialog({ names, ...then }: Props) {
  return (
    <DeleteDialog thing="user" chosen={names} nameOf={(name) => name} remove={deleteUser} {...then}>
      This deletes passwords, access keys, MFA devices, inline policies and group memberships with it. It
      cannot be undone.
    </DeleteDialog>
  );
}
