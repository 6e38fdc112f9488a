import type { Role } from "@aws-sdk/client-iam";
import { deleteRole } from "../data/roles.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { roles: readonly Role[]; onDeleted: () => void; onCancel: () => void };

export function DeleteRolesDialog({ roles, ...callbacks }: Props) {
  return (
    <DeleteDialog
      noun="role"
      items={roles}
      getName={({ RoleName = "" }) => RoleName}
      deleteItem={deleteRole}
      {...callbacks}
    >
      This also deletes the role's inline policies and the instance profile of the same name, and ends its
      sessions: applications that use them lose access immediately. This cannot be undone.
    </DeleteDialog>
  );
}
