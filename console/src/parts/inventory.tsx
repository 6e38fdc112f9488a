import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { PageTitle } from "../shared/page.tsx";
import { ResourceTable, type ResourceTableProps } from "../shared/resource-table.tsx";

type Deletion = { onDeleted: () => void; onCancel: () => void };

type Props<T> = Omit<ResourceTableProps<T>, "variant" | "headingLevel" | "selection" | "actions"> & {
  create: { text: string; href: string };
  /** The dialog that asks before what was chosen is deleted. */
  deletion: (chosen: readonly T[], dialog: Deletion) => ReactNode;
};

/** The page that lists all of one kind, where they are created and deleted. */
export function Inventory<T>({ create, deletion, ...listing }: Props<T>) {
  const { title, pluralName: things, loaded: list } = listing;
  const [chosen, setChosen] = useState<readonly T[]>([]);
  const [deleting, setDeleting] = useState(false);
  const deleted = () => {
    setDeleting(false);
    setChosen([]);
    list.reload();
  };
  return (
    <>
      <PageTitle text={title} />
      <ResourceTable
        {...listing}
        headingLevel="h1"
        variant="full-page"
        selection={{ type: "multi", items: chosen, onChange: setChosen }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="refresh" ariaLabel={`Refresh ${things}`} onClick={list.reload} />
            <Button disabled={chosen.length === 0} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button variant="primary" href={create.href}>
              {create.text}
            </Button>
          </SpaceBetween>
        }
      />
      {deleting && deletion(chosen, { onDeleted: deleted, onCancel: () => setDeleting(false) })}
    </>
  );
}
