import { AddUserToGroupCommand, RemoveUserFromGroupCommand, type User } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import { MembersTable } from "../../components/members-table.tsx";
import { UserPicker } from "../../components/user-picker.tsx";
import type { GroupWithUsers } from "../../data/groups.ts";
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
    text: getName,
    cell: (user) => <Link href={userPath(getName(user))}>{getName(user)}</Link>,
  },
  {
    id: "activity",
    header: "Last console sign-in",
    text: ({ PasswordLastUsed }) => formatDaysAgo(PasswordLastUsed),
  },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
];

function getName({ UserName = "" }: User): string {
  return UserName;
}

type Props = { data: GroupWithUsers; onChanged: () => void };

export function UsersTab({ data: { group, users }, onChanged }: Props) {
  const GroupName = group.GroupName ?? "";
  return (
    <MembersTable
      title="Users in this group"
      pluralName="users"
      loaded={{ data: users, error: undefined, loading: false, reload: onChanged }}
      columns={COLUMNS}
      getName={getName}
      remove={({ UserName }) => iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }))}
      removedText={(n) => `${formatCount(n, "user")} removed from ${GroupName}.`}
      add={{
        text: "Add users",
        dialog: (dialogProps) => (
          <AddUsersDialog groupName={GroupName} exclude={users.map(getName)} {...dialogProps} />
        ),
      }}
      empty="No users in this group"
    />
  );
}

type AddUsersDialogProps = {
  groupName: string;
  exclude: string[];
  onAdded: () => void;
  onCancel: () => void;
};

function AddUsersDialog({ groupName, exclude, onAdded, onCancel }: AddUsersDialogProps) {
  const [selected, setSelected] = useState<readonly User[]>([]);
  const task = useTask();
  const addUsers = async () => {
    const succeeded = await task.run(async () => {
      for (const { UserName } of selected) {
        await iam.send(new AddUserToGroupCommand({ GroupName: groupName, UserName }));
      }
    });
    if (!succeeded) return;
    flash(`${formatCount(selected.length, "user")} added to ${groupName}.`);
    onAdded();
  };
  return (
    <FormDialog
      title={`Add users to ${groupName}`}
      submitText="Add users"
      size="large"
      task={task}
      disabled={selected.length === 0}
      onSubmit={() => void addUsers()}
      onCancel={onCancel}
    >
      <UserPicker
        title="Other users in this account"
        selected={selected}
        exclude={exclude}
        onChange={setSelected}
      />
    </FormDialog>
  );
}
