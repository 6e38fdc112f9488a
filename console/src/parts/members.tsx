import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { ErrorAlert } from "../shared/error-alert.tsx";
import { ResourceTable, type ResourceTableProps } from "../shared/resource-table.tsx";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type Adding = { onAdded: () => void; onCancel: () => void };

type Props<T> = Omit<ResourceTableProps<T>, "selection" | "actions"> & {
  remove: (item: T) => Promise<unknown>;
  /** What is told once that many were removed. */
  removed: (count: number) => string;
  /** The label of the button that adds, and the dialog that it opens. */
  add: { text: string; dialog: (adding: Adding) => ReactNode };
};

/** What belongs to something: listed, added and removed on the page of that. */
export function Members<T>({ remove, removed, add, ...listing }: Props<T>) {
  const [chosen, setChosen] = useState<readonly T[]>([]);
  const [adding, setAdding] = useState(false);
  const task = useTask();
  const changed = () => {
    setAdding(false);
    setChosen([]);
    listing.loaded.reload();
  };
  const removeChosen = async () => {
    const done = await task.run(async () => {
      for (const item of chosen) await remove(item);
    });
    if (done) flash(removed(chosen.length));
    changed();
  };
  return (
    <SpaceBetween size="m">
      <ErrorAlert error={task.error} />
      <ResourceTable
        {...listing}
        selection={{ type: "multi", items: chosen, onChange: setChosen }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={chosen.length === 0} loading={task.busy} onClick={() => void removeChosen()}>
              Remove
            </Button>
            <Button variant="primary" onClick={() => setAdding(true)}>
              {add.text}
            </Button>
          </SpaceBetween>
        }
      />
      {adding && add.dialog({ onAdded: changed, onCancel: () => setAdding(false) })}
    </SpaceBetween>
  );
}
