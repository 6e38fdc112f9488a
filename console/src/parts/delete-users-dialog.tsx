import Box from "@cloudscape-design/components/box";
import { deleteUser } from "../data/users.ts";
import { AskTyped } from "../shared/ask.tsx";
import { RuleList } from "../shared/rule-list.tsx";
import { count } from "../shared/text.ts";
import { flash } from "../state/flashes.ts";
import { useTask } from "../state/task.ts";

type Props = { names: readonly string[]; onDeleted: () => void; onCancel: () => void };

/** Deletes users, with all that belongs to them. One user's name is to be typed; for several, "confirm". */
export function DeleteUsersDialog({ names, onDeleted, onCancel }: Props) {
  const task = useTask();
  const only = names.length === 1 ? names[0] : undefined;
  const what = only ?? count(names.length, "user");
  const remove = async () => {
    const done = await task.run(async () => {
      for (const name of names) await deleteUser(name);
    });
    if (!done) return;
    onDeleted();
    flash(`${only === undefined ? "Users" : `User ${only}`} deleted.`);
  };
  return (
    <AskTyped
      title={`Delete ${what}?`}
      act={only === undefined ? "Delete users" : "Delete user"}
      word={only ?? "confirm"}
      task={task}
      onAct={() => void remove()}
      onCancel={onCancel}
    >
      <Box>
        This deletes passwords, access keys, MFA devices, inline policies and group memberships with it. It
        cannot be undone.
      </Box>
      {only === undefined && <RuleList rules={names} />}
    </AskTyped>
  );
}
