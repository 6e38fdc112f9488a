import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import { BulletList } from "../shared/bullet-list.tsx";
import { ConfirmationDialog } from "../shared/form-dialog.tsx";
import { capitalize, formatCount } from "../shared/format.ts";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type Props<T> = {
  /** What each of them is: "user group". */
  thing: string;
  chosen: readonly T[];
  nameOf: (item: T) => string;
  remove: (item: T) => Promise<void>;
  onDeleted: () => void;
  onCancel: () => void;
  /** What goes with them. */
  children: ReactNode;
};

/** Asks before things are deleted. The name of a single one is to be typed; for several, "confirm". */
export function DeleteDialog<T>({ thing, chosen, nameOf, remove, onDeleted, onCancel, children }: Props<T>) {
  const task = useTask();
  const names = chosen.map(nameOf);
  const only = names.length === 1 ? names[0] : undefined;
  const removeAll = async () => {
    const done = await task.run(async () => {
      for (const item of chosen) await remove(item);
    });
    if (!done) return;
    onDeleted();
    flash(
      `${capitalize(only === undefined ? formatCount(names.length, thing) : `${thing} ${only}`)} deleted.`,
    );
  };
  return (
    <ConfirmationDialog
      title={`Delete ${only ?? formatCount(names.length, thing)}?`}
      submitText="Delete"
      confirmationText={only ?? "confirm"}
      task={task}
      onSubmit={() => void removeAll()}
      onCancel={onCancel}
    >
      <Box>{children}</Box>
      {only === undefined && <BulletList items={names} />}
    </ConfirmationDialog>
  );
}
