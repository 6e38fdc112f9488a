import { AddUserToGroupCommand, type Group, RemoveUserFromGroupCommand } from "@aws-sdk/client-iam";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { iam } from "../../api/iam.ts";
import { GroupPicker } from "../../components/group-picker.tsx";
import { MembersTable } from "../../components/members-table.tsx";
import { listGroupsForUser } from "../../data/users.ts";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { formatCount, formatDate } from "../../shared/format.ts";
import { groupPath } from "../../shared/paths.ts";
import type { Column } from "../../shared/resource-table.tsx";
import { flash } from "../../state/flashes.ts";
import { useLoad } from "../../state/load.ts";
import { useTask } from "../../state/task.ts";

const COLUMNS: readonly Column<Group>[] = [
  {
    id: "name",
    header: "Group name",
    text: getName,
    cell: (group) => <Link href={groupPath(getName(group))}>{getName(group)}</Link>,
  },
  { id: "path", header: "Path", text: ({ Path = "/" }) => Path },
  { id: "created", header: "Created", text: ({ CreateDate }) => formatDate(CreateDate) },
];

function getName({ GroupName = "" }: Group): string {
  return GroupName;
}

export function GroupsTab({ name }: { name: string }) {
  const groups = useLoad(`groups ${name}`, () => listGroupsForUser(name));
  return (
    <MembersTable
      title="User groups membership"
      description="A user group is a collection of IAM users. Use groups to specify permissions for a collection of users."
      pluralName="user groups"
      loaded={groups}
      columns={COLUMNS}
      getName={getName}
      remove={({ GroupName }) => iam.send(new RemoveUserFromGroupCommand({ UserName: name, GroupName }))}
      removedText={(n) => `${name} removed from ${formatCount(n, "user group")}.`}
      add={{
        text: "Add user to groups",
        dialog: (dialogProps) => (
          <AddToGroupsDialog userName={name} exclude={groups.data?.map(getName) ?? []} {...dialogProps} />
        ),
      }}
      empty="No user groups"
    />
  );
}

type AddToGroupsDialogProps = {
  userName: string;
  exclude: string[];
  onAdded: () => void;
  onCancel: () => void;
};

function AddToGroupsDialog({ userName, exclude, onAdded, onCancel }: AddToGroupsDialogProps) {
  const [selected, setSelected] = useState<readonly Group[]>([]);
  const task = useTask();
  const addToGroups = async () => {
    const succeeded = await task.run(async () => {
      for (const { GroupName } of selected) {
        await iam.send(new AddUserToGroupCommand({ UserName: userName, GroupName }));
      }
    });
    if (!succeeded) return;
    flash(`${userName} added to ${formatCount(selected.length, "user group")}.`);
    onAdded();
  };
  return (
    <FormDialog
      title={`Add ${userName} to groups`}
      submitText="Add user to groups"
      size="large"
      task={task}
      disabled={selected.length === 0}
      onSubmit={() => void addToGroups()}
      onCancel={onCancel}
    >
      <GroupPicker selected={selected} exclude={exclude} onChange={setSelected} />
    </FormDialog>
  );
}
