import { deleteProvider } from "../data/providers.ts";
import { providerName } from "../data/trust-policy.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { arns: readonly string[]; onDeleted: () => void; onCancel: () => void };

/** Deletes identity providers. */
export function DeleteProvidersDialog({ arns, ...then }: Props) {
  return (
    <DeleteDialog
      thing="identity provider"
      chosen={arns}
      nameOf={providerName}
      remove={deleteProvider}
      {...then}
    >
      Roles that trust it stay as they are, but nobody can come from it any more. It cannot be undone.
    </DeleteDialog>
  );
}
