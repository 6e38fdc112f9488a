import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ErrorAlert } from "../shared/error-alert.tsx";
import { ResourceTable, type ResourceTableProps } from "../shared/resource-table.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type AddDialogProps = { onAdded: () => void; onCancel: () => void };

type Props<T> = Omit<ResourceTableProps<T>, "selection" | "actions"> & {
  remove: (item: T) => Promise<unknown>;
  /** The message after that many members have been removed. */
  removedText: (count: number) => string;
  /** The button that adds members, and the dialog that it opens. */
  add: { text: string; dialog: (adding: AddDialogProps) => ReactNode };
};

/** A table of members, such as the users of a group, with buttons to add and remove them. */
export function MembersTable<T>({ remove, removedText, add, ...tableProps }: Props<T>) {
  const [selected, setSelected] = useState<readonly T[]>([]);
  const [adding, setAdding] = useState(false);
  const task = useTask();
  const handleChange = () => {
    setAdding(false);
    setSelected([]);
    tableProps.loaded.reload();
  };
  const removeSelected = async () => {
    const succeeded = await task.run(async () => {
      for (const item of selected) await remove(item);
    });
    if (succeeded) flash(removedText(selected.length));
    handleChange();
  };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={task.error} />
      <ResourceTable
        {...tableProps}
        selection={{ type: "multi", items: selected, onChange: setSelected }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={selected.length === 0}
              loading={task.busy}
              onClick={() => void removeSelected()}
            >
              Remove
            </Button>
            <Button variant="primary" onClick={() => setAdding(true)}>
              {add.text}
            </Button>
          </SpaceBetween>
        }
      />
      {adding && add.dialog({ onAdded: handleChange, onCancel: () => setAdding(false) })}
    </SpaceBetween>
  );
}
