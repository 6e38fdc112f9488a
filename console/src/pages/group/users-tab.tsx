import { AddUserToGroupCommand, RemoveUserFromGroupCommand, type User } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import type { GroupWithUsers } from "../../data/groups.ts";
import { Members } from "../../parts/members.tsx";
import { UserPicker } from "../../parts/user-picker.tsx";
import { Ask } from "../../shared/ask.tsx";
import type { Column } from "../../shared/listing.tsx";
import { userPath } from "../../shared/paths.ts";
import { agoText, count, dateText } from "../../shared/text.ts";
import { flash } from "../../state/flashes.ts";
import { useTask } from "../../state/task.ts";

const COLUMNS: readonly Column<User>[] = [
  {
    id: "name",
    header: "User name",
    text: nameOf,
    cell: (user) => <Link href={userPath(nameOf(user))}>{nameOf(user)}</Link>,
  },
  {
    id: "activity",
    header: "Last console sign-in",
    text: ({ PasswordLastUsed }) => agoText(PasswordLastUsed),
  },
  { id: "created", header: "Created", text: ({ CreateDate }) => dateText(CreateDate) },
];

function nameOf({ UserName = "" }: User): string {
  return UserName;
}

type Props = { of: GroupWithUsers; onChanged: () => void };

/** The group's users. */
export function UsersTab({ of: { group, users }, onChanged }: Props) {
  const GroupName = group.GroupName ?? "";
  return (
    <Members
      title="Users in this group"
      things="users"
      list={{ data: users, failure: undefined, loading: false, reload: onChanged }}
      columns={COLUMNS}
      nameOf={nameOf}
      remove={({ UserName }) => iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }))}
      removed={(n) => `${count(n, "user")} removed from ${GroupName}.`}
      add={{
        text: "Add users",
        dialog: (adding) => <AddDialog groupName={GroupName} without={users.map(nameOf)} {...adding} />,
      }}
      empty="No users in this group."
    />
  );
}

type AddProps = { groupName: string; without: string[]; onAdded: () => void; onCancel: () => void };

function AddDialog({ groupName, without, onAdded, onCancel }: AddProps) {
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const task = useTask();
  const add = async () => {
    const done = await task.run(async () => {
      for (const { UserName } of chosen) {
        await iam.send(new AddUserToGroupCommand({ GroupName: groupName, UserName }));
      }
    });
    if (!done) return;
    flash(`${count(chosen.length, "user")} added to ${groupName}.`);
    onAdded();
  };
  return (
    <Ask
      title={`Add users to ${groupName}`}
      act="Add users"
      size="large"
      task={task}
      disabled={chosen.length === 0}
      onAct={() => void add()}
      onCancel={onCancel}
    >
      <UserPicker
        title="Other users in this account"
        chosen={chosen}
        without={without}
        onChange={setChosen}
      />
    </Ask>
  );
}
