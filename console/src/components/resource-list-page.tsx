import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { PageTitle } from "../shared/page.tsx";
import { ResourceTable, type ResourceTableProps } from "../shared/resource-table.tsx";

type DeleteDialogProps = { onDeleted: () => void; onCancel: () => void };

type Props<T> = Omit<ResourceTableProps<T>, "variant" | "headingLevel" | "selection" | "actions"> & {
  createLink: { text: string; href: string };
  /** The dialog that confirms and performs the deletion of the selected resources. */
  deleteDialog: (selected: readonly T[], dialog: DeleteDialogProps) => ReactNode;
};

/** The page that lists all resources of a kind, with buttons to create and delete them. */
export function ResourceListPage<T>({ createLink, deleteDialog, ...tableProps }: Props<T>) {
  const { title, pluralName, loaded } = tableProps;
  const [selected, setSelected] = useState<readonly T[]>([]);
  const [deleting, setDeleting] = useState(false);
  const handleDeleted = () => {
    setDeleting(false);
    setSelected([]);
    loaded.reload();
  };
  return (
    <>
      <PageTitle text={title} />
      <ResourceTable
        {...tableProps}
        headingLevel="h1"
        variant="full-page"
        selection={{ type: "multi", items: selected, onChange: setSelected }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="refresh" ariaLabel={`Refresh ${pluralName}`} onClick={loaded.reload} />
            <Button disabled={selected.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={createLink.href}>
              {createLink.text}
            </Button>
          </SpaceBetween>
        }
      />
      {deleting && deleteDialog(selected, { onDeleted: handleDeleted, onCancel: () => setDeleting(false) })}
    </>
  );
}
