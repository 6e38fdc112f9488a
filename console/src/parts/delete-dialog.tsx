import Box from "@cloudscape-design/components/box";
import type { ReactNode } from "react";
import { AskTyped } from "../shared/ask.tsx";
import { RuleList } from "../shared/rule-list.tsx";
import { capital, count } from "../shared/text.ts";
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
    flash(`${capital(only === undefined ? count(names.length, thing) : `${thing} ${only}`)} deleted.`);
  };
  return (
    <AskTyped
      title={`Delete ${only ?? count(names.length, thing)}?`}
      act="Delete"
      word={only ?? "confirm"}
      task={task}
      onAct={() => void removeAll()}
      onCancel={onCancel}
    >
      <Box>{children}</Box>
      {only === undefined && <RuleList rules={names} />}
    </AskTyped>
  );
}
