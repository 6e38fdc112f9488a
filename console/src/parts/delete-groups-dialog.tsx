import { deleteGroup } from "../data/groups.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { names: readonly string[]; onDeleted: () => void; onCancel: () => void };

/** Deletes user groups. */
export function DeleteGroupsDialog({ names, ...then }: Props) {
  return (
    <DeleteDialog thing="user group" chosen={names} nameOf={(name) => name} remove={deleteGroup} {...then}>
      The users in it stay, but lose the permissions that they had through it. It cannot be undone.
    </DeleteDialog>
  );
}
