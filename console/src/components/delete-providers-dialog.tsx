import { deleteProvider } from "../data/providers.ts";
import { providerName } from "../data/trust-policy.ts";
import { DeleteDialog } from "./delete-dialog.tsx";

type Props = { arns: readonly string[]; onDeleted: () => void; onCancel: () => void };

export function DeleteProvidersDialog({ arns, ...callbacks }: Props) {
  return (
    <DeleteDialog
      noun="identity provider"
      items={arns}
      getName={providerName}
      deleteItem={deleteProvider}
      {...callbacks}
    >
      Roles that trust the provider remain, but its users can no longer assume them. This cannot be undone.
    </DeleteDialog>
  );
}
