import { AddUserToGroupCommand, RemoveUserFromGroupCommand, type User } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import type { GroupWithUsers } from "../../data/groups.ts";
import { Members } from "../../parts/members.tsx";
import { UserPicker } from "../../parts/user-picker.tsx";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { formatCount, formatDate, formatDaysAgo } from "../../shared/format.ts";
import { userPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
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
    text: ({ PasswordLastUsed }) => formatDaysAgo(PasswordLastUsed),
  },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
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
      pluralName="users"
      loaded={{ data: users, error: undefined, loading: false, reload: onChanged }}
      columns={COLUMNS}
      getName={nameOf}
      remove={({ UserName }) => iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }))}
      removed={(n) => `${formatCount(n, "user")} removed from ${GroupName}.`}
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
    flash(`${formatCount(chosen.length, "user")} added to ${groupName}.`);
    onAdded();
  };
  return (
    <FormDialog
      title={`Add users to ${groupName}`}
      submitText="Add users"
      size="large"
      task={task}
      disabled={chosen.length === 0}
      onSubmit={() => void add()}
      onCancel={onCancel}
    >
      <UserPicker
        title="Other users in this account"
        chosen={chosen}
        without={without}
        onChange={setChosen}
      />
    </FormDialog>
  );
}
