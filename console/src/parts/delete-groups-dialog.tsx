import Box from "@cloudscape-design/components/box";
import { deleteGroup } from "../data/groups.ts";
import { AskTyped } from "../shared/ask.tsx";
import { RuleList } from "../shared/rule-list.tsx";
import { count } from "../shared/text.ts";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type Props = { names: readonly string[]; onDeleted: () => void; onCancel: () => void };

/** Deletes user groups. One group's name is to be typed; for several, "confirm". */
export function DeleteGroupsDialog({ names, onDeleted, onCancel }: Props) {
  const task = useTask();
  const only = names.length === 1 ? names[0] : undefined;
  const what = only ?? count(names.length, "user group");
  const remove = async () => {
    const done = await task.run(async () => {
      for (const name of names) await deleteGroup(name);
    });
    if (!done) return;
    onDeleted();
    flash(`${only === undefined ? "User groups" : `User group ${only}`} deleted.`);
  };
  return (
    <AskTyped
      title={`Delete ${what}?`}
      act="Delete"
      word={only ?? "confirm"}
      task={task}
      onAct={() => void remove()}
      onCancel={onCancel}
    >
      <Box>The users in it stay, but lose the permissions that they had through it. It cannot be undone.</Box>
      {only === undefined && <RuleList rules={names} />}
    </AskTyped>
  );
}
