import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import { BulletList } from "../shared/bullet-list.tsx";
import { ConfirmationDialog } from "../shared/form-dialog.tsx";
import { capitalize, formatCount } from "../shared/format.ts";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type Props<T> = {
  /** What the items are, in the singular: "user group". */
  noun: string;
  items: readonly T[];
  getName: (item: T) => string;
  deleteItem: (item: T) => Promise<void>;
  onDeleted: () => void;
  onCancel: () => void;
  /** What else the deletion affects. */
  children: ReactNode;
};

/** Confirms and performs a deletion. The user types the name of a single item, or "confirm" for several. */
export function DeleteDialog<T>({
  noun,
  items,
  getName,
  deleteItem,
  onDeleted,
  onCancel,
  children,
}: Props<T>) {
  const task = useTask();
  const names = items.map(getName);
  const singleName = names.length === 1 ? names[0] : undefined;
  const deleteAll = async () => {
    const succeeded = await task.run(async () => {
      for (const item of items) await deleteItem(item);
    });
    if (!succeeded) return;
    onDeleted();
    flash(
      `${capitalize(singleName === undefined ? formatCount(names.length, noun) : `${noun} ${singleName}`)} deleted.`,
    );
  };
  return (
    <ConfirmationDialog
      title={`Delete ${singleName ?? formatCount(names.length, noun)}?`}
      submitText="Delete"
      confirmationText={singleName ?? "confirm"}
      task={task}
      onSubmit={() => void deleteAll()}
      onCancel={onCancel}
    >
      <Box>{children}</Box>
      {singleName === undefined && <BulletList items={names} />}
    </ConfirmationDialog>
  );
}
