import { AddUserToGroupCommand, RemoveUserFromGroupCommand, type User } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import type { GroupWithUsers } from "../../data/groups.ts";
import { UserPicker } from "../../parts/user-picker.tsx";
import { Ask } from "../../shared/ask.tsx";
import { Failed } from "../../shared/failed.tsx";
import { type Column, Listing } from "../../shared/listing.tsx";
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
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const [adding, setAdding] = useState(false);
  const task = useTask();
  const changed = () => {
    setAdding(false);
    setChosen([]);
    onChanged();
  };
  const remove = async () => {
    const done = await task.run(async () => {
      for (const { UserName } of chosen)
        await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
    });
    if (done) flash(`${count(chosen.length, "user")} removed from ${GroupName}.`);
    changed();
  };
  return (
    <SpaceBetween size="m">
      <Failed failure={task.failure} />
      <Listing
        title="Users in this group"
        things="users"
        list={{ data: users, failure: undefined, loading: false, reload: onChanged }}
        columns={COLUMNS}
        nameOf={nameOf}
        selection={{ type: "multi", items: chosen, onChange: setChosen }}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={chosen.length === 0} loading={task.busy} onClick={() => void remove()}>
              Remove
            </Button>
            <Button variant="primary" onClick={() => setAdding(true)}>
              Add users
            </Button>
          </SpaceBetween>
        }
        empty="No users in this group."
      />
      {adding && (
        <AddDialog
          groupName={GroupName}
          without={users.map(nameOf)}
          onAdded={changed}
          onCancel={() => setAdding(false)}
        />
      )}
    </SpaceBetween>
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
