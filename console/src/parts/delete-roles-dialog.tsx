import type { Role } from "@aws-sdk/client-iam";
import { deleteRole } from "../data/roles.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { roles: readonly Role[]; onDeleted: () => void; onCancel: () => void };

/** Deletes roles, with all that belongs to them. */
export function DeleteRolesDialog({ roles, ...then }: Props) {
  return (
    <DeleteDialog
      thing="role"
      chosen={roles}
      nameOf={({ RoleName = "" }) => RoleName}
      remove={deleteRole}
      {...then}
    >
      This deletes inline policies and the instance profile of the same name with it, and ends its sessions:
      whatever runs with them is refused from then on. It cannot be undone.
    </DeleteDialog>
  );
}
